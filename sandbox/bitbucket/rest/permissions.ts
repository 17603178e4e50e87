import { z } from 'zod';
import { type Answer, apiError, ok, refusal } from '../../http/answers.ts';
import { faultyFields } from '../../http/faulty-fields.ts';
import type { Route } from '../../http/routes.ts';
import { type Account, accounts } from '../seed.ts';
import type { Repository, StateStore, Workspace } from '../state.ts';
import { findRepositoryByName } from './lookup.ts';
import { paginate } from './pagination.ts';
import { permissionResource } from './representation.ts';

/** The account name of all credentials of the repository's workspace. */
const CREDENTIALS = 'credentials';

const setSchema = z.strictObject({
  repository: z.string().min(1),
  account: z
    .string()
    .regex(/^(\{[0-9a-f-]{36}\}|[a-z-]+)$/, 'must be a name of the seed, a UUID in braces, or credentials'),
  permission: z.enum(['admin', 'write', 'read', 'none']),
});

/** The account by its name in the seed, or an unknown account with that UUID. */
function accountOf(nameOrUuid: string): Account | undefined {
  const known = accounts.find(({ nickname, uuid }) => nickname === nameOrUuid || uuid === nameOrUuid);
  if (known || !nameOrUuid.startsWith('{')) return known;
  return { nickname: 'someone', uuid: nameOrUuid, accountId: `557058:${nameOrUuid.slice(1, -1)}` };
}

/** Gives an account a permission on a repository, as the settings page does; `none` removes it. */
export function permissionRoutes(store: StateStore): Route[] {
  return [
    {
      method: 'PUT',
      path: '/sandbox/permissions',
      answer(_, { body }) {
        const parsed = setSchema.safeParse(body);
        if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
        const { repository: name, account: named, permission } = parsed.data;
        const found = findRepositoryByName(store.state, name);
        if (!found) return refusal(404, `/repository: no repository ${name}`);
        if (named === CREDENTIALS) {
          found.repository.tokenRight = permission;
          store.save();
          return ok({ repository: found.repository.uuid, account: named, permission });
        }
        const account = accountOf(named);
        if (!account) return refusal(404, `/account: no account ${named}`);
        const { repository } = found;
        const others = repository.permissions.filter(({ uuid }) => uuid !== account.uuid);
        repository.permissions = permission === 'none' ? others : [...others, { ...account, permission }];
        store.save();
        return ok({ repository: repository.uuid, account: account.uuid, permission });
      },
    },
  ];
}

/** The effective permissions on a repository, as `GET /2.0/workspaces/{workspace}/permissions/repositories/{repo_slug}`
 *  lists them. Supports only the query `permission="…"`. */
export function permissionList(
  workspace: Workspace,
  repository: Repository,
  { query, url }: { query: URLSearchParams; url: string },
): Answer {
  const asked = query.get('q');
  const wanted = asked === null ? undefined : /^permission\s*=\s*"(admin|write|read)"$/.exec(asked)?.[1];
  if (asked !== null && wanted === undefined)
    return apiError(400, `The sandbox does not support: q=${asked}`);
  const values = repository.permissions
    .filter(({ permission }) => wanted === undefined || permission === wanted)
    .map((held) => permissionResource(workspace, repository, held));
  return paginate(values, { query, url, understood: ['q'] });
}

/** What each `role` of a list asks of the caller: "member" is read, "contributor" write, "admin" administration. A
 *  repository of a workspace has no other owner than those who administer it. Source: Bitbucket's API description,
 *  `GET /repositories/{workspace}`. */
const RIGHTS_OF_ROLE: Readonly<Record<string, readonly Repository['tokenRight'][]>> = {
  owner: ['admin'],
  admin: ['admin'],
  contributor: ['admin', 'write'],
  member: ['admin', 'write', 'read'],
};

/** Those of the repositories on which the credential has the role, or any right where none is asked for; undefined for a
 *  role that Bitbucket does not know. */
export function withRole(repositories: readonly Repository[], role: string | null): Repository[] | undefined {
  const asked = role ?? 'member';
  const rights = Object.hasOwn(RIGHTS_OF_ROLE, asked) ? RIGHTS_OF_ROLE[asked] : undefined;
  return rights && repositories.filter(({ tokenRight }) => rights.includes(tokenRight));
}
