import { decidingProjects } from '../access/teams/deciding-projects.ts';
import type { ActiveGrant, Grant, RequestInForce } from '../grants/grant.ts';
import { type GrantIntent, intentHash } from '../grants/intent.ts';
import type { Term } from '../lifetimes/latest-end.ts';
import { shorter } from '../lifetimes/lifetime-rule.ts';
import type { BoundaryRoles } from '../policy/boundary-roles.ts';
import { comparePermissions, type Permission, type Risk } from '../policy/difference.ts';
import { canonicalHash } from '../shared/canonical-hash.ts';
import type { ProjectUuid } from '../shared/identifiers.ts';
import type { Principal } from '../shared/principal.ts';
import type { FieldError } from '../shared/problem.ts';
import { durationText, type Instant, plusSeconds, type Seconds } from '../shared/time.ts';
import type { Template } from '../templates/template.ts';
import { type NowThen, nowThen } from './now-then.ts';
import { planWarnings } from './plan-warnings.ts';
import type { RenderedRole } from './rendered-role.ts';
import { type Replacement, replacementsOf } from './replacement.ts';

/** What a request changes beside the permissions. `now` is absent where nothing is live, or without an end; `then` of
 *  `expiresAt` without an end. A lifetime that waits for approval begins at the approval, so its end moves with that.
 *  `maxSessionDuration` in seconds. `trustPolicyChanged`: what is live has another trust policy. */
export type Changes = {
  expiresAt: NowThen<Instant>;
  maxSessionDuration: NowThen<number>;
  trustPolicyChanged: boolean;
  replaces: Replacement[];
};

/** What a request would change, bound by its hash: what was previewed or approved is what is applied. `gained` and `lost`
 *  are the difference to what is live. `approvalReasons` says in words why an approval is needed; empty when none is. */
export type Plan = Changes & {
  hash: string;
  risk: Risk;
  gained: Permission[];
  lost: Permission[];
  requiresApproval: boolean;
  approvalReasons: string[];
  /** The projects whose approvers decide; empty where the installation's do. */
  decidedBy: ProjectUuid[];
  warnings: string[];
};

/** The live state that a change is compared with. `permissionsPolicy` is the document in force. */
export type LiveState = {
  intent: GrantIntent;
  requesterKind: Principal['kind'];
  permissionsPolicy: unknown;
  maxSessionDuration: number;
  trustPolicyHash: string;
  expiresAt?: Instant | undefined;
  /** When the present term began, and how long it may last as it was granted. */
  term?: Term | undefined;
};

/** What is live of a grant as the log knows it; undefined when nothing is. */
export const liveStateOf = (grant: Grant | undefined): LiveState | undefined =>
  grant?.state === 'active' ? liveState(grant) : undefined;

/** What is live of an active grant as the log knows it. */
export function liveState({ request, documents, expiresAt, termSince }: ActiveGrant): LiveState {
  const { intent } = request;
  return {
    intent,
    requesterKind: request.requestedBy.kind,
    permissionsPolicy: documents.permissionsPolicy,
    maxSessionDuration: intent.maxSessionDuration,
    trustPolicyHash: intent.trustPolicyHash,
    expiresAt,
    term: { since: termSince, max: intent.maxLifetimeSeconds },
  };
}

/** The lifetime that a request asks for: `inSeconds` binds the plan, `at` is when it would end if it were live now. */
export type AskedLifetime = { inSeconds: Seconds; at: Instant };

/** The lifetime that a request in the log asked for; undefined for none. */
export const askedLifetime = ({
  expiresInSeconds: inSeconds,
  expiresAt: at,
}: Pick<RequestInForce, 'expiresInSeconds' | 'expiresAt'>): AskedLifetime | undefined =>
  inSeconds !== undefined && at !== undefined ? { inSeconds, at } : undefined;

/** What a plan is computed from. `held`: the parameters whose values other repositories' grants hold exclusively. */
export type PlanInputs = {
  rendered: Pick<RenderedRole, 'intent' | 'role' | 'unowned' | 'audited' | 'actsThrough' | 'names'>;
  template: Pick<Template, 'name' | 'approval'>;
  live: LiveState | undefined;
  lifetime: AskedLifetime | undefined;
  held: readonly FieldError[];
  boundaryRoles: BoundaryRoles | undefined;
};

/** What a request changes beside the permissions. */
export function changesOf({
  intent,
  live,
  lifetime,
}: Pick<PlanInputs, 'live' | 'lifetime'> & { intent: GrantIntent }): Changes {
  return {
    expiresAt: nowThen(live?.expiresAt, lifetime?.at ?? live?.expiresAt),
    maxSessionDuration: nowThen(live?.maxSessionDuration, intent.maxSessionDuration),
    trustPolicyChanged: live !== undefined && live.trustPolicyHash !== intent.trustPolicyHash,
    replaces: replacementsOf(live?.intent.parameters, intent.parameters),
  };
}

/** Computes a plan by comparing the rendered role with what is live. Approval is needed for two kinds of new or wider
 *  plans: those of a template that requires it, and those that name a resource which no ownership rule covers or
 *  which another repository's grant holds exclusively. It is needed, too, where a live grant would last beyond its term. */
