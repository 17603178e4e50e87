/** How a command ended: 0 done, 1 refused or found something, 2 wrong use, 3 not reachable. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a command may touch of the world around it. `readInput` reads standard input to its end; `columns` is the width of
 *  the terminal, or undefined where the output is not one. `openPage` shows a web page in the person's browser, if it can. */
export type CommandWorld = {
  write(text: string): void;
  writeError(text: string): void;
  readInput(): Promise<string>;
  openPage(url: string): void;
  columns: number | undefined;
  hasColours: boolean;
  now: number;
  variables: Readonly<Record<string, string | undefined>>;
};

/** A command of the command line: one line for the list, its help, and what it does with its arguments. */
export type Command = {
  summary: string;
  help: string;
  run(args: readonly string[], world: CommandWorld): Promise<ExitCode>;
};

/** Wrong use: its message says what to do, and the command ends with 2. */
export class UsageError extends Error {}

/** The end of a command that was used rightly: 1 where it is refused, 3 where what it needs is not reachable. The message
 *  says what to do; `document` is what `--json` prints in its place. */
export class CommandFailure extends Error {
  readonly exitCode: 1 | 3;
  readonly document: unknown;

  constructor(exitCode: 1 | 3, message: string, document?: unknown) {
    super(message);
    this.exitCode = exitCode;
    this.document = document;
  }
}
