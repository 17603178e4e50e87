import { type Answer, apiError, ok } from '../../http/answers.ts';
import { findRoute, type Route, type SandboxRequest } from '../../http/routes.ts';
import { type Caller, callerOf } from '../credentials/caller.ts';
import { oidcRoutes } from '../identity/oidc.ts';
import type { Repository, Workspace } from '../state.ts';
import { hookEventRoutes, hookRoutes } from './hooks.ts';
import { findEnvironment, findRepository, findWorkspace } from './lookup.ts';
import { paginate } from './pagination.ts';
import { permissionList, withRole } from './permissions.ts';
import { environmentResource, repositoryResource, workspaceResource } from './representation.ts';
import type { RestParts } from './rest-parts.ts';

/** Answers everything under `/2.0`. Without a valid credential the answer is 401, whether the resource exists or not; to a
 *  credential of one workspace every other workspace is "not found". Every answer to a credential says what it is and
 *  which scopes it has. */
export function restApi(parts: RestParts): (request: SandboxRequest) => Promise<Answer> {
  const { store, tokens, url } = parts;
  const open = [...oidcRoutes(store, url), ...hookEventRoutes(url)];
  return async (request) => {
    const free = findRoute(open, request);
    if (free !== 'unknown') return answered(free, request);
    const caller = callerOf(store.state, tokens, request.authorization);
    if (!caller) return apiError(401, 'Token is invalid, expired, or not supported for this endpoint.');
    const closed = [
      ...workspaceRoutes(parts, caller),
      ...repositoryRoutes(parts, caller),
      ...hookRoutes(parts, caller),
    ];
    const answer = await answered(findRoute(closed, request), request);
    return { ...answer, headers: { ...answer.headers, ...caller.headers } };
  };
}

function answered(found: ReturnType<typeof findRoute>, request: SandboxRequest): Answer | Promise<Answer> {
  if (found === 'unknown') return apiError(404, 'Resource not found');
  if (found === 'wrong method') return apiError(405, 'Method not allowed');
  return found.route.answer(found.parts, request);
}

/** Finds what a path names, as far as the caller may see it. */
function lookupsFor({ store: { state } }: RestParts, caller: Caller) {
  const inWorkspace = (name = '', answer: (workspace: Workspace) => Answer): Answer => {
    const workspace = findWorkspace(state, name);
    return workspace && caller.isOf(workspace)
      ? answer(workspace)
      : apiError(404, `No workspace with identifier '${name}'.`);
  };
  const inRepository = (
    [workspaceName, name = '']: string[],
    answer: (repository: Repository, workspace: Workspace) => Answer,
  ): Answer =>
    inWorkspace(workspaceName, (workspace) => {
      const lack = caller.lacks('repository', 'repository:admin');
      if (lack) return lack;
      const repository = findRepository(workspace, name);
      // What a token of another project or repository may not see does not exist for it.
      if (!repository || !caller.sees(workspace, repository)) {
        return apiError(404, `Repository ${workspace.slug}/${name} not found`);
      }
      if (repository.tokenRight === 'none') {
        return apiError(403, 'Your credentials do not have access to this repository.');
      }
      return answer(repository, workspace);
    });
  return { inWorkspace, inRepository };
}

function workspaceRoutes(parts: RestParts, caller: Caller): Route[] {
  const { url } = parts;
  const { inWorkspace, inRepository } = lookupsFor(parts, caller);
  return [
    {
      method: 'GET',
      path: '/2.0/workspaces/:',
      answer: ([name]) =>
        inWorkspace(name, (workspace) => {
          if (!caller.seesWhole(workspace))
            return apiError(403, 'Your credentials are not of the workspace.');
          // Source: Bitbucket's API description: no scope for tokens of OAuth, one for API tokens.
          return caller.lacksForWorkspace() ?? ok(workspaceResource(workspace));
        }),
    },
    {
      method: 'GET',
      path: '/2.0/workspaces/:/permissions/repositories/:',
      answer: (names, { query, path }) =>
        inRepository(names, (repository, workspace) =>
          caller.administers(repository)
            ? permissionList(workspace, repository, { query, url: `${url()}${path}` })
            : apiError(403, 'You must be an admin of the repository to see its permissions.'),
        ),
    },
    {
      method: 'GET',
      path: '/2.0/repositories/:',
      answer: ([name], { query, path }) =>
        inWorkspace(name, (workspace) => {
          const role = query.get('role');
          const lack = caller.lacks('repository');
          if (lack) return lack;
          const seen = workspace.repositories.filter((repository) => caller.sees(workspace, repository));
          const found = withRole(seen, role);
          if (!found) return apiError(400, `Invalid role: ${role}`);
          const values = found.map((repository) => repositoryResource(workspace, repository));
          return paginate(values, { query, url: `${url()}${path}`, understood: ['role'] });
        }),
    },
  ];
}

function repositoryRoutes(parts: RestParts, caller: Caller): Route[] {
  const { url } = parts;
  const { inRepository } = lookupsFor(parts, caller);
  return [
    {
      method: 'GET',
      path: '/2.0/repositories/:/:',
      answer: (names) =>
        inRepository(names, (repository, workspace) => ok(repositoryResource(workspace, repository))),
    },
    {
      method: 'GET',
      path: '/2.0/repositories/:/:/environments',
      answer: (names, { query, path }) =>
        inRepository(
          names,
          ({ environments }) =>
            caller.lacks('pipeline') ??
            paginate(environments.map(environmentResource), { query, url: `${url()}${path}` }),
        ),
    },
    {
      method: 'GET',
      path: '/2.0/repositories/:/:/environments/:',
      answer: ([workspaceName = '', name = '', uuid = '']) =>
        inRepository([workspaceName, name], (repository) => {
          const environment = findEnvironment(repository, uuid);
          const lack = caller.lacks('pipeline');
          if (lack) return lack;
          return environment
            ? ok(environmentResource(environment))
            : apiError(404, `Environment ${uuid} not found`);
        }),
    },
  ];
}
