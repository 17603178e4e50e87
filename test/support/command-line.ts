import { runCommand } from '../../cli/commands.ts';

/** What a command wrote, and how it ended. */
export type CommandRun = { code: number; out: string; err: string };

/** How a command is run. `variables` is its whole environment. */
export type CommandOptions = {
  input?: string;
  columns?: number | undefined;
  now?: number;
  variables?: Record<string, string>;
  openPage?(url: string): void;
  /** Called with all that the command has written to standard error so far. */
  onError?(text: string): void;
};

/** Runs a command of the command line in this process. */
export async function runInShell(
  args: readonly string[],
  {
    input = '',
    columns,
    now = Date.now(),
    variables = {},
    openPage = () => {},
    onError,
  }: CommandOptions = {},
): Promise<CommandRun> {
  let [out, err] = ['', ''];
  const code = await runCommand(args, {
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      err += text;
      onError?.(err);
    },
    readInput: async () => input,
    openPage,
    columns,
    hasColours: false,
    now,
    variables,
  });
  return { code, out, err };
}
