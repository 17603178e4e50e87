import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { DeleteParameterCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { visible } from '../domain/shared/text/visible-text.ts';
import { hubOfStage } from './operations/hub.ts';

/** What the command needs from outside. */
export type ThawWorld = {
  /** The parameters of the stage's hub. Throws with credentials of another account, where the stage would look as if it were not frozen. */
  parametersOf(stage: string): Promise<Pick<SSMClient, 'send'>>;
  /** Asks the administrator to type something. */
  ask(question: string): Promise<string>;
  write(line: string): void;
};

const USAGE = 'Usage: npm run thaw -- --stage <stage>';

/** `npm run thaw -- --stage <stage>`: ends the freeze of an installation by deleting its parameter, with the administrator's own
 *  credentials for AWS, in the account and Region of the stage's hub. Shows first who froze it and why; acts once the stage's name is
 *  typed. The reconciler records it within two minutes. Exit code 0 once it is not frozen, 1 if not confirmed, 2 for wrong use. */
export async function thaw(
  args: readonly string[],
  { parametersOf, ask, write }: ThawWorld,
): Promise<number> {
  const stage = stageIn(args);
  if (stage === undefined) {
    write(USAGE);
    return 2;
  }
  const client = await parametersOf(stage);
  const NAME = `/rolewright/${stage}/frozen`;
  const value = await parameterValue(client, NAME);
  if (value === undefined) {
    write(`Stage ${stage} is not frozen: there is no parameter ${NAME}.`);
    return 0;
  }
  write(`Stage ${stage} is frozen: ${visible(JSON.stringify(value))}`);
  write('After the thaw, everyone may request, change and renew grants again, as the access rules say.');
  if ((await ask(`Type the name of the stage to thaw it: `)).trim() !== stage) {
    write('Not confirmed; nothing was changed.');
    return 1;
  }
  await client.send(new DeleteParameterCommand({ Name: NAME })).catch((error: Error) => {
    if (error.name !== 'ParameterNotFound') throw error;
  });
  write(`Stage ${stage} is thawed. Functions see it within five seconds.`);
  return 0;
}

function stageIn(args: readonly string[]): string | undefined {
  try {
    const { stage } = parseArgs({ args: [...args], options: { stage: { type: 'string' } } }).values;
    return stage && /^[a-z][a-z0-9-]{0,31}$/.test(stage) ? stage : undefined;
  } catch {
    return undefined;
  }
}

async function parameterValue(client: Pick<SSMClient, 'send'>, name: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetParameterCommand({ Name: name }))).Parameter?.Value ?? '';
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
    throw error;
  }
}

if (import.meta.main) {
  try {
    process.exitCode = await thaw(process.argv.slice(2), {
      parametersOf: async (stage) => new SSMClient({ region: (await hubOfStage(stage, process.env)).region }),
      ask: async (question) => {
        // Opened no earlier: what is piped in would be read, and lost, before the question.
        const terminal = createInterface({ input: process.stdin, output: process.stdout });
        return terminal.question(question).finally(() => terminal.close());
      },
      write: (line) => console.log(line),
    });
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
