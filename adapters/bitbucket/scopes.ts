/** Scopes whose names do not show that they change something: `webhook` creates webhooks, `pipeline:variable` writes
 *  variables, `wiki` writes pages. Source: Bitbucket's REST introduction, "Scopes". */
const WRITING = new Set(['webhook', 'wiki', 'pipeline:variable']);

/** What the credential of `repositoryAdmins` needs beside reading: Bitbucket shows who administers a repository only to
 *  its administrators. */
const ADMINISTRATION = new Set(['repository:admin', 'admin:repository:bitbucket']);

/** True for a known scope that writes, deletes or administers, in either of Bitbucket's spellings: `repository:write`, or
 *  `write:repository:bitbucket`. An unknown name is no evidence. */
const isWriting = (scope: string): boolean =>
  WRITING.has(scope) || /^(write|admin|delete):|:(write|admin|delete)$/.test(scope);

/** What a credential is for: `reading` for everything, or `admins` for who administers a repository. */
export type Purpose = 'reading' | 'admins';

/** Those of the scopes that a credential for this purpose must not have. */
export const excessScopes = (scopes: readonly string[], purpose: Purpose): string[] =>
  scopes.filter((scope) => isWriting(scope) && !(purpose === 'admins' && ADMINISTRATION.has(scope)));

/** The scopes in `x-oauth-scopes`, or in the `scopes` of an OAuth token: separated by commas or spaces. Nothing else of
 *  the text is kept. */
export const scopesIn = (text: string | null | undefined): string[] =>
  (text ?? '').split(/[\s,]+/).filter((scope) => /^[a-z][a-z:_-]{0,59}$/.test(scope));

/** `x-credential-type` of access tokens that see a part of their workspace. Its values are seen in clients, and not
 *  documented; where the header is missing, only what the credential can read counts. */
const PARTIAL = new Set(['project_access_token', 'repo_access_token', 'repository_access_token']);

/** True where Bitbucket says that a credential sees a project or a repository only. */
export const isPartial = (credentialType: string | null | undefined): boolean =>
  PARTIAL.has(credentialType ?? '');
