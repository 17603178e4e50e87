import {
  type AccessContext,
  type AccessRules,
  type Action,
  authorise,
  couldBeAllowed,
  type DeniedAccess,
  decideAccess,
  type Resource,
  refuse,
  unknownContext,
} from '../access/authorisation.ts';
import { mayEverywhere } from '../access/list-reach.ts';
import type { RepositoryAdmins } from '../access/repository-admins.ts';
import { type Grant, waitingRequest } from '../grants/grant.ts';
import { UnreadableStream } from '../grants/unreadable/stored-event.ts';
import { type ProvenTarget, provenTarget } from '../grants/unreadable/traces.ts';
import { type GrantId, parseGrantId } from '../shared/identifiers.ts';
import type { Caller, Principal } from '../shared/principal.ts';
import { type Problem, problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';

/** What an access decision needs. `admins` makes the look-up of repository admins for one request, which caches its
 *  answers. */
export type AccessPorts = {
  access: AccessRules;
  admins(): RepositoryAdmins;
  reportDenied(denial: DeniedAccess): void;
  /** Reports a row or a stream that cannot be read. Never throws. */
  reportUnreadable(grantId: string, cause: unknown): void;
};

/** The access context of a request. Bitbucket is asked only if its answer changes one of the decisions. A failed
 *  look-up throws, so it never allows. */
export async function accessContextOf({
  access: rules,
  admins,
  caller,
  actions,
  resource,
  requesterKinds,
}: {
  access: AccessRules;
  admins: RepositoryAdmins;
  caller: Caller;
  actions: readonly Action[];
  resource: Resource;
  requesterKinds: AccessContext['requesterKinds'];
}): Promise<AccessContext> {
  if (!admins.couldBe(caller)) return { requesterKinds, repositoryAdmin: false };
  const allows = (action: Action, repositoryAdmin: boolean) =>
    decideAccess({ rules, caller, action, resource, context: { requesterKinds, repositoryAdmin } }).allowed;
  const matters = actions.some((action) => allows(action, true) !== allows(action, false));
  return { requesterKinds, repositoryAdmin: matters && (await admins.are(caller, resource)) };
}

/** Whether a caller could be allowed on any grant, before anything is looked up. `onlyAsAdmin`: only *admin* on the
 *  repository would allow it. Until Bitbucket confirms that, the answer must not show whether a named repository
 *  exists. */
export function authoriseSomewhere(
  { access: rules, admins, reportDenied: report }: AccessPorts,
  caller: Caller,
  action: Action,
): Result<{ onlyAsAdmin: boolean }> {
  const asked = { rules, caller, action };
  if (couldBeAllowed({ ...asked, context: unknownContext }).allowed) return ok({ onlyAsAdmin: false });
  const context = { ...unknownContext, repositoryAdmin: admins().couldBe(caller) };
  const decision = couldBeAllowed({ ...asked, context });
  if (decision.allowed) return ok({ onlyAsAdmin: true });
  return refuse({ caller, action, resource: undefined, decision, report });
}

/** The kinds of everyone who asked for something since the last approval. */
export const kindsOfRequesters = ({ requesters }: Grant): Principal['kind'][] => [
  ...new Set(requesters.map(({ kind }) => kind)),
];

/** A grant as the resource of a decision. */
export function resourceOf(grant: Grant): Resource {
  const { intent } = grant.request;
  return {
    workspaceUuid: intent.workspace.uuid,
    projectUuid: intent.project?.uuid,
    repositoryUuid: intent.repository.uuid,
    environmentUuid: intent.environment?.uuid,
    accountId: intent.account,
    decidedBy: (waitingRequest(grant) ?? grant.request).proposal?.decidedBy ?? [],
    template: { name: intent.template.name },
  };
}

/** Decides whether a caller may act on a grant whose stream cannot be read. `target` is what the grant's id proves.
 *  It does not prove workspace and project, so the caller must be allowed both with and without them. If nothing is
 *  proven, a caller must be allowed on every grant. If Bitbucket is asked who administers the repository, that also
 *  proves the claimed workspace. */
export async function authoriseUnreadable(
  { access: rules, reportDenied: report }: Pick<AccessPorts, 'access' | 'reportDenied'>,
  {
    caller,
    action,
    target,
    admins,
  }: { caller: Caller; action: Action; target: ProvenTarget | undefined; admins: RepositoryAdmins },
): Promise<Result<undefined>> {
  const attempt = { rules, caller, action, context: unknownContext };
  if (mayEverywhere(attempt)) return ok(undefined);
  if (!target) {
    const decision = { allowed: false, rule: 'default-deny' };
    return refuse({ ...attempt, resource: undefined, decision, report });
  }
  const { repository, environmentUuid, account: accountId, template, claimed } = target;
  const proven = {
    repositoryUuid: repository.uuid,
    environmentUuid,
    accountId,
    template: { name: template },
    decidedBy: [],
  };
  const asked = { caller, resource: { ...claimed, ...proven }, requesterKinds: undefined };
  const context = await accessContextOf({ access: rules, admins, actions: [action], ...asked });
  for (const unproven of [claimed, { workspaceUuid: undefined, projectUuid: undefined }]) {
    const mayAct = authorise({ ...attempt, context, resource: { ...unproven, ...proven }, report });
    if (!mayAct.ok) return mayAct;
  }
  return ok(undefined);
}

/** The problem for a grant whose stream cannot be read. */
export const unreadableGrant = ({ grantId, reason }: UnreadableStream): Problem =>
  problem(
    'CONFLICT',
    `Grant ${grantId} cannot be read: ${reason}. It can only be revoked, which closes its role. The operators have a report.`,
  );

/** The problem for a decision on a stream that a newer version has written. */
export const readOnlyGrant = (grantId: string): Problem =>
  problem(
    'CONFLICT',
    `Grant ${grantId} holds events of a newer version of Rolewright. This version can only show and revoke it. Repeat the request when the newer version is deployed.`,
  );

/** A grant that was loaded, or why not; `unreadable` where its stream cannot be read. */
export type Loaded<S> = Result<S & { grant: Grant }> & { unreadable?: UnreadableStream };

/** Returns an `UnreadableStream`; throws any other error. */
export function onlyUnreadable(error: unknown): UnreadableStream {
  if (error instanceof UnreadableStream) return error;
  throw error;
}

/** The one answer for a grant that does not exist and for one that the caller may not read. */
export const grantNotFound = (grantId: string): { ok: false; problem: Problem } =>
  fail(problem('GRANT_NOT_FOUND', `There is no grant ${grantId.slice(0, 64)}.`));

/** What a caller wants of one grant, which they name: `grantId` is any text until it is parsed. */
export type GrantAttempt = { grantId: string; caller: Caller; action: Action };

/** Loads a grant for a caller who may read it and may do `action` with it. The problem is `GRANT_NOT_FOUND`,
 *  with the same detail, for a grant that does not exist and for one that the caller may not read. It is
 *  `DENIED` where they may read the grant and no more, `CONFLICT` where its stream cannot be read. Every use case of one grant goes through this.
 *  `admins` are those of one request, which may load a grant more than once. */
export async function loadForCaller<S extends { grant: Grant | undefined }>(
  ports: Pick<AccessPorts, 'access' | 'reportDenied' | 'reportUnreadable'>,
  load: (grantId: GrantId) => Promise<S>,
  { grantId, caller, action, admins }: GrantAttempt & { admins: RepositoryAdmins },
): Promise<Loaded<S>> {
  const { access: rules, reportDenied: report } = ports;
  const id = parseGrantId(grantId);
  if (!id) return grantNotFound(grantId);
  const stream = await load(id).catch(onlyUnreadable);
  if (stream instanceof UnreadableStream) {
    ports.reportUnreadable(id, stream);
    const target = provenTarget(id, stream.texts);
    const mayRead = await authoriseUnreadable(ports, { caller, action: 'read', target, admins });
    const answer = mayRead.ok ? fail(unreadableGrant(stream)) : grantNotFound(grantId);
    return { ...answer, unreadable: stream };
  }
  const { grant } = stream;
  if (!grant) return grantNotFound(grantId);
  const resource = resourceOf(grant);
  const asked = { caller, resource, requesterKinds: kindsOfRequesters(grant) };
  const context = await accessContextOf({ access: rules, admins, actions: ['read', action], ...asked });
  const mayRead = authorise({ rules, caller, action: 'read', resource, context, report });
  if (!mayRead.ok) return grantNotFound(grantId);
  const allowed =
    action === 'read' ? mayRead : authorise({ rules, caller, action, resource, context, report });
  return allowed.ok ? ok({ ...stream, grant }) : allowed;
}
