import { isSameFinding } from '../../drift/action.ts';
import type { ListedRole, RoleInventory } from '../../drift/inventory.ts';
import { judgeClosedRole, judgeRole, sortPolicies } from '../../drift/role.ts';
import type { Difference } from '../../grants/drift.ts';
import { type Grant, isLive } from '../../grants/grant.ts';
import { isAtRest } from '../../grants/work.ts';
import { GRANT_TAG } from '../../planning/role.ts';
import { type GrantId, parseGrantId } from '../../shared/identifiers.ts';
import { appliedRoleOf, isApplied } from './applied-role.ts';
import { count, look } from './look.ts';
import { unusableProviders } from './providers.ts';
import { type DriftPorts, mayGoOn, type RunningPass } from './running-pass.ts';

/** The longest sessions of roles, in seconds, as far as they are not `DEFAULT_DURATION`. */
type Durations = ReadonlyMap<string, number>;

/** IAM's default. Source: IAM API Reference, CreateRole, MaxSessionDuration. */
const DEFAULT_DURATION = 3600;

/** Compares the roles that IAM lists with their grants, part by part; has the provisioner look where they seem to differ. True
 *  at the end of the list. */
export async function lookThroughRoles(ports: DriftPorts, pass: RunningPass): Promise<boolean> {
  const { account, deadline, pace } = pass;
  const inventory = ports.inventory({ account, deadline });
  const durations = await readDurations(inventory, pass);
  const unusable = await unusableProviders(ports, pass, inventory);
  do {
    if (!mayGoOn(ports, pass)) return false;
    await pace.take(1);
    const { items, next } = await inventory.roles(pass.position.after);
    const own = items.filter(({ path, name }) => path === account.rolePath && name.startsWith('rw-'));
    if (!(await compareRoles(ports, pass, { roles: own, durations, unusable }))) return false;
    count(pass, 'roles', own.length);
    const { after: _, ...position } = pass.position;
    pass.position = next === undefined ? position : { ...position, after: next };
  } while (pass.position.after !== undefined);
  return true;
}

/** The session durations, which the list of roles does not show. */
async function readDurations(inventory: RoleInventory, { pace }: RunningPass): Promise<Durations> {
  const durations = new Map<string, number>();
  let after: string | undefined;
  do {
    await pace.take(1);
    const { items, next } = await inventory.durations(after);
    for (const { name, maxSessionDuration } of items) {
      if (maxSessionDuration !== DEFAULT_DURATION) durations.set(name, maxSessionDuration);
    }
    after = next;
  } while (after !== undefined);
  return durations;
}

/** What grants are compared with. `unusable` are the slugs of workspaces whose identity provider admits no one. */
type Listed = { roles: readonly ListedRole[]; durations: Durations; unusable: ReadonlySet<string> };

/** Compares some roles; false where there was no time for all of them. The next run takes up those that this pass has not seen: else
 *  slow looks at the first roles would keep the pass from all that follow. */
async function compareRoles(ports: DriftPorts, pass: RunningPass, listed: Listed): Promise<boolean> {
  const grants = await grantsOf(ports, listed.roles);
  for (const role of listed.roles) {
    if (!mayGoOn(ports, pass)) return false;
    const grant = grants.get(tagOf(role) ?? '');
    const why = orphaned(role, grant);
    if (why === undefined && grant && pass.seen.has(seenPart(grant.id))) continue;
    if (why !== undefined || !grant) reportOrphan(ports, pass, { role, why });
    else {
      pass.seen.add(seenPart(grant.id));
      if (seemsToDiffer(pass, { grant, role }, listed)) await look(ports, pass, grant.id);
    }
  }
  return true;
}

/** The part of a grant's id that a pass remembers. */
export const seenPart = (grantId: GrantId): string => grantId.slice(3, 15);

const tagOf = ({ tags }: ListedRole): GrantId | undefined => parseGrantId(tags[GRANT_TAG] ?? '');

/** The grants of roles by their rows. Of a row that cannot be used, the grant is looked at by the provisioner. */
async function grantsOf(
  { grants }: DriftPorts,
  roles: readonly ListedRole[],
): Promise<Map<string, Grant | StaleGrant>> {
  const ids = [...new Set(roles.flatMap((role) => tagOf(role) ?? []))];
  const rows = ids.length > 0 ? await grants.read(ids) : { grants: [], stale: [] };
  return new Map<string, Grant | StaleGrant>([
    ...rows.grants.map((grant): [string, Grant] => [grant.id, grant]),
    ...rows.stale.map(({ grantId }): [string, StaleGrant] => [grantId, { id: grantId, state: 'stale' }]),
  ]);
}

/** A grant whose row cannot be used. */
type StaleGrant = { id: GrantId; state: 'stale' };

/** Why a role belongs to no grant; undefined where it belongs to the one that its tag names. A role whose tag was taken away is
 *  missed by its grant, which is then looked at. */
function orphaned(role: ListedRole, grant: Grant | StaleGrant | undefined): string | undefined {
  if (tagOf(role) === undefined) return 'it has no tag of a grant';
  if (!grant) return 'there is no grant of its tag';
  if (grant.state === 'stale') return undefined;
  if (!isLive(grant.state)) return `its grant is ${grant.state}`;
  return grant.request.intent.roleName === role.name ? undefined : 'its grant has another role';
}

function reportOrphan(
  ports: DriftPorts,
  pass: RunningPass,
  { role, why = 'it belongs to no grant' }: { role: ListedRole; why: string | undefined },
): void {
  count(pass, 'orphans');
  ports.reportOrphan({ account: pass.account.id, what: role.name, why });
}

/** True where a role that was listed seems to differ from what its row says. Both may be some seconds old, so it is only a
 *  reason to look. */
function seemsToDiffer(
  { account }: RunningPass,
  { grant, role }: { grant: Grant | StaleGrant; role: ListedRole },
  { durations, unusable }: Listed,
): boolean {
  if (grant.state === 'stale') return true;
  if (!isAtRest(grant) || !isApplied(grant)) return false;
  const applied = appliedRoleOf(grant, account);
  if (!applied) return true;
  const found = {
    ...role,
    ...sortPolicies(
      role.inline,
      role.attached.map((name) => ({ name, document: undefined })),
    ),
    maxSessionDuration: durations.get(role.name) ?? DEFAULT_DURATION,
  };
  if (grant.state === 'frozen') return judgeClosedRole(applied, found).differences.length > 0;
  if (unusable.has(grant.request.intent.workspace.slug)) return true;
  return !isSameFinding(ofRole(grant.drift?.differences ?? []), judgeRole(applied, found).differences);
}

const OF_BITBUCKET = ['REPOSITORY_GONE', 'REPOSITORY_MOVED', 'ENVIRONMENT_GONE', 'WORKSPACE_RENAMED'];

/** What is known already of the role itself: it is no reason to look again. */
const ofRole = (known: readonly Difference[]): Difference[] =>
  known.filter(({ kind }) => !OF_BITBUCKET.includes(kind));
