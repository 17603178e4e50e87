import { readLogins, writeLogins } from '../api/login-file.ts';
import { originOf } from '../api/origin.ts';
import { namedOrigin } from '../api/session.ts';
import { type Command, UsageError } from '../command.ts';
import { readOptions } from '../options.ts';
import { plainJson, plainText } from '../plain-text.ts';

/** `rolewright logout`: forgets the login at one API. */
export const logoutCommand: Command = {
  summary: 'forget the login at an API',
  help: `Usage: rolewright logout [URL] [options]

Forgets the token that is kept for the API, and how it was got. The token itself
stays valid until it expires. URL is that of the API, else ROLEWRIGHT_URL, else
that of the last login.

  --all               forget every login
  --json              print the forgotten APIs as JSON and nothing else

Exit codes: 0 done, also where there was no login; 1 refused, 2 wrong use.
`,
  async run(args, world) {
    const options = { all: { type: 'boolean' }, json: { type: 'boolean' } } as const;
    const { values, positionals } = readOptions('logout', args, options);
    const [url, ...more] = positionals;
    if (more.length > 0 || (url !== undefined && values.all)) {
      throw new UsageError('Give one API, or --all.');
    }
    const { current, logins } = await readLogins(world);
    const named = url === undefined ? namedOrigin(undefined, world) : originOf('URL', url);
    const origin = named ?? current;
    const forgotten = Object.keys(logins).filter((one) => values.all || one === origin);
    const rest = Object.fromEntries(Object.entries(logins).filter(([one]) => !forgotten.includes(one)));
    const stays = current !== undefined && Object.hasOwn(rest, current);
    if (forgotten.length > 0) {
      await writeLogins(world, { version: 1, ...(stays ? { current } : {}), logins: rest });
    }
    const text = forgotten.length > 0 ? `Logged out of ${forgotten.join(', ')}.` : 'There was no login.';
    world.write(values.json ? `${plainJson({ forgotten }, 2)}\n` : `${plainText(text)}\n`);
    return 0;
  },
};
