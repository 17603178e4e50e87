import {
  type EnvironmentUuid,
  type ProjectUuid,
  parseRepositoryUuid,
  type RepositoryUuid,
} from '../shared/identifiers.ts';
import type { Instant } from '../shared/time.ts';
import type { Workspace } from './oidc.ts';

/** A repository as Bitbucket's API has it now. `fullName` is `workspace-slug/repository-slug`; only the UUID stays. */
export type Repository = {
  uuid: RepositoryUuid;
  slug: string;
  fullName: string;
  workspace: Workspace;
  project?: { key: string; uuid: ProjectUuid } | undefined;
};

/** A repository as a list shows it. `createdAt` is undefined where Bitbucket does not say when it was created. */
export type ListedRepository = Repository & { createdAt: Instant | undefined };

/** Some repositories of a workspace, and where the next ones begin; undefined at the end. `by` is the credential that showed
 *  them: the same text for the same one only. */
export type RepositoryPart = { by: string; items: readonly ListedRepository[]; next: string | undefined };

/** A deployment environment of a repository. The name is free text, may be changed, and may be `*`. */
export type DeploymentEnvironment = { uuid: EnvironmentUuid; name: string };

/** How a caller names a repository: `acme/shop`, or its UUID in braces. */
export type RepositoryName = { workspace: string; slug: string } | { uuid: RepositoryUuid };

/** Parses a repository's name; undefined when `text` is not one. Slugs are compared in lower case. */
export function parseRepositoryName(text: string): RepositoryName | undefined {
  const uuid = parseRepositoryUuid(text);
  if (uuid) return { uuid };
  const match = /^([a-z0-9_][a-z0-9._-]{0,61})\/([a-z0-9_.-]{1,62})$/.exec(text.toLowerCase());
  const [, workspace, slug] = match ?? [];
  if (!workspace || !slug || slug === '.' || slug === '..') return undefined;
  return { workspace, slug };
}
