import { type Answer, apiError } from '../../http/answers.ts';
import type { BitbucketState, Repository, Workspace } from '../state.ts';
import type { ConsumerTokens } from './consumer-tokens.ts';
import type { Credential } from './credential.ts';

/** Who calls the API: a credential of one workspace, and what of it the credential can see. */
export type Caller = {
  isOf(workspace: Workspace): boolean;
  /** True where the credential sees the workspace as a whole. */
  seesWhole(workspace: Workspace): boolean;
  sees(workspace: Workspace, repository: Repository): boolean;
  /** True where it may see who administers a repository: an account as itself, an access token by its scope. */
  administers(repository: Repository): boolean;
  /** What Bitbucket says of the credential in every answer. */
  headers: Record<string, string>;
  /** A 403 unless it has one of these scopes, in its own spelling. */
  lacks(...scopes: string[]): Answer | undefined;
  /** A 403 unless it may read the workspace itself, for which API tokens alone need a scope. */
  lacksForWorkspace(): Answer | undefined;
};

/** The caller with this `Authorization` header; undefined for a credential that is unknown, expired or revoked. */
export function callerOf(
  state: BitbucketState,
  tokens: ConsumerTokens,
  authorization: string | undefined,
): Caller | undefined {
  const credential = credentialOf(state, tokens, authorization);
  return credential && !credential.revoked ? toCaller(credential) : undefined;
}

function credentialOf(
  { credentials }: BitbucketState,
  tokens: ConsumerTokens,
  authorization: string | undefined,
): Credential | undefined {
  const [scheme, text = ''] = (authorization ?? '').split(/ (.*)/s);
  if (scheme === 'Bearer') {
    const key = tokens.keyOf(text);
    return credentials.find(({ kind, name, secret }) =>
      kind === 'oauthConsumer' ? name === key : kind === 'accessToken' && secret === text,
    );
  }
  if (scheme !== 'Basic') return undefined;
  const pair = Buffer.from(text, 'base64').toString();
  return credentials.find(({ kind, name, secret }) => kind === 'apiToken' && pair === `${name}:${secret}`);
}

/** `x-credential-type` as clients have seen it. */
function credentialType({ kind, project, repository }: Credential): string {
  if (kind === 'oauthConsumer') return 'oauth2';
  if (kind === 'apiToken') return 'api_token';
  if (repository !== undefined) return 'repo_access_token';
  return project === undefined ? 'workspace_access_token' : 'project_access_token';
}

/** The scope in the spelling of API tokens, for a call that reads, e.g. `read:repository:bitbucket`. */
const granular = (scope: string): string => {
  const [noun, verb = 'read'] = scope.split(':');
  return `${verb}:${noun}:bitbucket`;
};

function toCaller(credential: Credential): Caller {
  const { scopes, project, repository, kind } = credential;
  const isOf = ({ uuid }: Workspace) => uuid === credential.workspace;
  const spelled = (scope: string) => (kind === 'apiToken' ? granular(scope) : scope);
  const has = (scope: string) =>
    scopes.includes(spelled(scope)) || (kind !== 'apiToken' && scopes.includes(`${scope}:write`));
  const lacks = (...asked: string[]) =>
    asked.some(has)
      ? undefined
      : apiError(403, 'Your credentials lack one or more required privilege scopes.', {
          granted: scopes,
          required: asked.slice(0, 1).map(spelled),
        });
  return {
    isOf,
    lacks,
    lacksForWorkspace: () => (kind === 'apiToken' ? lacks('workspace') : undefined),
    seesWhole: (workspace) => isOf(workspace) && project === undefined && repository === undefined,
    sees: (workspace, { uuid, projectKey }) =>
      isOf(workspace) &&
      (project === undefined || project === projectKey) &&
      (repository === undefined || repository === uuid),
    administers: ({ tokenRight }) =>
      tokenRight === 'admin' && (kind !== 'accessToken' || scopes.includes('repository:admin')),
    headers: {
      'x-oauth-scopes': scopes.join(', '),
      'x-credential-type': credentialType(credential),
    },
  };
}