export function planOf({ rendered, template, live, lifetime, held, boundaryRoles }: PlanInputs): Plan {
  const { gained, lost, isUnderstood } = comparePermissions(
    live?.permissionsPolicy,
    rendered.role.permissionsPolicy,
  );
  const risk = live
    ? riskOf(widerOrNarrower(rendered, live, lifetime), gained.length > 0 || !isUnderstood, lost.length > 0)
    : 'new';
  const isMore = risk === 'new' || risk === 'wider';
  const unowned = [...rendered.unowned, ...held];
  const ofWhole = [
    ...(isMore ? templateReasons(template, risk) : []),
    ...beyondTerm(rendered.intent, live, lifetime),
  ];
  const waiting = isMore ? unowned : [];
  const approvalReasons = [...ofWhole, ...waiting.map(({ pointer, detail }) => `${pointer}: ${detail}`)];
  const changes = changesOf({ intent: rendered.intent, live, lifetime });
  return {
    hash: planHash({ intent: rendered.intent, expiresInSeconds: lifetime?.inSeconds, live, unowned }),
    risk,
    gained,
    lost,
    requiresApproval: approvalReasons.length > 0,
    approvalReasons,
    decidedBy:
      approvalReasons.length > 0
        ? decidingProjects({
            names: rendered.names,
            actsThrough: rendered.actsThrough !== undefined,
            project: rendered.intent.project?.uuid,
            pointers: waiting.map(({ pointer }) => pointer),
            isWhole: ofWhole.length > 0,
          })
        : [],
    ...changes,
    warnings: [
      ...held.map(({ pointer, detail }) => `${pointer.replace('/parameters/', '')} ${detail}`),
      ...planWarnings({ rendered, live, replaces: changes.replaces, boundaryRoles }),
    ],
  };
}

/** The hash of a plan. It covers what would be granted, for how long, what it replaces, and which of its names are
 *  unowned or held by another grant. So an approval covers no name that became unowned after the request. The same
 *  request over the same live state gives the same hash. Lower-case hex, 64 characters. */
export function planHash({
  intent,
  expiresInSeconds,
  live,
  unowned,
}: {
  intent: GrantIntent;
  expiresInSeconds: Seconds | undefined;
  live: Pick<LiveState, 'intent' | 'expiresAt'> | undefined;
  unowned: readonly FieldError[];
}): string {
  const before = live && {
    intent: intentHash(live.intent),
    ...(expiresInSeconds !== undefined && live.expiresAt !== undefined ? { expiresAt: live.expiresAt } : {}),
  };
  return canonicalHash({
    intent: intentHash(intent),
    expiresInSeconds: expiresInSeconds ?? null,
    live: before ?? null,
    unowned,
  });
}

/** Compares everything but the permissions: the trust policy, the session duration and the expiry. A different trust
 *  policy admits other tokens and always counts as wider. */
function widerOrNarrower(
  { intent }: Pick<RenderedRole, 'intent'>,
  live: LiveState,
  lifetime: AskedLifetime | undefined,
): { wider: boolean; narrower: boolean } {
  const session = intent.maxSessionDuration - live.maxSessionDuration;
  const end = lifetime ? compareEnds(lifetime.at, live.expiresAt) : 0;
  return {
    wider: intent.trustPolicyHash !== live.trustPolicyHash || session > 0 || end > 0,
    narrower: session < 0 || end < 0,
  };
}

/** No end is later than any. */
function compareEnds(asked: Instant, live: Instant | undefined): number {
  if (live === undefined) return -1;
  if (asked === live) return 0;
  return asked > live ? 1 : -1;
}

function riskOf(rest: { wider: boolean; narrower: boolean }, gains: boolean, loses: boolean): Risk {
  if (rest.wider || gains) return 'wider';
  return rest.narrower || loses ? 'narrower' : 'same';
}

/** Why an approval is needed to let a live grant last for longer than its term: the maximum runs from the last approval over
 *  all renewals. The shorter of the maxima of then and now is the one that counts. */
function beyondTerm(
  intent: GrantIntent,
  live: LiveState | undefined,
  lifetime: AskedLifetime | undefined,
): string[] {
  if (!live?.term || (lifetime === undefined && intentHash(intent) === intentHash(live.intent))) return [];
  const { maxLifetimeSeconds } = intent;
  const { since, max: granted } = live.term;
  const max = granted === undefined ? maxLifetimeSeconds : shorter(granted, maxLifetimeSeconds);
  if (max === undefined) return [];
  const latest = plusSeconds(since, max);
  const end = lifetime?.at ?? live.expiresAt;
  if (end !== undefined && end <= latest) return [];
  return [`it would last for longer than ${durationText(max)} since its last approval, until ${latest}`];
}

/** Why a template's approval is needed. */
function templateReasons({ name, approval }: Pick<Template, 'name' | 'approval'>, risk: Risk): string[] {
  if (approval !== 'required') return [];
  const what = risk === 'new' ? 'each grant' : 'each wider change';
  return [`template ${name} requires approval for ${what}`];
}
