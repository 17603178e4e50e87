import type { Environment, Permission, Repository, Workspace } from '../state.ts';

const API = 'https://api.bitbucket.org/2.0';
const RANKS = { Test: 0, Staging: 1, Production: 2 } as const;

/** Bitbucket's way to write a time: microseconds and a numeric offset. */
function timestamp(iso: string): string {
  return iso.replace('Z', '000+00:00');
}

const links = (path: string) => ({ self: { href: `${API}${path}` } });

/** A workspace as `GET /2.0/workspaces/{workspace}` returns it. */
export function workspaceResource({ uuid, name, slug, createdAt }: Workspace) {
  return {
    type: 'workspace',
    uuid,
    name,
    slug,
    is_private: true,
    is_privacy_enforced: false,
    forking_mode: 'allow_forks',
    created_on: timestamp(createdAt),
    updated_on: timestamp(createdAt),
    links: links(`/workspaces/${slug}`),
  };
}

/** What people call a repository, which need not be its slug. */
export const nameOf = ({ name, slug }: Repository): string => name ?? slug;

/** A repository as `GET /2.0/repositories/{workspace}/{repo_slug}` returns it, with workspace and project. */
export function repositoryResource(workspace: Workspace, repository: Repository) {
  const project = workspace.projects.find(({ key }) => key === repository.projectKey);
  return {
    type: 'repository',
    uuid: repository.uuid,
    full_name: `${workspace.slug}/${repository.slug}`,
    name: nameOf(repository),
    slug: repository.slug,
    scm: 'git',
    is_private: true,
    description: '',
    website: null,
    language: '',
    size: 284_698,
    created_on: timestamp(repository.createdAt),
    updated_on: timestamp(repository.updatedAt),
    workspace: {
      type: 'workspace',
      uuid: workspace.uuid,
      name: workspace.name,
      slug: workspace.slug,
      links: links(`/workspaces/${workspace.slug}`),
    },
    owner: { type: 'team', display_name: workspace.name, uuid: workspace.uuid, links: {} },
    project: project && {
      type: 'project',
      key: project.key,
      uuid: project.uuid,
      name: project.name,
      links: links(`/workspaces/${workspace.slug}/projects/${project.key}`),
    },
    mainbranch: { type: 'branch', name: 'main' },
    fork_policy: 'allow_forks',
    parent: null,
    enforced_signed_commits: null,
    has_issues: false,
    has_wiki: false,
    links: links(`/repositories/${workspace.slug}/${repository.slug}`),
  };
}

/** A permission as `GET /2.0/workspaces/{workspace}/permissions/repositories/{repo_slug}` lists it. */
export function permissionResource(workspace: Workspace, repository: Repository, held: Permission) {
  const { nickname, uuid, accountId, permission } = held;
  const { slug } = repository;
  return {
    type: 'repository_permission',
    permission,
    user: { type: 'user', display_name: nickname, nickname, uuid, account_id: accountId, links: {} },
    repository: {
      type: 'repository',
      name: nameOf(repository),
      full_name: `${workspace.slug}/${slug}`,
      uuid: repository.uuid,
      links: links(`/repositories/${workspace.slug}/${slug}`),
    },
  };
}

/** A deployment environment as Bitbucket returns it. */
export function environmentResource({ uuid, name, type }: Environment) {
  return {
    type: 'deployment_environment',
    uuid,
    name,
    slug: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    rank: RANKS[type],
    hidden: false,
    environment_type: { type: 'deployment_environment_type', name: type, rank: RANKS[type] },
    category: { name: type },
    lock: { type: 'deployment_environment_lock_open', name: 'OPEN' },
    environment_lock_enabled: true,
    deployment_gate_enabled: false,
    restrictions: { type: 'deployment_restrictions_configuration', admin_only: false },
  };
}
