import { installationStateOf } from '../../domain/grants/containment/installation.ts';
import { repositoryHoldOf } from '../../domain/grants/containment/repository-hold.ts';
import { replay } from '../../domain/grants/evolve/evolve.ts';
import { type Grant, roleOf, waitingRequest } from '../../domain/grants/grant.ts';
import { isAtRest } from '../../domain/grants/work.ts';
import { canonicalHash } from '../../domain/shared/canonical-hash.ts';
import { boundaryOf, DENY_ALL, type Evidence, endOf, ownRoles } from './evidence.ts';

/** Invariant 8: after a crash or a lost reply at any call, reconciling leaves log, read model and IAM in agreement, and a
 *  second pass changes nothing. To be asked once everything is quiet. */
export function agreement(evidence: Evidence): string[] {
  const grant = replay(evidence.events);
  return [
    ...(isAtRest(grant) ? [] : [`the grant is left ${grant?.state}, with work to do`]),
    ...rowErrors(evidence, grant),
    ...roleErrors(evidence, grant),
    ...surroundingErrors(evidence),
    ...evidence.laterChanges.map((change) => `a later pass changed ${change}`),
  ];
}

/** What is announced of a repository or of the installation is done. */
function surroundingErrors({ surroundings }: Evidence): string[] {
  if (!surroundings) return [];
  const { repository, installation, isFrozen } = surroundings;
  const { state } = installationStateOf(installation);
  return [
    ...(repositoryHoldOf(repository).open ? ['revokes of the repository are left unannounced'] : []),
    ...(state === (isFrozen ? 'frozen' : 'open')
      ? []
      : [`the installation is ${state}, its switch is ${isFrozen ? '' : 'not '}there`]),
  ];
}

function roleErrors(evidence: Evidence, grant: Grant | undefined): string[] {
  if (endOf(evidence) === 'closed') return closedErrors(evidence);
  if (evidence.beside.length > 0) return ['the closing of an unreadable grant is left undone'];
  if (grant?.state === 'frozen') return frozenErrors(evidence, grant);
  return grant?.state === 'active' ? activeErrors(evidence, grant) : leftErrors(evidence, grant);
}

/** Of a grant that cannot be read: what the log says is closed is closed, and it is every role. */
function closedErrors(evidence: Evidence): string[] {
  const data = evidence.beside.at(-1)?.data;
  const closed = data && 'role' in data && data.role && 'id' in data.role ? data.role.id : undefined;
  return notClosedAs(evidence, closed);
}

/** Of a frozen grant there is the role that the log names, closed, or none. */
function frozenErrors(evidence: Evidence, grant: Grant): string[] {
  const isMissing = roleOf(grant)?.id !== undefined && ownRoles(evidence).length === 0;
  return [
    ...notClosedAs(evidence, roleOf(grant)?.id),
    ...(isMissing ? ['the log names a role that is gone'] : []),
  ];
}

const notClosedAs = (evidence: Evidence, id: string | undefined): string[] =>
  ownRoles(evidence).flatMap(({ name, roleId, trustPolicy, boundaryArn }) => {
    const isClosed = !trustPolicy.includes('"Allow"') && boundaryArn === DENY_ALL;
    return isClosed && id === roleId ? [] : [`role ${name} is not closed, or not said to be`];
  });

function rowErrors(evidence: Evidence, grant: Grant | undefined): string[] {
  const { row, events } = evidence;
  if (!grant) {
    // A row that was marked for an event which never came is forgotten, and never listed.
    return row?.seq || row?.due ? ['there is a row, but no grant'] : [];
  }
  if (!row) return ['the read model has no row'];
  const faults: string[] = [];
  if (row.seq?.N !== String(events.length)) faults.push(`the row shows event ${row.seq?.N}`);
  if (!isEqual(row.grant?.S, grant)) faults.push('the row shows another grant than the log');
  if (row.state?.S !== grant.state) faults.push(`the row is listed as ${row.state?.S}`);
  // A row whose stream cannot be read stays due, and is tried again ever later.
  if (endOf(evidence) === 'closed') return faults;
  const ends = [
    grant.state === 'active' || grant.state === 'frozen' ? grant.expiresAt : undefined,
    waitingRequest(grant)?.proposal?.lapsesAt,
  ];
  const [end] = ends.filter((at) => at !== undefined).sort();
  const dueAt = end === undefined ? undefined : `${end}#${grant.id}`;
  if (row.dueAt?.S !== dueAt || (row.due !== undefined) !== (dueAt !== undefined)) {
    faults.push(`the row is due at ${row.dueAt?.S}`);
  }
  return faults;
}

/** What JSON leaves out does not count. */
const isEqual = (text: string | undefined, grant: Grant): boolean =>
  text !== undefined && canonicalHash(JSON.parse(text)) === canonicalHash(JSON.parse(JSON.stringify(grant)));

function activeErrors(evidence: Evidence, grant: Grant): string[] {
  const [role, ...others] = ownRoles(evidence);
  if (!role) return ['the grant is active and has no role'];
  const { intent } = grant.request;
  const hashOf = (text: string | undefined) => (text === undefined ? '' : canonicalHash(JSON.parse(text)));
  const [permissions, ...policies] = role.inlinePolicies;
  const checks: [boolean, string][] = [
    [others.length === 0, 'the grant has two roles'],
    [role.roleId === roleOf(grant)?.id, 'the log names another RoleId'],
    [role.boundaryArn === boundaryOf(evidence), 'the role has another boundary'],
    [hashOf(role.trustPolicy) === intent.trustPolicyHash, 'the role has another trust policy'],
    [permissions?.name === 'permissions', 'the role has no permissions'],
    [hashOf(permissions?.document) === intent.permissionsPolicyHash, 'the role has other permissions'],
    [policies.length + role.attachedPolicies.length === 0, 'the role has further policies'],
    [role.maxSessionDuration === intent.maxSessionDuration, 'the role has another session duration'],
    [
      evidence.providers.some(
        ({ arn }) =>
          arn.includes(`:${evidence.accountId}:`) && arn.includes(`/workspaces/${evidence.workspace}/`),
      ),
      'there is no identity provider',
    ],
  ];
  return checks.flatMap(([holds, fault]) => (holds ? [] : [fault]));
}

const leftErrors = (evidence: Evidence, grant: Grant | undefined): string[] =>
  ownRoles(evidence).map(
    ({ name }) => `role ${name} is left behind by a grant that is ${grant?.state ?? 'none'}`,
  );
