import { audienceOf } from '../../../bitbucket/oidc.ts';
import {
  type DriftDecision,
  decideDrift,
  inOrder,
  isSameFinding,
  REPAIR_AGAIN_SECONDS,
} from '../../../drift/action.ts';
import { judgeClosedRole, judgeRole, type RoleJudgement } from '../../../drift/role.ts';
import { judgeProvider, judgeWhereabouts } from '../../../drift/whereabouts.ts';
import type { Difference } from '../../../grants/drift.ts';
import type { DriftKind } from '../../../grants/drift-kinds.ts';
import type { Grant } from '../../../grants/grant.ts';
import { PROPAGATION_SECONDS } from '../../../policy/propagation.ts';
import type { Account } from '../../../shared/account.ts';
import { PortError } from '../../../shared/port-error.ts';
import { type Instant, plusSeconds, toInstant } from '../../../shared/time.ts';
import { type AppliedGrant, appliedRoleOf, isApplied } from '../../drift/applied-role.ts';
import { locate } from '../../following/repository-whereabouts.ts';
import { replanToRestore } from '../../replan.ts';
import { findProviderOf } from '../ensure-provider.ts';
import { secondsSince } from '../lasting-failures.ts';
import { configuredAccount, type ProvisionerRun } from '../run.ts';
import { observeRole } from './observe.ts';

/** Milliseconds between two looks at a role to which the provisioner has written within the last minute, and how many of them
 *  must find the same. Our choice: IAM shows a write within seconds, and what it shows before is no drift. */
const LOOK_AGAIN_MS = 1500;
const LOOKS = 3;

/** Compares a grant at rest with IAM and Bitbucket, and records what is to be done where they differ: the next step of the run does
 *  it. Nothing is written for a finding that is recorded already. Whatever asked for the look is not believed. */
export async function examine(run: ProvisionerRun): Promise<void> {
  const { grant } = run.stream();
  if (!grant || !isApplied(grant)) return;
  const judgement = await judgeTwice(run, grant);
  if (grant.state === 'frozen') return recordReopened(run, grant, judgement);
  const elsewhere = await whatBitbucketSays(run, grant);
  const differences = inOrder([...judgement.differences, ...elsewhere]);
  const known = grant.drift?.differences ?? [];
  if (differences.length === 0) {
    if (known.length > 0) await run.recordIntent({ type: 'DriftEnded', data: {} });
    return;
  }
  const decision = decide(run, grant, { differences, isOurs: judgement.isOurs });
  if (isDecided(grant, { differences, decision }, toInstant(run.ports.clock.now()))) return;
  await recordFinding(run, grant, { differences, decision });
}

/** What differs of a grant, what is done about it, and a reason where it is not the usual one. */
type Finding = {
  differences: Difference[];
  decision: Pick<DriftDecision, 'action' | 'isRepeated'>;
  reason?: string;
};

/** What differs of a role now, beside what is known of Bitbucket, and what is to be done about it; undefined where the role is
 *  as it was applied. */
export async function findingNow(run: ProvisionerRun, grant: AppliedGrant): Promise<Finding | undefined> {
  const judgement = await judge(run, grant);
  if (judgement.differences.length === 0) return undefined;
  const differences = inOrder([...judgement.differences, ...knownElsewhere(grant)]);
  return { differences, decision: decide(run, grant, { ...judgement, differences }) };
}

/** Records a finding, and what is to be done about it. */
export function recordFinding(
  run: ProvisionerRun,
  { role }: Pick<AppliedGrant, 'role'>,
  { differences, decision: { action, isRepeated }, reason = isRepeated ? REPEATED : undefined }: Finding,
): Promise<void> {
  const data = {
    role: { name: role.name, arn: role.arn, id: role.id },
    differences,
    action,
    ...(reason === undefined ? {} : { reason }),
  };
  return run.recordIntent({ type: 'DriftFound', data });
}

const REPEATED = 'The role was repaired within the last 24 hours, and differs in the same way again.';

/** True for what was reported already. What could not be repaired then is not tried again within a day. */
function isDecided({ drift }: Grant, { differences, decision: { action } }: Finding, now: Instant): boolean {
  if (action === 'freeze' || drift?.action !== 'reported') return false;
  if (!isSameFinding(drift.differences, differences)) return false;
  return action === 'report' || plusSeconds(drift.foundAt, REPAIR_AGAIN_SECONDS) > now;
}

function decide(
  { ports: { configuration, clock } }: ProvisionerRun,
  grant: Grant,
  judgement: RoleJudgement,
): DriftDecision {
  const { intent } = grant.request;
  const decision = decideDrift({
    ...judgement,
    rules: configuration.drift,
    template: intent.template.name,
    project: intent.project?.uuid,
    repairedAt: grant.repairedAt ?? {},
    now: toInstant(clock.now()),
  });
  if (!decision) throw new Error('a decision was asked for where nothing differs');
  return decision;
}

