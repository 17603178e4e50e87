import type { GrantEvent } from '../../domain/grants/event.ts';
import type { Evidence, IamWrite } from './evidence.ts';

type EventType = GrantEvent['type'];

const REMOVAL: EventType[] = ['RevocationRequested', 'CompensationStarted'];
const CLOSING: EventType[] = [
  ...REMOVAL,
  'GrantFrozen',
  'DriftFound',
  'ThawFailed',
  'UnreadableRevocationRequested',
];

/** Which events announce which write: one of them must stand before it in the same chapter. */
const announcing: Record<string, EventType[]> = {
  CreateOpenIDConnectProvider: ['ProviderCreationStarted'],
  CreateRole: ['ProvisioningStarted'],
  PutRolePolicy: ['ProvisioningStarted', 'UpdateStarted'],
  UpdateAssumeRolePolicy: ['UpdateStarted', ...CLOSING],
  PutRolePermissionsBoundary: ['UpdateStarted', ...CLOSING],
  UpdateRole: ['UpdateStarted'],
  TagRole: ['UpdateStarted'],
  DeleteRolePolicy: REMOVAL,
  DetachRolePolicy: ['ForeignPoliciesFound'],
  DeleteRole: REMOVAL,
};

/** A chapter ends where nothing is under way any more; what was announced in it is used up. */
const chapterEnds: EventType[] = [
  'GrantActivated',
  'GrantUpdated',
  'UpdateFailed',
  'ProvisioningFailed',
  'GrantRevoked',
  'UnreadableRoleDisabled',
  'ThawFailed',
  'DriftRepaired',
  'RepairFailed',
];

/** Invariant 1: no IAM write without an earlier event that announced it. */
export function announcedWrites(evidence: Evidence): string[] {
  const story = [...evidence.events, ...evidence.beside];
  return evidence.writes.flatMap((write) => {
    const fault = faultOf(write, chapterBefore(story.slice(0, write.eventsBefore)), evidence);
    return fault ? [`${write.action} after event ${write.eventsBefore} ${fault}`] : [];
  });
}

function chapterBefore(events: readonly GrantEvent[]): readonly GrantEvent[] {
  let chapter: GrantEvent[] = [];
  let isFrozen = false;
  for (const event of events) {
    // A finding announces that the role of a frozen grant is closed again; that of an active one only asks for a freeze.
    if (event.type === 'GrantFrozen' || event.type === 'ThawFailed') isFrozen = true;
    if (event.type === 'GrantActivated') isFrozen = false;
    if (event.type !== 'DriftFound' || isFrozen) chapter.push(event);
    // A freeze ends once the role is closed; a removal goes on.
    const isKept = event.type === 'RoleDisabled' && !chapter.some(({ type }) => REMOVAL.includes(type));
    // A thaw that fails ends its chapter and announces that the role is closed again.
    if (chapterEnds.includes(event.type) || isKept) chapter = event.type === 'ThawFailed' ? [event] : [];
  }
  return chapter;
}

function faultOf(write: IamWrite, chapter: readonly GrantEvent[], evidence: Evidence): string | undefined {
  const { RoleName, PolicyName, PolicyArn } = write.parameters;
  const isForeignPolicy = write.action === 'DeleteRolePolicy' && PolicyName !== 'permissions';
  const types = isForeignPolicy ? (['ForeignPoliciesFound'] as EventType[]) : announcing[write.action];
  if (!types) return 'is a write that no event can announce';
  const announcements = chapter.filter(({ type }) => types.includes(type));
  if (announcements.length === 0) return 'was not announced';
  if (RoleName !== undefined && RoleName !== evidence.roleName) return `is about the role ${RoleName}`;
  const text = JSON.stringify(announcements);
  const named = isForeignPolicy ? PolicyName : PolicyArn;
  if (named !== undefined && !text.includes(JSON.stringify(named))) return `does not announce ${named}`;
  if (write.action === 'CreateRole' && !text.includes(evidence.roleName)) return 'announces another role';
  return undefined;
}
