import type { FieldError } from '../domain/shared/problem.ts';
import { visible } from '../domain/shared/text/visible-text.ts';
import { reach } from './reach.ts';

type Settings = { api: string; token: string | undefined; bitbucket: string };

const settingsOf = (variables: NodeJS.ProcessEnv): Settings => ({
  api:
    variables.ROLEWRIGHT_URL?.replace(/\/+$/, '') ?? `http://127.0.0.1:${variables.ROLEWRIGHT_PORT ?? 3000}`,
  token: variables.ROLEWRIGHT_TOKEN,
  bitbucket: `http://127.0.0.1:${variables.SANDBOX_BITBUCKET_PORT ?? 4010}`,
});

type Call = { method: string; url: string; body: unknown; token?: string };

async function send({ method, url, body, token }: Call): Promise<Response> {
  return reach(url, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
}

/** The address of the API that a command calls. */
export const apiAddress = (variables: NodeJS.ProcessEnv = process.env): string => settingsOf(variables).api;

/** The token for the API: `ROLEWRIGHT_TOKEN`, or on the local stack Ada's, which the sandbox gives to anyone. */
async function callerToken({ api, token, bitbucket }: Settings): Promise<string> {
  if (token) return token;
  if (!/^http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(api)) {
    throw new Error('Set ROLEWRIGHT_TOKEN to your own token for Rolewright.');
  }
  const response = await send({
    method: 'POST',
    url: `${bitbucket}/sandbox/person-token`,
    body: { email: 'ada@acme.example' },
  });
  return String(((await response.json()) as { token: unknown }).token);
}

/** Calls Rolewright's API for the commands of `scripts/`: at `ROLEWRIGHT_URL` with `ROLEWRIGHT_TOKEN`, or at the
 *  running local stack as Ada. A token without the API that it is for is refused: what is meant for an installation is not done on the
 *  local stack, and the token is not sent there. Throws code, detail and field errors of a problem. */
export async function apiClient(variables: NodeJS.ProcessEnv = process.env) {
  if (variables.ROLEWRIGHT_TOKEN && !variables.ROLEWRIGHT_URL)
    throw new Error(
      'ROLEWRIGHT_TOKEN is set without the API that it is for. Set ROLEWRIGHT_URL as well, or unset it for the local stack.',
    );
  const settings = settingsOf(variables);
  const token = await callerToken(settings);
  return async (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Record<string, unknown>> => {
    const response = await send({ method, url: `${settings.api}${path}`, body, token });
    const json = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (response.ok) return json;
    const errors = (Array.isArray(json.errors) ? (json.errors as FieldError[]) : []).map(
      (error) => `${error.pointer} ${error.detail}`,
    );
    const detail = [String(json.detail ?? ''), ...errors].join(' ');
    throw new Error(visible(`${response.status} ${String(json.code ?? '')}: ${detail}`));
  };
}
