import { type Answer, apiError, ok } from '../../http/answers.ts';
import { findRoute, type Route, type SandboxRequest } from '../../http/routes.ts';
import { oidcRoutes } from '../identity/oidc.ts';
import type { Repository, StateStore, Workspace } from '../state.ts';
import { hookEventRoutes, hookRoutes } from './hooks.ts';
import { findEnvironment, findRepository, findWorkspace } from './lookup.ts';
import { paginate } from './pagination.ts';
import { permissionList, withRole } from './permissions.ts';
import { environmentResource, repositoryResource, workspaceResource } from './representation.ts';

const TOKEN = 'sandbox-token';

/** Answers everything under `/2.0`. Without credentials the answer is 401, whether the resource exists or not. */
export function restApi(
  store: StateStore,
  url: () => string,
  now: () => number,
): (request: SandboxRequest) => Promise<Answer> {
  const open = [...oidcRoutes(store, url), ...hookEventRoutes(url)];
  const closed = [...resourceRoutes(store, url), ...hookRoutes(store, url, now)];
  return async (request) => {
    let found = findRoute(open, request);
    if (found === 'unknown') {
      if (request.authorization !== `Bearer ${TOKEN}`) {
        return apiError(401, 'Token is invalid, expired, or not supported for this endpoint.');
      }
      found = findRoute(closed, request);
    }
    if (found === 'unknown') return apiError(404, 'Resource not found');
    if (found === 'wrong method') return apiError(405, 'Method not allowed');
    return found.route.answer(found.parts, request);
  };
}

function resourceRoutes({ state }: StateStore, url: () => string): Route[] {
  const inWorkspace = (name = '', answer: (workspace: Workspace) => Answer): Answer => {
    const workspace = findWorkspace(state, name);
    return workspace ? answer(workspace) : apiError(404, `No workspace with identifier '${name}'.`);
  };
  const inRepository = (
    [workspaceName, name = '']: string[],
    answer: (repository: Repository, workspace: Workspace) => Answer,
  ): Answer =>
    inWorkspace(workspaceName, (workspace) => {
      const repository = findRepository(workspace, name);
      if (!repository) return apiError(404, `Repository ${workspace.slug}/${name} not found`);
      if (repository.tokenRight === 'none') {
        return apiError(403, 'Your credentials do not have access to this repository.');
      }
      return answer(repository, workspace);
    });

  return [
    {
      method: 'GET',
      path: '/2.0/workspaces/:',
      answer: ([name]) => inWorkspace(name, (workspace) => ok(workspaceResource(workspace))),
    },
    {
      method: 'GET',
      path: '/2.0/workspaces/:/permissions/repositories/:',
      answer: (names, { query, path }) =>
        inRepository(names, (repository, workspace) =>
          permissionList(workspace, repository, { query, url: `${url()}${path}` }),
        ),
    },
    {
      method: 'GET',
      path: '/2.0/repositories/:',
      answer: ([name], { query, path }) =>
        inWorkspace(name, (workspace) => {
          const role = query.get('role');
          const found = withRole(workspace.repositories, role);
          if (!found) return apiError(400, `Invalid role: ${role}`);
          const values = found.map((repository) => repositoryResource(workspace, repository));
          return paginate(values, { query, url: `${url()}${path}`, understood: ['role'] });
        }),
    },
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
        inRepository(names, ({ environments }) =>
          paginate(environments.map(environmentResource), { query, url: `${url()}${path}` }),
        ),
    },
    {
      method: 'GET',
      path: '/2.0/repositories/:/:/environments/:',
      answer: ([workspaceName = '', name = '', uuid = '']) =>
        inRepository([workspaceName, name], (repository) => {
          const environment = findEnvironment(repository, uuid);
          return environment
            ? ok(environmentResource(environment))
            : apiError(404, `Environment ${uuid} not found`);
        }),
    },
  ];
}
