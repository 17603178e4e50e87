import { type Command, type CommandWorld, type ExitCode, UsageError } from './command.ts';
import { plainText } from './plain-text.ts';
import { scanCommand } from './scan/scan-command.ts';

/** Every command by its name. */
const commands: Readonly<Record<string, Command>> = { scan: scanCommand };

/** Runs the command that the arguments name. Wrong use ends with 2 and says what to do; any other
 *  failure is a bug and is thrown. */
export async function runCommand(args: readonly string[], world: CommandWorld): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    world.write(commandNamed(rest[0])?.help ?? overview());
    return name === undefined ? 2 : 0;
  }
  const command = commandNamed(name);
  if (!command) {
    world.writeError(`There is no command ${plainText(name)}.\n\n${overview()}`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    world.write(command.help);
    return 0;
  }
  try {
    return await command.run(rest, world);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    world.writeError(`${error.message}\n`);
    return 2;
  }
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
