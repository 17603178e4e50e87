import { CommandFailure, type CommandWorld, UsageError } from '../command.ts';
import { plainText } from '../plain-text.ts';
import { readLogins } from './login-file.ts';
import { originOf } from './origin.ts';

/** The API that a command calls, and what it calls with. */
export type Session = { origin: string; token: string };

/** The session of a command: the API of `--url`, of `ROLEWRIGHT_URL` or of the last login, and the token of `ROLEWRIGHT_TOKEN` or
 *  the one that was kept for this very API. Refuses, and says how to log in, where there is none or it has expired. */
export async function sessionOf(url: string | undefined, world: CommandWorld): Promise<Session> {
  const { ROLEWRIGHT_TOKEN: given } = world.variables;
  const named = namedOrigin(url, world);
  if (given) {
    expectSameOrigin(named, world);
    if (named !== undefined) return { origin: named, token: tokenOf('ROLEWRIGHT_TOKEN', given) };
    throw new UsageError(
      'ROLEWRIGHT_TOKEN is set without the API that it is for: set ROLEWRIGHT_URL as well, or unset it to use the kept login.',
    );
  }
  const { current, logins } = await readLogins(world);
  const origin = named ?? current;
  if (origin === undefined) {
    throw new CommandFailure(1, 'You are not logged in: run rolewright login with the address of the API.');
  }
  const login = Object.hasOwn(logins, origin) ? logins[origin] : undefined;
  if (!login) {
    const others = Object.keys(logins).map(plainText).join(', ');
    const instead = others === '' ? 'You are not logged in' : `You are logged in at ${others} only`;
    throw new CommandFailure(1, `${instead}: run rolewright login ${plainText(origin)}.`);
  }
  const end = expiryOf(login.token);
  if (end !== undefined && end <= world.now) {
    throw new CommandFailure(
      1,
      `The login at ${plainText(origin)} expired at ${new Date(end).toISOString()}: run rolewright login ${plainText(origin)}.`,
    );
  }
  return { origin, token: login.token };
}

/** A token of the environment is for the API of the environment: it goes to no other. */
function expectSameOrigin(named: string | undefined, world: CommandWorld): void {
  const own = namedOrigin(undefined, world);
  if (own === undefined || named === own) return;
  throw new UsageError(
    `ROLEWRIGHT_TOKEN is for ROLEWRIGHT_URL, ${plainText(own)}, and --url names another API: unset it to use the login that is kept for that one.`,
  );
}

/** The origin that an argument or the environment names. */
export function namedOrigin(
  url: string | undefined,
  { variables }: Pick<CommandWorld, 'variables'>,
): string | undefined {
  if (url !== undefined) return originOf('--url', url);
  return variables.ROLEWRIGHT_URL ? originOf('ROLEWRIGHT_URL', variables.ROLEWRIGHT_URL) : undefined;
}

/** A bearer token as RFC 6750 has it. Throws `UsageError`, which does not repeat it. */
export function tokenOf(where: string, text: string): string {
  const token = text.trim();
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token;
  throw new UsageError(`${where} holds no token: give it the token alone, without quotes or "Bearer".`);
}

/** Milliseconds of a JWT's `exp`, unverified: it only spares a call that would be refused. Undefined for any other token. */
export function expiryOf(token: string): number | undefined {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return Number.isSafeInteger(exp) && exp > 0 && exp < 1e11 ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
