import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod';
import { CommandFailure, type CommandWorld } from '../command.ts';
import { plainText } from '../plain-text.ts';

/** How a person logs in to one API, to be used again when the token has expired. */
const issuerSchema = z.object({
  issuer: z.string(),
  clientId: z.string(),
  scope: z.string(),
  audience: z.string().optional(),
  usesIdToken: z.boolean(),
});

const fileSchema = z.object({
  version: z.literal(1),
  /** The origin of the last login. */
  current: z.string().optional(),
  logins: z.record(z.string(), z.object({ token: z.string(), issuer: issuerSchema.optional() })),
});

/** How one logs in at an issuer. */
export type IssuerSettings = z.infer<typeof issuerSchema>;
/** The logins that are kept, each for one origin of an API. */
export type Logins = z.infer<typeof fileSchema>;

const NONE: Logins = { version: 1, logins: {} };

type Place = Pick<CommandWorld, 'variables'>;

/** Where logins are kept: below the user's own configuration folder, never in the folder that a command runs in. Source: XDG
 *  Base Directory Specification 0.8, which has a relative path ignored. */
export function loginFile({ variables }: Place): string {
  const { XDG_CONFIG_HOME: folder = '', HOME: home } = variables;
  const base = isAbsolute(folder) ? folder : join(home && isAbsolute(home) ? home : homedir(), '.config');
  return join(base, 'rolewright', 'logins.json');
}

/** The kept logins; none without a file. Refuses a file that others could read or that cannot be understood. */
export async function readLogins(place: Place): Promise<Logins> {
  const file = loginFile(place);
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw unusable(file, `cannot be read (${error.code})`);
  });
  if (!found) return NONE;
  const isOwn = process.getuid === undefined || found.uid === process.getuid();
  if (process.platform !== 'win32' && ((found.mode & 0o077) !== 0 || !isOwn)) {
    throw new CommandFailure(
      1,
      `${plainText(file)} holds logins that others could read: delete it and log in again, or run chmod 600 on it if it is yours.`,
    );
  }
  const parsed = fileSchema.safeParse(await json(file));
  if (!parsed.success) throw unusable(file, 'is not a file of logins');
  return parsed.data;
}

async function json(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const unusable = (file: string, why: string): CommandFailure =>
  new CommandFailure(1, `${plainText(file)} ${why}: delete it, and log in with rolewright login.`);

/** Keeps these logins, readable for the user alone: the whole file or, if the process dies, the one before. */
export async function writeLogins(place: Place, logins: Logins): Promise<void> {
  const file = loginFile(place);
  const folder = join(file, '..');
  const next = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rm(next, { force: true });
    const handle = await open(next, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(logins, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(next, 0o600);
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandFailure(
      1,
      `${plainText(file)} cannot be written (${code}): make the folder writable, or set ROLEWRIGHT_URL and ROLEWRIGHT_TOKEN instead of logging in.`,
    );
  }
}
