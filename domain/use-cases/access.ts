import {
  type AccessContext,
  type AccessRules,
  type Action,
  authorise,
  type DeniedAccess,
  decideAccess,
  type Resource,
} from '../access/authorisation.ts';
import type { RepositoryAdmins } from '../access/repository-admins.ts';
import type { Caller } from '../shared/principal.ts';
import { ok, type Result } from '../shared/result.ts';

/** What deciding needs. `admins` makes what is known of one request's repositories; absent where repository admins are
 *  nobody in particular. */
export type AccessPorts = {
  access: AccessRules;
  admins?: (() => RepositoryAdmins) | undefined;
  reportDenied(denial: DeniedAccess): void;
};

/** What the rules may look at beside caller and resource. Bitbucket is asked only where its answer changes one of the
 *  decisions; a failed look-up throws, and so refuses. */
export async function accessContextOf(
  access: AccessRules,
  admins: RepositoryAdmins | undefined,
  caller: Caller,
  actions: readonly Action[],
  resource: Resource,
): Promise<AccessContext> {
  if (!admins?.couldBe(caller)) return {};
  const allows = (action: Action, repositoryAdmin: boolean) =>
    decideAccess(access, caller, action, resource, { repositoryAdmin }).allowed;
  const matters = actions.some((action) => allows(action, true) !== allows(action, false));
  return matters ? { repositoryAdmin: await admins.are(caller, resource) } : {};
}

/** Whether a caller could be allowed on any grant, before anything is looked up. `onlyAsAdmin`: nothing but Bitbucket's
 *  word would allow it, so what such a caller names must not be told to exist before that word is there. */
export function authoriseSomewhere(
  { access, admins, reportDenied }: AccessPorts,
  caller: Caller,
  action: Action,
): Result<{ onlyAsAdmin: boolean }> {
  if (decideAccess(access, caller, action).allowed) return ok({ onlyAsAdmin: false });
  const asAdmin = { repositoryAdmin: admins?.().couldBe(caller) ?? false };
  const allowed = authorise(access, caller, action, undefined, reportDenied, asAdmin);
  return allowed.ok ? ok({ onlyAsAdmin: true }) : allowed;
}
