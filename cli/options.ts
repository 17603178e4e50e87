import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './command.ts';
import { plainText } from './plain-text.ts';

/** The options of every command that calls the API. */
export const apiOptions = { url: { type: 'string' }, json: { type: 'boolean' } } as const;

/** What `apiOptions` are, for the help of a command. */
export const API_HELP = `  --url URL           the API; else ROLEWRIGHT_URL, else that of the last login
  --json              print the API's JSON document and nothing else`;

/** How commands end, for the help of a command. */
export const EXIT_HELP = 'Exit codes: 0 done, 1 refused, 2 wrong use, 3 not reachable.';

/** Reads the arguments of `rolewright <command>`. Throws `UsageError` for an option that there is not. */
export function readOptions<O extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: O,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const [what = ''] = (error as Error).message.split('. To specify a positional');
    throw new UsageError(`${plainText(what)}\nrolewright ${command} --help lists the options.`);
  }
}

/** The positional arguments by their names, each of which must be given. Throws `UsageError` for one too few or too many. */
export function readNames<N extends string>(
  command: string,
  names: readonly N[],
  given: readonly string[],
): Record<N, string> {
  const missing = names[given.length];
  const usage = `Usage: rolewright ${command} ${names.map((name) => name.toUpperCase()).join(' ')}`;
  if (missing !== undefined) throw new UsageError(`Which ${missing}? ${usage}`);
  if (given.length > names.length) {
    throw new UsageError(`"${plainText(given[names.length] ?? '')}" is not expected. ${usage}`);
  }
  return Object.fromEntries(names.map((name, n) => [name, given[n] ?? ''])) as Record<N, string>;
}
