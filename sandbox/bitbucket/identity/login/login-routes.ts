import type { Answer } from '../../../http/answers.ts';
import type { Route } from '../../../http/routes.ts';
import type { Seed } from '../../seed.ts';
import type { Signing } from '../company-tokens.ts';
import { choicePage, textPage } from './login-page.ts';
import { DEVICE_CODE_S, pendingLogins } from './pending-logins.ts';
import { DEVICE_GRANT, json, type OneIssuer, oauthError, tokenEndpoint } from './token-endpoint.ts';

type LoginParts = Signing & { seed: Seed; url: () => string };

/** The logins of people at the stand-in for the company's identity provider: discovery, authorization code with PKCE, and the
 *  flow for devices (OpenID Connect Discovery 1.0; RFC 6749, 7636, 8252, 8628, 9207). Any public client may log in; the
 *  person at the page chooses who they are. */
export function loginRoutes(parts: LoginParts): Route[] {
  return parts.seed.issuers
    .filter(({ kind }) => kind === 'person')
    .filter((one, n, all) => all.findIndex(({ issuer }) => issuer === one.issuer) === n)
    .flatMap((issuer) => {
      const path = `/sandbox/issuers/${new URL(issuer.issuer).host}`;
      const one = { ...parts, issuer, base: () => `${parts.url()}${path}`, logins: pendingLogins(parts.now) };
      return [
        { method: 'GET', path: `${path}/.well-known/openid-configuration`, answer: () => discovery(one) },
        { method: 'GET', path: `${path}/authorize`, answer: (_, { query }) => authorizePage(one, query) },
        { method: 'POST', path: `${path}/authorize`, answer: (_, { form }) => authorize(one, form) },
        { method: 'POST', path: `${path}/device`, answer: (_, { form }) => beginDevice(one, form) },
        { method: 'POST', path: `${path}/device/confirm`, answer: (_, { form }) => confirmDevice(one, form) },
        { method: 'GET', path: `${path}/device/confirm`, answer: (_, { query }) => devicePage(one, query) },
        { method: 'POST', path: `${path}/token`, answer: (_, { form }) => tokenEndpoint(one, form) },
      ] satisfies Route[];
    });
}

function discovery({ issuer, base }: OneIssuer): Answer {
  return json(200, {
    issuer: issuer.issuer,
    authorization_endpoint: `${base()}/authorize`,
    token_endpoint: `${base()}/token`,
    device_authorization_endpoint: `${base()}/device`,
    jwks_uri: `${base()}/keys.json`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', DEVICE_GRANT],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
    scopes_supported: ['openid'],
  });
}

const emailsOf = ({ seed }: OneIssuer): string[] => seed.people.map(({ email }) => email);

/** Where a browser may be sent back to: a listener on this machine. */
function isLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, hash } = new URL(text);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname) && hash === '';
}

/** What is wrong with a request for a browser's login; an error goes to the page only where it cannot go back. */
function authorizeFault(asked: URLSearchParams): string | undefined {
  if (!asked.get('client_id')) return 'client_id is missing';
  if (!isLoopback(asked.get('redirect_uri') ?? '')) return 'redirect_uri must be a page of this machine';
  if (asked.get('response_type') !== 'code') return 'response_type must be code';
  if (asked.get('code_challenge_method') !== 'S256') return 'code_challenge_method must be S256';
  if (!/^[\w-]{43}$/.test(asked.get('code_challenge') ?? '')) return 'code_challenge must be a SHA-256';
  return undefined;
}

function authorizePage(one: OneIssuer, asked: URLSearchParams): Answer {
  const fault = authorizeFault(asked);
  if (fault) return textPage(400, fault);
  return choicePage('Log in', { fields: Object.fromEntries(asked), people: emailsOf(one) });
}

function authorize(one: OneIssuer, form: URLSearchParams = new URLSearchParams()): Answer {
  const fault = authorizeFault(form);
  if (fault) return textPage(400, fault);
  const person = form.get('person') ?? '';
  const back = new URL(form.get('redirect_uri') ?? '');
  const state = form.get('state');
  if (state !== null) back.searchParams.set('state', state);
  back.searchParams.set('iss', one.issuer.issuer);
  if (!emailsOf(one).includes(person)) back.searchParams.set('error', 'access_denied');
  else {
    const login = {
      clientId: form.get('client_id') ?? '',
      redirectUri: form.get('redirect_uri') ?? '',
      challenge: form.get('code_challenge') ?? '',
      nonce: form.get('nonce') ?? undefined,
      person,
    };
    back.searchParams.set('code', one.logins.grant(login));
  }
  return { status: 303, headers: { location: back.href, 'cache-control': 'no-store' } };
}

function beginDevice({ logins, base }: OneIssuer, form: URLSearchParams = new URLSearchParams()): Answer {
  const clientId = form.get('client_id');
  if (!clientId) return oauthError('invalid_client', 'client_id is missing');
  const { deviceCode, userCode } = logins.begin(clientId);
  return json(200, {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: `${base()}/device/confirm`,
    verification_uri_complete: `${base()}/device/confirm?user_code=${userCode}`,
    expires_in: DEVICE_CODE_S,
    interval: 1,
  });
}

function devicePage(one: OneIssuer, query: URLSearchParams): Answer {
  const userCode = query.get('user_code') ?? '';
  const waiting = one.logins.waiting(userCode);
  if (!waiting) return textPage(404, 'No login waits for this code.');
  const title = `Confirm the code ${waiting.userCode}`;
  return choicePage(title, { fields: { user_code: waiting.userCode }, people: emailsOf(one) });
}

function confirmDevice(one: OneIssuer, form: URLSearchParams = new URLSearchParams()): Answer {
  const waiting = one.logins.waiting(form.get('user_code') ?? '');
  if (!waiting) return textPage(404, 'No login waits for this code.');
  const person = form.get('person') ?? '';
  waiting.person = emailsOf(one).includes(person) ? person : 'denied';
  return textPage(200, 'You can close this page and go back to the terminal.');
}
