import { apiOf, readAs } from '../api/client.ts';
import { sessionOf } from '../api/session.ts';
import type { Command } from '../command.ts';
import { API_HELP, apiOptions, EXIT_HELP, readNames, readOptions } from '../options.ts';
import { plainJson, plainText, wrapped } from '../plain-text.ts';
import { asText, grantLines } from './grant-text.ts';
import { grantView, unreadableView } from './grant-view.ts';
import { pathOf } from './show-command.ts';

/** `rolewright revoke`: ends the access of one grant. */
export const revokeCommand: Command = {
  summary: 'end the access of a grant and remove its role',
  help: `Usage: rolewright revoke GRANT [options]

Ends all access by the grant and removes its role. Repeating it is safe.
Machines cannot bring it back until somebody releases its repository.

  --reason TEXT       why, for the log
${API_HELP}

${EXIT_HELP}
`,
  async run(args, world) {
    const { values, positionals } = readOptions('revoke', args, {
      ...apiOptions,
      reason: { type: 'string' },
    });
    const { grant: id } = readNames('revoke', ['grant'], positionals);
    const api = apiOf(await sessionOf(values.url, world));
    const answer = await api({
      method: 'DELETE',
      path: pathOf(id),
      ...(values.reason === undefined ? {} : { body: { reason: values.reason } }),
    });
    if (values.json) {
      world.write(`${plainJson(answer.json, 2)}\n`);
      return 0;
    }
    const columns = world.columns ?? 80;
    const unreadable = unreadableView.safeParse(answer.json).data;
    const grant = unreadable ? undefined : readAs(grantView, answer);
    const notes = [unreadable?.note, unreadable?.notice ?? grant?.notice].flatMap((note) => note ?? []);
    world.write(
      asText([
        ...(grant ? grantLines(grant, world.columns) : [`${plainText(id)}: its events cannot be read.`]),
        ...(answer.status === 202 ? ['', 'In progress: repeat the command to see how far it is.'] : []),
        ...notes.flatMap((note) => ['', ...wrapped(plainText(note), columns)]),
      ]),
    );
    return 0;
  },
};
