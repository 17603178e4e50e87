import type { Repository } from '../../bitbucket/repository.ts';
import { type NewEvent, optional } from '../event.ts';
import { type Grant, isLive } from '../grant.ts';

/** Decides whether a grant learns its repository's present names: an event only where one differs and the grant is not
 *  over, for the record of an ended grant keeps the names that it ended with. */
export function decideRename(grant: Grant, { uuid, fullName, project }: Repository): NewEvent[] {
  const { repository, account, project: known } = grant.request.intent;
  if (!isLive(grant.state) || repository.uuid !== uuid) return [];
  const isSame =
    repository.fullName === fullName &&
    (!project || (known?.key === project.key && known.uuid === project.uuid));
  if (isSame) return [];
  const data = { repository: { uuid, fullName }, account, ...optional('project', project) };
  return [{ type: 'RepositoryRenamed', data }];
}
