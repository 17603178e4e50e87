import { type Api, apiOf, readAs } from '../api/client.ts';
import { sessionOf } from '../api/session.ts';
import { type Command, CommandFailure, type CommandWorld, type ExitCode, UsageError } from '../command.ts';
import { API_HELP, apiOptions, EXIT_HELP, readNames, readOptions } from '../options.ts';
import { plainJson, plainText } from '../plain-text.ts';
import { asText, grantLines } from './grant-text.ts';
import { grantView } from './grant-view.ts';
import { nextLines } from './request-command.ts';
import { pathOf, waitingLines } from './show-command.ts';

const OPTIONS = { ...apiOptions, plan: { type: 'string' }, reason: { type: 'string' } } as const;

/** `rolewright approve`: approves the waiting plan that was looked at. */
export const approveCommand: Command = {
  summary: 'approve the plan that waits',
  help: `Usage: rolewright approve GRANT --plan HASH [options]

Approves the plan with this hash and no other. Without --plan, shows the plan
that waits and its hash, and decides nothing.

  --plan HASH         the plan that you have looked at
  --reason TEXT       why, for the log
${API_HELP}

${EXIT_HELP}
`,
  run: (args, world) => decide('approve', args, world),
};

/** `rolewright reject`: rejects the waiting plan that was looked at. */
export const rejectCommand: Command = {
  summary: 'reject the plan that waits',
  help: `Usage: rolewright reject GRANT --plan HASH --reason TEXT [options]

Rejects the plan with this hash. Without --plan, shows the plan that waits and
its hash, and decides nothing.

  --plan HASH         the plan that you have looked at
  --reason TEXT       why, for the requester
${API_HELP}

${EXIT_HELP}
`,
  run: (args, world) => decide('reject', args, world),
};

async function decide(
  verb: 'approve' | 'reject',
  args: readonly string[],
  world: CommandWorld,
): Promise<ExitCode> {
  const { values, positionals } = readOptions(verb, args, OPTIONS);
  const { grant: id } = readNames(verb, ['grant'], positionals);
  if (verb === 'reject' && values.plan !== undefined && !values.reason) {
    throw new UsageError('Give --reason: the requester is shown it.');
  }
  const api = apiOf(await sessionOf(values.url, world));
  if (values.plan === undefined) return showFirst(api, { id, asJson: values.json === true }, world);
  const body = { planHash: values.plan, reason: values.reason };
  const answer = await api({ method: 'POST', path: `${pathOf(id)}/${verb}`, body });
  if (values.json) world.write(`${plainJson(answer.json, 2)}\n`);
  else {
    const grant = readAs(grantView, answer);
    world.write(asText([...grantLines(grant, world.columns), '', ...nextLines(grant)]));
  }
  return 0;
}

/** A plan is decided only after it was shown: prints what waits, and how to decide it. */
async function showFirst(
  api: Api,
  { id, asJson }: { id: string; asJson: boolean },
  world: CommandWorld,
): Promise<never> {
  const answer = await api({ method: 'GET', path: pathOf(id) });
  const grant = readAs(grantView, answer);
  const waiting = waitingLines(grant, world.columns);
  if (waiting.length === 0) {
    throw new CommandFailure(
      1,
      `Nothing of ${grant.id} waits for a decision; it is ${plainText(grant.state)}.`,
      undefined,
    );
  }
  if (asJson) world.write(`${plainJson(answer.json, 2)}\n`);
  else world.writeError(asText([...grantLines(grant, world.columns), ...waiting]));
  throw new UsageError('Give --plan with the hash of the plan that you decide on.');
}
