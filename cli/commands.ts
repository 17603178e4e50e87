import { nearestName } from '../domain/shared/suggestion.ts';
import { type Command, CommandFailure, type CommandWorld, type ExitCode, UsageError } from './command.ts';
import { explainCommand } from './explain/explain-command.ts';
import { freezeCommand, repairCommand, thawCommand } from './grants/contain-commands.ts';
import { approveCommand, rejectCommand } from './grants/decide-commands.ts';
import { incidentCommand, releaseCommand } from './grants/incident-commands.ts';
import { listCommand } from './grants/list-command.ts';
import { planCommand, requestCommand } from './grants/request-command.ts';
import { revokeCommand } from './grants/revoke-command.ts';
import { showCommand } from './grants/show-command.ts';
import { whoamiCommand } from './grants/whoami-command.ts';
import { loginCommand } from './login/login-command.ts';
import { logoutCommand } from './login/logout-command.ts';
import { plainJson, plainText, wrapped } from './plain-text.ts';
import { scanCommand } from './scan/scan-command.ts';

/** Every command by its name, in the order of the help. */
const commands: Readonly<Record<string, Command>> = {
  login: loginCommand,
  logout: logoutCommand,
  whoami: whoamiCommand,
  plan: planCommand,
  request: requestCommand,
  list: listCommand,
  show: showCommand,
  approve: approveCommand,
  reject: rejectCommand,
  revoke: revokeCommand,
  freeze: freezeCommand,
  thaw: thawCommand,
  repair: repairCommand,
  incident: incidentCommand,
  release: releaseCommand,
  explain: explainCommand,
  scan: scanCommand,
};

/** Runs the command that the arguments name. Wrong use ends with 2, what is refused with 1, what is not reachable with 3, each
 *  with what to do; any other failure is a bug and is thrown. */
export async function runCommand(args: readonly string[], world: CommandWorld): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    world.write(commandNamed(rest[0])?.help ?? overview());
    return name === undefined ? 2 : 0;
  }
  const command = commandNamed(name);
  if (!command) {
    const near = nearestName(name, Object.keys(commands));
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    world.writeError(`There is no command ${plainText(name)}.${meant}\n\n${overview()}`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    world.write(command.help);
    return 0;
  }
  try {
    return await command.run(rest, world);
  } catch (error) {
    if (error instanceof CommandFailure) return failed(error, rest, world);
    if (!(error instanceof UsageError)) throw error;
    world.writeError(messageText(error, world));
    return 2;
  }
}

/** A message in lines that fit the terminal. */
const messageText = ({ message }: Error, { columns }: CommandWorld): string =>
  message
    .split('\n')
    .flatMap((line) => (columns === undefined ? [line] : wrappedAs(line, columns)))
    .map((line) => `${line}\n`)
    .join('');

/** A line in lines that are indented as it is. */
function wrappedAs(line: string, columns: number): string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return wrapped(line.slice(indent.length), columns - indent.length).map((part) => `${indent}${part}`);
}

function failed(failure: CommandFailure, args: readonly string[], world: CommandWorld): ExitCode {
  const { document, exitCode } = failure;
  if (args.includes('--json') && document !== undefined) world.write(`${plainJson(document, 2)}\n`);
  world.writeError(messageText(failure, world));
  return exitCode;
}

const commandNamed = (name = ''): Command | undefined =>
  Object.hasOwn(commands, name) ? commands[name] : undefined;

const overview = (): string =>
  [
    'Usage: rolewright <command> [options]',
    '',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
    '',
    'rolewright <command> --help says more.',
    '',
  ].join('\n');
