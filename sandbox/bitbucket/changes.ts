import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, noContent, ok, refusal } from './answers.ts';
import { faultyFields } from './faulty-fields.ts';
import { findEnvironment, findRepository, findWorkspace } from './lookup.ts';
import { environmentResource, repositoryResource, workspaceResource } from './representation.ts';
import type { Route } from './request.ts';
import type { Repository, StateStore, Workspace } from './state.ts';

const slugSchema = z
  .string()
  .regex(/^(?!\.{1,2}$)[a-z0-9._-]{1,62}$/, 'lower-case letters, digits, ".", "_", "-"; at most 62');
const createSchema = z.strictObject({
  workspace: z.string().min(1),
  slug: slugSchema,
  project: z.string().min(1).optional(),
});
const updateSchema = z.strictObject({ slug: slugSchema.optional(), project: z.string().min(1).optional() });
const environmentSchema = z.strictObject({
  name: z.string().min(1),
  type: z.enum(['Test', 'Staging', 'Production']).default('Test'),
});
const workspaceSchema = z.strictObject({ oidcEnabled: z.boolean() });

const taken = (workspace: Workspace, slug: string, by: Repository | undefined) =>
  workspace.repositories.some((repository) => repository !== by && repository.slug === slug);

/** What people do in Bitbucket itself: create, rename, move and delete repositories, create and delete environments,
 *  enable OIDC. Each change is on disk before it is answered. */
export function changeRoutes(store: StateStore, now: () => number): Route[] {
  const at = () => new Date(now()).toISOString();

  const inWorkspace = <T extends Answer | Promise<Answer>>(
    name: string,
    answer: (workspace: Workspace) => T,
  ): T | Answer => {
    const workspace = findWorkspace(store.state, name);
    return workspace ? answer(workspace) : refusal(404, `/workspace: no workspace ${name}`);
  };
  const inRepository = (
    [workspaceName = '', slug = '']: string[],
    answer: (repository: Repository, workspace: Workspace) => Answer,
  ): Answer =>
    inWorkspace(workspaceName, (workspace) => {
      const repository = findRepository(workspace, slug);
      return repository
        ? answer(repository, workspace)
        : refusal(404, `/slug: no repository ${workspace.slug}/${slug}`);
    });

  function createRepository(body: unknown): Answer {
    const parsed = createSchema.safeParse(body);
    if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
    const { slug, project } = parsed.data;
    return inWorkspace(parsed.data.workspace, (workspace) => {
      const projectKey = workspace.projects.find(({ key }) => project === undefined || key === project)?.key;
      if (projectKey === undefined)
        return refusal(404, `/project: no project ${project} in ${workspace.slug}`);
      if (taken(workspace, slug, undefined)) return refusal(409, `/slug: ${workspace.slug}/${slug} exists`);
      const created = at();
      const repository: Repository = {
        uuid: `{${randomUUID()}}`,
        slug,
        projectKey,
        createdAt: created,
        updatedAt: created,
        environments: [],
      };
      workspace.repositories.push(repository);
      store.save();
      return ok(repositoryResource(workspace, repository), 201);
    });
  }

  function updateRepository(repository: Repository, workspace: Workspace, body: unknown): Answer {
    const parsed = updateSchema.safeParse(body);
    if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
    const { slug = repository.slug, project = repository.projectKey } = parsed.data;
    if (!workspace.projects.some(({ key }) => key === project)) {
      return refusal(404, `/project: no project ${project} in ${workspace.slug}`);
    }
    if (taken(workspace, slug, repository)) return refusal(409, `/slug: ${workspace.slug}/${slug} exists`);
    Object.assign(repository, { slug, projectKey: project, updatedAt: at() });
    store.save();
    return ok(repositoryResource(workspace, repository));
  }

  function createEnvironment(repository: Repository, body: unknown): Answer {
    const parsed = environmentSchema.safeParse(body);
    if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
    const { name } = parsed.data;
    if (repository.environments.some((environment) => environment.name === name)) {
      return refusal(409, `/name: environment ${name} exists`);
    }
    const environment = { uuid: `{${randomUUID()}}`, ...parsed.data };
    repository.environments.push(environment);
    store.save();
    return ok(environmentResource(environment), 201);
  }

  return [
    {
      method: 'POST',
      path: '/sandbox/repositories',
      answer: (_, { body }) => createRepository(body),
    },
    {
      method: 'PUT',
      path: '/sandbox/repositories/:/:',
      answer: (names, { body }) =>
        inRepository(names, (repository, workspace) => updateRepository(repository, workspace, body)),
    },
    {
      method: 'DELETE',
      path: '/sandbox/repositories/:/:',
      answer: (names) =>
        inRepository(names, (repository, workspace) => {
          workspace.repositories = workspace.repositories.filter((other) => other !== repository);
          store.save();
          return noContent;
        }),
    },
    {
      method: 'POST',
      path: '/sandbox/repositories/:/:/environments',
      answer: (names, { body }) => inRepository(names, (repository) => createEnvironment(repository, body)),
    },
    {
      method: 'DELETE',
      path: '/sandbox/repositories/:/:/environments/:',
      answer: ([workspaceName = '', slug = '', uuid = '']) =>
        inRepository([workspaceName, slug], (repository) => {
          const environment = findEnvironment(repository, uuid);
          if (!environment) return refusal(404, `/uuid: no environment ${uuid}`);
          repository.environments = repository.environments.filter((other) => other !== environment);
          store.save();
          return noContent;
        }),
    },
    {
      method: 'PUT',
      path: '/sandbox/workspaces/:',
      answer: ([name = ''], { body }) =>
        inWorkspace(name, (workspace) => {
          const parsed = workspaceSchema.safeParse(body);
          if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
          workspace.oidcEnabled = parsed.data.oidcEnabled;
          store.save();
          return ok({ ...workspaceResource(workspace), oidcEnabled: workspace.oidcEnabled });
        }),
    },
  ];
}