/** What opens the role of a frozen grant again is closed again, however often. A role that has lost its tag is not written: the grant
 *  then says so, and is tried again until someone restores the tag. */
async function recordReopened(
  run: ProvisionerRun,
  grant: AppliedGrant,
  { differences }: RoleJudgement,
): Promise<void> {
  if (differences.length === 0) return;
  const decision = { action: 'freeze', isRepeated: false } as const;
  await recordFinding(run, grant, { differences: inOrder(differences), decision });
}

/** The judgement of the role and its provider. Where the provisioner has just written, IAM may still show what was before, so a
 *  difference counts only if it stays. Throws where a role that was just made is not visible yet. */
async function judgeTwice(run: ProvisionerRun, grant: AppliedGrant): Promise<RoleJudgement> {
  let judgement = await judge(run, grant);
  const isRecent = secondsSince(run, grant.updatedAt) < PROPAGATION_SECONDS;
  for (let look = 1; isRecent && judgement.differences.length > 0 && look < LOOKS; look += 1) {
    await run.ports.clock.sleep(LOOK_AGAIN_MS);
    const again = await judge(run, grant);
    if (!isSameFinding(judgement.differences, again.differences)) throw notSettled();
    judgement = again;
  }
  const isGone = judgement.differences.some(({ kind }) => kind === 'ROLE_DELETED');
  if (isGone && secondsSince(run, grant.role.confirmedAt) < PROPAGATION_SECONDS) throw notSettled();
  return judgement;
}

const notSettled = () =>
  new PortError(
    'IAM',
    'UNAVAILABLE',
    'IAM does not show the same role twice, or not yet. It is eventually consistent; repeat in a minute.',
  );

async function judge(run: ProvisionerRun, grant: AppliedGrant): Promise<RoleJudgement> {
  const { intent } = grant.request;
  const account = configuredAccount(run.ports.configuration.accounts, intent.account);
  const applied = appliedRoleOf(grant, account) ?? (await appliedByRendering(run, grant, account));
  if (!applied) throw new Error(`the documents of ${grant.id} are not those of its request`);
  const found = await observeRole(run.iam, grant.role.name, applied);
  if (grant.state === 'frozen') return judgeClosedRole(applied, found);
  const ofRole = judgeRole(applied, found);
  const provider = judgeProvider(audienceOf(intent.workspace), await findProviderOf(run, intent));
  return { ...ofRole, differences: [...ofRole.differences, ...provider] };
}

/** The role as it was last applied, where the log has other documents: rendered again, if that comes to the same. */
async function appliedByRendering(run: ProvisionerRun, grant: AppliedGrant, account: Account) {
  const planned = await replanToRestore(run.ports, grant.id, grant.request);
  if (!planned.ok) return undefined;
  const { trustPolicy, permissionsPolicy } = planned.value.rendered.role;
  return appliedRoleOf({ ...grant, documents: { trustPolicy, permissionsPolicy } }, account);
}

/** What Bitbucket says of the grant's repository and environment; what is known already where it does not answer. */
async function whatBitbucketSays(run: ProvisionerRun, grant: AppliedGrant): Promise<Difference[]> {
  try {
    return await lookInBitbucket(run, grant);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return knownElsewhere(grant);
  }
}

/** What is known already of the repository, its environment and its workspace. */
const knownElsewhere = ({ drift }: Grant): Difference[] =>
  (drift?.differences ?? []).filter(({ kind }) => OF_BITBUCKET.includes(kind));

const OF_BITBUCKET: readonly DriftKind[] = [
  'REPOSITORY_GONE',
  'REPOSITORY_MOVED',
  'ENVIRONMENT_GONE',
  'WORKSPACE_RENAMED',
];

async function lookInBitbucket(run: ProvisionerRun, { request }: AppliedGrant): Promise<Difference[]> {
  const { configuration, bitbucket } = run.ports;
  const { intent } = request;
  const workspace = configuration.workspaces.find(({ uuid }) => uuid === intent.workspace.uuid);
  if (!workspace) return [{ kind: 'WORKSPACE_RENAMED', direction: 'neutral' }];
  const found = await locate(bitbucket, workspace, intent.repository.uuid);
  if (found.is === 'gone') return judgeWhereabouts(intent, { repository: 'gone' });
  const environment =
    intent.environment && (await bitbucket.findEnvironment(found.repository, intent.environment.uuid));
  const isGone = intent.environment !== undefined && environment === undefined;
  return judgeWhereabouts(intent, {
    repository: found.repository,
    environment: isGone ? 'gone' : 'there',
  });
}
