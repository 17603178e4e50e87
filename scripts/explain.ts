import { text } from 'node:stream/consumers';
import type { Explanation } from '../domain/explanation.ts';

/** Text from elsewhere as a terminal may show it: on one line, without control characters that would drive the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through
const harmless = (value: string): string => value.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\u00b7');

const shown = (value: string | string[] | null): string =>
  value === null ? 'nothing' : harmless([value].flat().join(', '));

/** An explanation for people. */
export function explanationText({
  admitted,
  code,
  verified,
  conditions,
  advice,
  snippet,
}: Explanation): string {
  const lines = [
    `${admitted ? 'admitted' : 'refused'}  ${code}${verified ? '' : '  (signature not checked)'}`,
    '',
    ...conditions.flatMap(({ key, operator, expected, actual, holds }) => [
      `  ${holds ? '\u2713' : '\u2717'} ${harmless(key.slice(key.lastIndexOf(':') + 1))}  ${harmless(operator)}`,
      `      wanted  ${shown(expected)}`,
      `      token   ${shown(actual)}`,
    ]),
    '',
    harmless(advice),
  ];
  const yaml = snippet?.split('\n').map((line) => `  ${harmless(line)}`) ?? [];
  return [...lines, ...(yaml.length > 0 ? ['', ...yaml] : [])].join('\n').trimEnd();
}

type Settings = { api: string; token: string | undefined; bitbucket: string };

const settingsOf = (variables: NodeJS.ProcessEnv): Settings => ({
  api: variables.ROLEWRIGHT_URL ?? `http://127.0.0.1:${variables.ROLEWRIGHT_PORT ?? 3000}`,
  token: variables.ROLEWRIGHT_TOKEN,
  bitbucket: `http://127.0.0.1:${variables.SANDBOX_BITBUCKET_PORT ?? 4010}`,
});

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  }).catch((error: Error) => {
    throw new Error(
      `${new URL(url).origin} cannot be reached (${(error.cause as Error)?.message ?? error.message}).`,
    );
  });
}

/** Ada's token, which the sandbox hands out to anyone; a real deployment needs `ROLEWRIGHT_TOKEN`. */
async function callerToken({ api, token, bitbucket }: Settings): Promise<string> {
  if (token) return token;
  if (!/^http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(api)) {
    throw new Error('Set ROLEWRIGHT_TOKEN to your own token for Rolewright.');
  }
  const response = await post(`${bitbucket}/sandbox/person-token`, { email: 'ada@acme.example' });
  return String(((await response.json()) as { token: unknown }).token);
}

/** `npm run explain -- <grant> < token`: asks Rolewright why a step token is or is not admitted. The token comes from
 *  standard input only, and goes nowhere but into the request. */
async function main(): Promise<void> {
  const [grantId, ...more] = process.argv.slice(2);
  if (!grantId || more.length > 0) {
    throw new Error(
      'Usage: npm run explain -- <grant> < token   (never the token as an argument: others can see it)',
    );
  }
  const settings = settingsOf(process.env);
  const token = (await text(process.stdin)).trim();
  const authorization = `Bearer ${await callerToken(settings)}`;
  const response = await post(`${settings.api}/v1/explain`, { grantId, token }, { authorization });
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (response.status !== 200) {
    throw new Error(harmless(`${response.status} ${String(body.code ?? '')}: ${String(body.detail ?? '')}`));
  }
  console.log(explanationText(body as Explanation));
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
