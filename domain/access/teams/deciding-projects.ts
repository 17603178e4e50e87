import type { ProjectUuid } from '../../shared/identifiers.ts';
import type { OwnedName } from '../ownership.ts';

/** What a plan needs a decision about. `names` are all names of resources in the request. `pointers` are the parameters that
 *  wait; `isWhole` says that the whole request waits, because its template or its term wants an approval. */
export type Undecided = {
  names: readonly OwnedName[];
  actsThrough: boolean;
  project: ProjectUuid | undefined;
  pointers: readonly string[];
  isWhole: boolean;
};

/** The projects whose approvers decide a plan, each once and sorted; empty where the installation's approvers alone decide. A
 *  project's approvers decide what the project owns. What has no owner, passable and assumable roles, and templates that let
 *  others act are the installation's. A request without names is decided by its own project. */
export function decidingProjects({
  names,
  actsThrough,
  project,
  pointers,
  isWhole,
}: Undecided): ProjectUuid[] {
  if (actsThrough) return [];
  const waiting = names.filter(({ pointer }) => isWhole || pointers.includes(pointer));
  const owners = waiting.length > 0 ? waiting.map(({ owner }) => owner) : [project];
  const known = owners.filter((owner) => owner !== undefined);
  return known.length < owners.length ? [] : [...new Set(known)].sort();
}
