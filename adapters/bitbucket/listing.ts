import * as z from 'zod';
import type { Workspace } from '../../domain/bitbucket/oidc.ts';
import type { ListedRepository } from '../../domain/bitbucket/repository.ts';
import { epochOf, type Instant, toInstant } from '../../domain/shared/time.ts';
import { repositoryShape, toRepository } from './shapes.ts';

const listedShape = repositoryShape.extend({ created_on: z.string().optional() });

const listOf = ({ uuid }: Workspace): string => `/repositories/${encodeURIComponent(uuid)}`;

/** The path of the first page of a workspace's repositories, of 100 each. Source: "List repositories in a workspace". */
export const firstPage = (workspace: Workspace): string => `${listOf(workspace)}?pagelen=100`;

/** True for a path of a page of a workspace's repositories: a position was kept in a table, and no other path is asked for. Bitbucket may name the
 *  workspace by its slug. */
export const isPageOf = (workspace: Workspace, path: string): boolean =>
  [listOf(workspace), `/repositories/${workspace.uuid}`, `/repositories/${workspace.slug}`].some((list) =>
    path.startsWith(`${list}?`),
  );

/** The repositories in a page. What cannot be read, or is of another workspace, is left out: it counts as not shown. */
export const listedIn = (values: readonly unknown[], workspace: Workspace): ListedRepository[] =>
  values.flatMap((value) => {
    const { data: found } = listedShape.safeParse(value);
    if (!found || (found.workspace && found.workspace.uuid !== workspace.uuid)) return [];
    const repository = toRepository(found, found.workspace ?? workspace);
    return [{ ...repository, createdAt: instantIn(found.created_on) }];
  });

/** A time as Bitbucket writes it: `2018-09-20T12:49:08.541926+00:00`. */
function instantIn(text: string | undefined): Instant | undefined {
  const at = text === undefined ? Number.NaN : epochOf(text);
  return Number.isNaN(at) ? undefined : toInstant(at as ReturnType<typeof epochOf>);
}
