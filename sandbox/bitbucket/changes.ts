import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, noContent, ok, refusal } from '../http/answers.ts';
import { faultyFields } from '../http/faulty-fields.ts';
import type { Route } from '../http/routes.ts';
import { findEnvironment, findRepository, findWorkspace } from './rest/lookup.ts';
import { environmentResource, nameOf, repositoryResource, workspaceResource } from './rest/representation.ts';
import { firstPermissions } from './seed.ts';
import type { Repository, StateStore, Workspace } from './state.ts';
import type { Webhooks } from './webhooks.ts';

const slugSchema = z
  .string()
  .regex(/^(?!\.{1,2}$)[a-z0-9._-]{1,62}$/, 'lower-case letters, digits, ".", "_", "-"; at most 62');
const nameSchema = z.string().min(1).max(62);
const createSchema = z.strictObject({
  workspace: z.string().min(1),
  slug: slugSchema,
  name: nameSchema.optional(),
  project: z.string().min(1).optional(),
});
const updateSchema = z.strictObject({
  slug: slugSchema.optional(),
  name: nameSchema.optional(),
  project: z.string().min(1).optional(),
  workspace: z.string().min(1).optional(),
});
const projectSchema = z.strictObject({
  key: z.string().regex(/^[A-Z][A-Z0-9_]{0,127}$/, 'must be a project key'),
});
const environmentSchema = z.strictObject({
  name: z.string().min(1),
  type: z.enum(['Test', 'Staging', 'Production']).default('Test'),
});
const workspaceSchema = z.strictObject({
  oidcEnabled: z.boolean().optional(),
  tokenIsOwner: z.boolean().optional(),
});

/** The actor of every change in the sandbox. */
const actor = {
  type: 'user',
  uuid: '{8a1d3f52-6c0e-4b7a-9f25-0d4c7e61a001}',
  account_id: '557058:8a1d3f52-6c0e-4b7a-9f25-0d4c7e61a001',
  nickname: 'ada',
  display_name: 'Ada',
  links: {},
};

/** What of a repository's names a change touches; only changed fields are sent. */
function renaming({ slug: workspace }: Workspace, before: Repository, after: Repository): object {
  const [oldName, newName] = [nameOf(before), nameOf(after)];
  return {
    ...(oldName === newName ? {} : { name: { old: oldName, new: newName } }),
    ...(before.slug === after.slug
      ? {}
      : { full_name: { old: `${workspace}/${before.slug}`, new: `${workspace}/${after.slug}` } }),
  };
}

const taken = (workspace: Workspace, slug: string, by: Repository | undefined) =>
  workspace.repositories.some((repository) => repository !== by && repository.slug === slug);

