import type { GrantEvent } from '../../domain/grants/event.ts';
import { evolve } from '../../domain/grants/evolve/evolve.ts';
import type { Grant } from '../../domain/grants/grant.ts';
import { type Evidence, ownRoles } from './evidence.ts';

/** What happens once in a chapter, which begins with each `GrantRequested`. */
const ONCE = [
  'ProvisioningStarted',
  'RoleCreated',
  'GrantActivated',
  'CompensationStarted',
  'ProvisioningFailed',
  'RevocationRequested',
  'RoleDisabled',
  'RoleDeleted',
  'GrantRevoked',
];

/** What begins a freeze, its end, or a closing again of what was opened from outside. */
const REOPENING = ['GrantFrozen', 'GrantThawed', 'RepairRequested', 'ThawFailed', 'DriftFound'];

/** What happens once after each of these. */
const REPEATED = ['ProvisioningStarted', 'RoleCreated', 'GrantActivated', 'RoleDisabled', 'RoleDeleted'];

/** Invariant 10: a repeated or concurrent request has one effect and one story in the log. */
export function oneStory(evidence: Evidence): string[] {
  return [
    ...uselessEvents(evidence),
    ...repetitions(evidence),
    ...closings(evidence),
    ...surroundingStories(evidence),
    ...effects(evidence),
  ];
}

/** Every event must mean something where it stands. */
function uselessEvents({ events }: Evidence): string[] {
  const faults: string[] = [];
  let grant: Grant | undefined;
  for (const event of events) {
    const next = evolve(grant, event);
    if (next === grant) faults.push(`event ${event.seq}, ${event.type}, means nothing where it stands`);
    grant = next;
  }
  return faults;
}

function repetitions({ events }: Evidence): string[] {
  const faults: string[] = [];
  let chapter: string[] = [];
  let changes = 0;
  for (const { type, seq } of events) {
    if (type === 'GrantRequested') chapter = [];
    // A role is closed and opened again as often as a grant is frozen and thawed.
    if (REOPENING.includes(type)) chapter = chapter.filter((one) => !REPEATED.includes(one));
    // What is made anew can be deleted anew.
    if (type === 'ProvisioningStarted') chapter = chapter.filter((one) => one !== 'RoleDeleted');
    if (ONCE.includes(type) && chapter.includes(type)) faults.push(`event ${seq} is ${type} once more`);
    chapter.push(type);
    if (type === 'GrantChangeRequested') changes += 1;
    if (type === 'GrantUpdated' || type === 'UpdateFailed') changes -= 1;
    if (changes < 0) faults.push(`event ${seq} is an update that nobody asked for`);
  }
  return faults;
}

/** An unreadable grant is closed once: an intent and an outcome. */
function closings({ beside }: Evidence): string[] {
  const story = beside.map(({ type }) => type).join(' ');
  const isOnce = /^(UnreadableRevocationRequested( UnreadableRoleDisabled)?)?$/.test(story);
  return isOnce ? [] : [`the closing is told as ${story}`];
}

/** An event of a repository's stream; a hold by which nothing ends is complete by itself. */
const toldOf = (event: GrantEvent): string =>
  event.type === 'RepositoryHeld' && event.data.revoke.length === 0 ? 'RepositoryHeldOnly' : event.type;

const HELD_ONCE =
  /^(((RepositoryHeld(Only)? )*RepositoryHeld (RepositoryHeldOnly )*RepositoryRevoked|RepositoryHeldOnly)( RepositoryReleased)?( |$))*$/;

/** Each hold of a repository has one end, and each freeze of the installation one beginning and one end. */
function surroundingStories({ surroundings }: Evidence): string[] {
  if (!surroundings) return [];
  const repository = surroundings.repository.map(toldOf).join(' ');
  const installation = surroundings.installation
    .map(({ type }) => type)
    .filter((type) => type !== 'InstallationCompared')
    .join(' ');
  const isHeldOnce = HELD_ONCE.test(repository);
  const isFrozenOnce = /^(InstallationFreezeRequested InstallationFrozen( InstallationThawed)?( |$))*$/.test(
    installation,
  );
  return [
    ...(isHeldOnce ? [] : [`the hold is told as ${repository}`]),
    ...(isFrozenOnce ? [] : [`the freeze of the installation is told as ${installation}`]),
  ];
}

function effects(evidence: Evidence): string[] {
  const created = evidence.writes.filter(({ action, status }) => action === 'CreateRole' && status === 200);
  const announced = evidence.events.filter(({ type }) => type === 'ProvisioningStarted');
  return [
    ...(created.length > announced.length ? [`${created.length} roles were created for one request`] : []),
    ...(ownRoles(evidence).length > 1 ? ['there are two roles at once'] : []),
  ];
}
