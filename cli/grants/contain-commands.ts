import { apiOf, readAs } from '../api/client.ts';
import { sessionOf } from '../api/session.ts';
import { type Command, UsageError } from '../command.ts';
import { API_HELP, apiOptions, EXIT_HELP, readNames, readOptions } from '../options.ts';
import { plainJson } from '../plain-text.ts';
import { asText, grantLines } from './grant-text.ts';
import { grantView } from './grant-view.ts';
import { nextLines } from './request-command.ts';
import { pathOf } from './show-command.ts';

/** A command that closes or opens the role of one grant, by a person and for a reason. */
const containCommand = (verb: 'freeze' | 'thaw' | 'repair', summary: string, about: string): Command => ({
  summary,
  help: `Usage: rolewright ${verb} GRANT --reason TEXT [options]

${about}

  --reason TEXT       why, for the log
${API_HELP}

${EXIT_HELP}
`,
  async run(args, world) {
    const { values, positionals } = readOptions(verb, args, { ...apiOptions, reason: { type: 'string' } });
    const { grant: id } = readNames(verb, ['grant'], positionals);
    if (!values.reason) throw new UsageError(`Give --reason: the log says why a grant was to ${verb}.`);
    const api = apiOf(await sessionOf(values.url, world));
    const answer = await api({
      method: 'POST',
      path: `${pathOf(id)}/${verb}`,
      body: { reason: values.reason },
    });
    if (values.json) world.write(`${plainJson(answer.json, 2)}\n`);
    else {
      const grant = readAs(grantView, answer);
      const progress =
        answer.status === 202 ? ['In progress: repeat the command to see how far it is.'] : nextLines(grant);
      world.write(
        asText([...grantLines(grant, world.columns), ...(progress.length > 0 ? ['', ...progress] : [])]),
      );
    }
    return 0;
  },
});

/** `rolewright freeze`: ends access through a role, and keeps it. */
export const freezeCommand = containCommand(
  'freeze',
  'end access by a grant for now, and keep its role',
  `Ends all access through the role of the grant and keeps the role, for an
incident. Live sessions end too. rolewright thaw opens it again.`,
);

/** `rolewright thaw`: opens a frozen role again. */
export const thawCommand = containCommand(
  'thaw',
  'open a frozen grant again',
  `Opens the role of a frozen grant again, after everything was verified anew. The
requester of the grant cannot do it.`,
);

/** `rolewright repair`: restores a role that was changed by hand. */
export const repairCommand = containCommand(
  'repair',
  'restore a role that was changed by hand',
  `Restores the role of the grant to exactly what was last applied. The requester
of the grant cannot do it.`,
);
