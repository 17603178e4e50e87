import { type Answer, apiError, ok } from '../../http/answers.ts';
import type { Route } from '../../http/routes.ts';
import { findWorkspace } from '../rest/lookup.ts';
import type { StateStore, Workspace } from '../state.ts';
import { publicKeySet } from './signing-keys.ts';

const OIDC = '/pipelines-config/identity/oidc';

/** The issuer of a workspace's step tokens: Bitbucket's official URL, also in the sandbox. */
export function issuerOf(workspace: Workspace): string {
  return `https://api.bitbucket.org/2.0/workspaces/${workspace.slug}${OIDC}`;
}

/** The audience that each step token of a workspace has. */
export function audienceOf(workspace: Workspace): string {
  return `ari:cloud:bitbucket::workspace/${workspace.uuid.replaceAll(/[{}]/g, '')}`;
}

/** Discovery and keys of each workspace, without authentication; 404 if OIDC is not enabled. The document names the
 *  official issuer and the sandbox's own address for the keys, so that a client stays in the sandbox. */
export function oidcRoutes(store: StateStore, url: () => string): Route[] {
  const enabled = (slugOrUuid = '', answer: (workspace: Workspace) => Answer | Promise<Answer>) => {
    const workspace = findWorkspace(store.state, slugOrUuid);
    return workspace?.oidcEnabled ? answer(workspace) : apiError(404, 'The workspace was not found.');
  };
  return [
    {
      method: 'GET',
      path: `/2.0/workspaces/:${OIDC}/.well-known/openid-configuration`,
      answer: ([slugOrUuid]) =>
        enabled(slugOrUuid, (workspace) =>
          ok({
            issuer: issuerOf(workspace),
            jwks_uri: `${url()}/2.0/workspaces/${workspace.slug}${OIDC}/keys.json`,
            subject_types_supported: ['public'],
            response_types_supported: ['id_token'],
            id_token_signing_alg_values_supported: ['RS256'],
            claims_supported: [
              'iss',
              'sub',
              'aud',
              'exp',
              'iat',
              'workspaceUuid',
              'repositoryUuid',
              'stepUuid',
            ],
          }),
        ),
    },
    {
      method: 'GET',
      path: `/2.0/workspaces/:${OIDC}/keys.json`,
      answer: ([slugOrUuid]) =>
        enabled(slugOrUuid, async (workspace) => ok(publicKeySet(await store.key(workspace.uuid)))),
    },
  ];
}
