import { text } from 'node:stream/consumers';
import type { Diagnosis } from '../domain/explanation/diagnosis.ts';
import { apiClient, harmless } from './api-client.ts';

const shown = (value: string | string[] | null): string =>
  value === null ? 'nothing' : harmless([value].flat().join(', '));

/** Codes that already say what is wrong with the signature, or that there is nothing to check. */
const withoutSignature = ['NO_TOKEN', 'TOKEN_UNREADABLE', 'SIGNATURE_INVALID'];

/** An explanation for people. */
export function explanationText({
  admitted,
  code,
  verified,
  conditions,
  advice,
  snippet,
}: Diagnosis): string {
  const isDoubtful = !verified && !withoutSignature.includes(code);
  const lines = [
    `${admitted ? 'admitted' : 'refused'}  ${code}${isDoubtful ? '  (signature not checked)' : ''}`,
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

/** `npm run explain -- <grant> < token`: asks Rolewright why a step token is admitted or not. The token is read from
 *  standard input only, and sent only in the request. */
async function main(): Promise<void> {
  const [grantId, ...more] = process.argv.slice(2);
  if (!grantId || more.length > 0) {
    throw new Error(
      'Usage: npm run explain -- <grant> < token   (never as an argument, which other users can see)',
    );
  }
  const token = (await text(process.stdin)).trim();
  const call = await apiClient();
  const explanation = await call('POST', '/v1/explain', { grantId, token });
  console.log(explanationText(explanation as unknown as Diagnosis));
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