/** What people do in Bitbucket itself: create, rename, move and delete repositories, create and delete environments,
 *  rename projects, enable OIDC. Each change is on disk before it is answered; the workspace's webhooks then go out in
 *  the background. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each route is short.
export function changeRoutes(store: StateStore, webhooks: Webhooks, now: () => number): Route[] {
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
    const { slug, name, project } = parsed.data;
    return inWorkspace(parsed.data.workspace, (workspace) => {
      const projectKey = workspace.projects.find(({ key }) => project === undefined || key === project)?.key;
      if (projectKey === undefined)
        return refusal(404, `/project: no project ${project} in ${workspace.slug}`);
      if (taken(workspace, slug, undefined)) return refusal(409, `/slug: ${workspace.slug}/${slug} exists`);
      const created = at();
      const repository: Repository = {
        uuid: `{${randomUUID()}}`,
        slug,
        ...(name === undefined ? {} : { name }),
        tokenRight: 'admin',
        projectKey,
        createdAt: created,
        updatedAt: created,
        environments: [],
        permissions: structuredClone(firstPermissions),
      };
      workspace.repositories.push(repository);
      store.save();
      announce(workspace, repository, { event: 'repo:created' });
      return ok(repositoryResource(workspace, repository), 201);
    });
  }

  const announce = (
    workspace: Workspace,
    repository: Repository,
    { event, ...more }: { event: string; changes?: object },
  ) =>
    webhooks.send(workspace, event, {
      actor,
      repository: repositoryResource(workspace, repository),
      ...more,
    });

  /** Moves into the first project of the other workspace. Bitbucket does not document which workspace is notified; here
   *  both are. */
  function transferRepository(repository: Repository, from: Workspace, to: Workspace): Answer {
    const [project] = to.projects;
    if (!project || taken(to, repository.slug, repository)) {
      return refusal(409, `/workspace: ${to.slug} cannot take ${repository.slug}`);
    }
    from.repositories = from.repositories.filter((other) => other !== repository);
    to.repositories.push(repository);
    Object.assign(repository, { projectKey: project.key, updatedAt: at() });
    store.save();
    const previous = { previous_workspace: workspaceResource(from) };
    const payload = { actor, repository: repositoryResource(to, repository), ...previous };
    for (const workspace of [from, to]) webhooks.send(workspace, 'repo:transfer', payload);
    return ok(repositoryResource(to, repository));
  }

  function updateProject(key: string, workspace: Workspace, body: unknown): Answer {
    const parsed = projectSchema.safeParse(body);
    if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
    const project = workspace.projects.find((one) => one.key === key);
    if (!project) return refusal(404, `/key: no project ${key} in ${workspace.slug}`);
    if (workspace.projects.some((one) => one !== project && one.key === parsed.data.key)) {
      return refusal(409, `/key: ${parsed.data.key} exists`);
    }
    for (const repository of workspace.repositories) {
      if (repository.projectKey === key) repository.projectKey = parsed.data.key;
    }
    project.key = parsed.data.key;
    store.save();
    webhooks.send(workspace, 'project:updated', { actor, project: { type: 'project', ...project } });
    return ok({ type: 'project', ...project });
  }

  function updateRepository(repository: Repository, workspace: Workspace, body: unknown): Answer {
    const parsed = updateSchema.safeParse(body);
    if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
    if (parsed.data.workspace !== undefined) {
      return inWorkspace(parsed.data.workspace, (to) => transferRepository(repository, workspace, to));
    }
    const { slug = repository.slug, project = repository.projectKey, name } = parsed.data;
    const before = { ...repository };
    if (!workspace.projects.some(({ key }) => key === project)) {
      return refusal(404, `/project: no project ${project} in ${workspace.slug}`);
    }
    if (taken(workspace, slug, repository)) return refusal(409, `/slug: ${workspace.slug}/${slug} exists`);
    const named = name === undefined ? {} : { name };
    Object.assign(repository, { slug, ...named, projectKey: project, updatedAt: at() });
    store.save();
    announce(workspace, repository, {
      event: 'repo:updated',
      changes: renaming(workspace, before, repository),
    });
    return ok(repositoryResource(workspace, repository));
  }

  function createEnvironment(repository: Repository, body: unknown): Answer {
    const parsed = environmentSchema.safeParse(body);
    if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
    const { name } = parsed.data;
    if (repository.environments.some((one) => one.name === name)) {
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
          announce(workspace, repository, { event: 'repo:deleted' });
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
      path: '/sandbox/projects/:/:',
      answer: ([name = '', key = ''], { body }) =>
        inWorkspace(name, (workspace) => updateProject(key, workspace, body)),
    },
    {
      method: 'PUT',
      path: '/sandbox/workspaces/:',
      answer: ([name = ''], { body }) =>
        inWorkspace(name, (workspace) => {
          const parsed = workspaceSchema.safeParse(body);
          if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
          const { oidcEnabled = workspace.oidcEnabled, tokenIsOwner = workspace.tokenIsOwner } = parsed.data;
          Object.assign(workspace, { oidcEnabled, tokenIsOwner });
          store.save();
          return ok({ ...workspaceResource(workspace), oidcEnabled, tokenIsOwner });
        }),
    },
  ];
}
