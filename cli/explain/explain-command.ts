import * as z from 'zod';
import { diagnosisSchema } from '../../domain/explanation/diagnosis.ts';
import { apiOf, readAs } from '../api/client.ts';
import { sessionOf } from '../api/session.ts';
import { type Command, UsageError } from '../command.ts';
import { API_HELP, apiOptions, readNames, readOptions } from '../options.ts';
import { plainJson } from '../plain-text.ts';
import { explanationText } from './explain-text.ts';
import { claimsFrom } from './read-claims.ts';

const diagnosisView = z.looseObject({ ...diagnosisSchema.shape, code: z.string() });

const OPTIONS = { ...apiOptions, claims: { type: 'boolean' }, identity: { type: 'string' } } as const;

/** `rolewright explain`: why a step's token is or is not admitted. */
export const explainCommand: Command = {
  summary: 'say why a step token is or is not admitted by a grant',
  help: `Usage: rolewright explain GRANT [options] < TOKEN

Says why the role of a grant admits a step's token or not, condition by
condition, and what to change. The token comes from standard input, never as an
argument, because others can see arguments.

  --claims            standard input holds the token's claims: JSON, or the
                      token's middle part
  --identity ARN      what "aws sts get-caller-identity" prints in the step
${API_HELP}

Exit codes: 0 admitted, 1 not admitted or refused, 2 wrong use, 3 not reachable.
`,
  async run(args, world) {
    const { values, positionals } = readOptions('explain', args, OPTIONS);
    const { grant: grantId } = readNames('explain', ['grant'], positionals);
    const session = await sessionOf(values.url, world);
    const input = await world.readInput();
    const body = {
      grantId,
      ...(values.claims ? { claims: readClaims(input) } : { token: input.trim() }),
      ...(values.identity === undefined ? {} : { identity: values.identity }),
    };
    const answer = await apiOf(session)({ method: 'POST', path: '/v1/explain', body });
    const diagnosis = readAs(diagnosisView, answer);
    world.write(`${values.json ? plainJson(answer.json, 2) : explanationText(diagnosis)}\n`);
    return diagnosis.admitted ? 0 : 1;
  },
};

function readClaims(input: string): Record<string, unknown> {
  try {
    return claimsFrom(input);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
