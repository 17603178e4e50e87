import type { Workspace } from './bitbucket-oidc.ts';
import type { Uuid } from './identifiers.ts';

/** A repository as Bitbucket's API has it now. `fullName` is `workspace-slug/repository-slug`; only the UUID stays. */
export type Repository = {
  uuid: Uuid;
  slug: string;
  fullName: string;
  workspace: Workspace;
  project?: { key: string; uuid: Uuid } | undefined;
};

/** A deployment environment of a repository. The name is free text, may be changed, and may be `*`. */
export type DeploymentEnvironment = { uuid: Uuid; name: string };
