import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { explanationText } from '../cli/explain/explain-text.ts';
import { claimsFrom } from '../cli/explain/read-claims.ts';
import type { Diagnosis } from '../domain/explanation/diagnosis.ts';
import { apiClient } from './api-client.ts';

const USAGE = `Usage: npm run explain -- <grant> < token
       npm run explain -- <grant> --claims < claims

  --claims          standard input holds the token's claims, as JSON or as the token's middle part
  --identity <arn>  what "aws sts get-caller-identity" prints in the step as Arn

Never the token as an argument: others can see it.`;

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
