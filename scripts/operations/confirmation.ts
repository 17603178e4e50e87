import { createInterface } from 'node:readline/promises';

/** What a command that changes many things acts on: it must be typed, so that a command for one installation is never run on
 *  another. */
export type Installation = { stage: string; account: string };

/** What must be typed, e.g. `prod 730335287361`. */
export const confirmationOf = ({ stage, account }: Installation): string => `${stage} ${account}`;

/** True if `given`, or what is typed at the terminal where nothing is given, is exactly the installation's stage and account.
 *  Without a terminal nothing is asked, and the answer is false. */
export async function isConfirmed(installation: Installation, given: string | undefined): Promise<boolean> {
  const wanted = confirmationOf(installation);
  if (given !== undefined) return given.trim() === wanted;
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (
      (await terminal.question('Type the stage and the account of the hub to go on: ')).trim() === wanted
    );
  } finally {
    terminal.close();
  }
}
