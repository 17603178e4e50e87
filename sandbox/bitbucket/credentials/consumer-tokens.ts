import { randomBytes } from 'node:crypto';
import type { Answer } from '../../http/answers.ts';
import { ok } from '../../http/answers.ts';
import type { SandboxRequest } from '../../http/routes.ts';
import type { StateStore } from '../state.ts';

/** Seconds that a consumer's token is valid. Source: Bitbucket's answers, `expires_in`. */
const TOKEN_SECONDS = 7200;

/** The tokens that consumers were given, in memory: a restart of the sandbox ends them. */
export type ConsumerTokens = {
  /** The key of the consumer whose token this is; undefined for an unknown or expired one. */
  keyOf(token: string): string | undefined;
  /** Answers `POST /site/oauth2/access_token`. */
  answer(request: SandboxRequest): Answer;
};

/** OAuth's own error, RFC 6749, section 5.2; Bitbucket answers 400 for each. */
const oauthError = (error: string, description: string): Answer =>
  ok({ error, error_description: description }, 400);

export function consumerTokenEndpoint(store: StateStore, now: () => number): ConsumerTokens {
  const given = new Map<string, { key: string; until: number }>();
  return {
    keyOf(token) {
      const found = given.get(token);
      return found && found.until > now() ? found.key : undefined;
    },
    answer({ method, segments, authorization, form }) {
      if (method !== 'POST' || segments.join('/') !== 'site/oauth2/access_token') {
        return oauthError('invalid_request', 'No such endpoint.');
      }
      if (form?.get('grant_type') !== 'client_credentials') {
        return oauthError('unsupported_grant_type', 'The sandbox knows client_credentials only.');
      }
      const [scheme, text = ''] = (authorization ?? '').split(' ');
      const pair = scheme === 'Basic' ? Buffer.from(text, 'base64').toString() : '';
      const consumer = store.state.credentials.find(
        ({ kind, name, secret }) => kind === 'oauthConsumer' && `${name}:${secret}` === pair,
      );
      if (!consumer || consumer.revoked) {
        return oauthError('unauthorized_client', 'Invalid OAuth client credentials.');
      }
      if (!consumer.private) {
        return oauthError('invalid_grant', 'A public consumer cannot use client_credentials.');
      }
      const token = randomBytes(32).toString('base64url');
      given.set(token, { key: consumer.name, until: now() + TOKEN_SECONDS * 1000 });
      return ok({
        access_token: token,
        expires_in: TOKEN_SECONDS,
        scopes: consumer.scopes.join(' '),
        token_type: 'bearer',
        state: 'client_credentials',
      });
    },
  };
}
