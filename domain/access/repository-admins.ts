import type { Bitbucket } from '../bitbucket/port.ts';
import type { Caller } from '../shared/principal.ts';
import type { Resource } from './authorisation.ts';
import { type Directory, findPerson } from './directory.ts';

/** Who has *admin* on a repository in Bitbucket. */
export type RepositoryAdmins = {
  /** False for a caller who certainly administers no repository: all but people whose Bitbucket account is
   *  known. */
  couldBe(caller: Caller): boolean;
  /** Asks Bitbucket. Throws a `PortError` when it cannot be found out; that is never a yes. */
  are(caller: Caller, resource: Resource): Promise<boolean>;
};

/** The admins according to Bitbucket. A person is identified by the account in their directory entry. Answers
 *  are cached for the life of the returned object: make one for each request. */
export function repositoryAdmins(
  directory: Directory,
  bitbucket: Pick<Bitbucket, 'isRepositoryAdmin'>,
): RepositoryAdmins {
  const answers = new Map<string, Promise<boolean>>();
  const accountOf = ({ principal }: Caller): string | undefined =>
    principal.kind === 'person' ? findPerson(directory, principal.id)?.bitbucket : undefined;
  return {
    couldBe: (caller) => accountOf(caller) !== undefined,
    async are(caller, { workspaceUuid, repositoryUuid }) {
      const account = accountOf(caller);
      if (account === undefined || workspaceUuid === undefined) return false;
      const key = `${account} ${workspaceUuid} ${repositoryUuid}`;
      const answer =
        answers.get(key) ?? bitbucket.isRepositoryAdmin({ workspaceUuid, repositoryUuid }, account);
      answers.set(key, answer);
      return answer;
    },
  };
}

/** The admins where an administrator has not switched them on: none. */
export const noRepositoryAdmins: RepositoryAdmins = {
  couldBe: () => false,
  are: async () => false,
};
