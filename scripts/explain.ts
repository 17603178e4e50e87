import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Diagnosis } from '../domain/explanation/diagnosis.ts';
import { visible } from '../domain/shared/text/visible-text.ts';
import { apiClient } from './api-client.ts';

const shown = (value: string | string[] | null): string =>
  value === null ? 'nothing' : visible([value].flat().join(', '));

/** Codes that already say what is wrong with the signature, or that there is nothing to check. */
const withoutSignature = ['NO_TOKEN', 'TOKEN_UNREADABLE', 'SIGNATURE_INVALID'];

/** An explanation for people. */
export function explanationText({
  admitted,
  code,
  verified,
  assumed = [],
  conditions,
  advice,
  snippet,
}: Diagnosis): string {
  const isDoubtful = !verified && !withoutSignature.includes(code);
  const lines = [
    `${admitted ? 'admitted' : 'refused'}  ${code}${isDoubtful ? '  (signature not checked)' : ''}`,
    '',
    ...conditions.flatMap(({ key, operator, expected, actual, holds }) => [
      `  ${holds ? '\u2713' : '\u2717'} ${visible(key.slice(key.lastIndexOf(':') + 1))}  ${visible(operator)}`,
      `      wanted  ${shown(expected)}`,
      `      token   ${shown(actual)}`,
    ]),
    ...(assumed.length > 0
      ? [`  (${assumed.join(' and ')} taken as every step of the workspace has them)`]
      : []),
    '',
    visible(advice),
  ];
  const yaml = snippet?.split('\n').map((line) => `  ${visible(line)}`) ?? [];
  return [...lines, ...(yaml.length > 0 ? ['', ...yaml] : [])].join('\n').trimEnd();
}

const USAGE = `Usage: npm run explain -- <grant> < token
       npm run explain -- <grant> --claims < claims

  --claims          standard input holds the token's claims, as JSON or as the token's middle part
  --identity <arn>  what "aws sts get-caller-identity" prints in the step as Arn

Never the token as an argument: others can see it.`;

/** The claims in a text: JSON, the middle part of a token, or a token, of which the signature is dropped here. */
export function claimsFrom(input: string): Record<string, unknown> {
  const given = input.trim();
  const parts = given.split('.');
  const json = given.startsWith('{')
    ? given
    : Buffer.from(parts[parts.length === 3 ? 1 : 0] ?? '', 'base64url').toString();
  try {
    const claims: unknown = JSON.parse(json);
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) {
      return claims as Record<string, unknown>;
    }
  } catch {
    // Said below, without what was read: it may be a token.
  }
  throw new Error('Standard input holds no claims. docs/explain.md has the line that prints them in a step.');
}

/** The body of `POST /v1/explain` from a command's arguments and its standard input. Throws the usage for others. */
export function explainBody(args: readonly string[], input: string): Record<string, unknown> {
  const { values, positionals } = readArguments(args);
  const [grantId, ...more] = positionals;
  if (!grantId || more.length > 0) throw new Error(USAGE);
  return {
    grantId,
    ...(values.claims ? { claims: claimsFrom(input) } : { token: input.trim() }),
    ...(values.identity === undefined ? {} : { identity: values.identity }),
  };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { claims: { type: 'boolean' }, identity: { type: 'string' } },
      allowPositionals: true,
    });
  } catch {
    // The parser's message would repeat the argument, which may be a token.
    throw new Error(USAGE);
  }
}

/** `npm run explain -- <grant> < token`: asks Rolewright why a step token is or is not admitted. The token comes from
 *  standard input only, and goes nowhere but into the request. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  // Wrong arguments are said before anything is waited for.
  explainBody(args, '{}');
  const body = explainBody(args, await text(process.stdin));
  const call = await apiClient();
  const explanation = await call('POST', '/v1/explain', body);
  console.log(explanationText(explanation as unknown as Diagnosis));
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
