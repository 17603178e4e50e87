import * as z from 'zod';
import { apiOf, readAs } from '../api/client.ts';
import { sessionOf } from '../api/session.ts';
import { type Command, UsageError } from '../command.ts';
import { API_HELP, apiOptions, EXIT_HELP, readNames, readOptions } from '../options.ts';
import { plainJson } from '../plain-text.ts';
import { table } from '../text/table.ts';
import { asText } from './grant-text.ts';

const heldView = z.looseObject({
  items: z.array(
    z.looseObject({
      id: z.string(),
      state: z.string().optional(),
      refused: z.boolean().optional(),
      unreadable: z.boolean().optional(),
    }),
  ),
});

type Held = z.infer<typeof heldView>;

/** What became of one grant, for people. */
const outcomeOf = ({ state, refused, unreadable }: Held['items'][number]): string => {
  if (refused) return 'refused: you may not revoke it, and it is as it was';
  if (unreadable) return 'closed: its events cannot be read';
  return state ?? 'done';
};

type About = { verb: 'incident' | 'release'; summary: string; about: string };

/** A command about all grants of one repository, by a person and for a reason. */
const repositoryCommand = ({ verb, summary, about }: About): Command => ({
  summary,
  help: `Usage: rolewright ${verb} REPOSITORY-UUID --reason TEXT [options]

${about}

  --reason TEXT       why, for the log
${verb === 'incident' ? '  --confirm NUMBER    the number of live grants, where there are more than 5\n' : ''}${API_HELP}

${EXIT_HELP}
`,
  async run(args, world) {
    const { values, positionals } = readOptions(verb, args, {
      ...apiOptions,
      reason: { type: 'string' },
      confirm: { type: 'string' },
    } as const);
    const { 'repository-uuid': given } = readNames(verb, ['repository-uuid'], positionals);
    const body = bodyOf(verb, values);
    const uuid = `{${given.replaceAll(/[{}]/g, '')}}`;
    const api = apiOf(await sessionOf(values.url, world));
    const path = `/v1/repositories/${encodeURIComponent(uuid)}/${verb === 'incident' ? 'revoke' : 'release'}`;
    const answer = await api({ method: 'POST', path, body });
    const held = readAs(heldView, answer);
    world.write(
      values.json ? `${plainJson(answer.json, 2)}\n` : heldText(held, answer.status === 202, world.columns),
    );
    return held.items.some(({ refused }) => refused) ? 1 : 0;
  },
});

/** What became of the grants, as a table. */
function heldText({ items }: Held, isInProgress: boolean, columns: number | undefined): string {
  const rows = items.map((item) => [item.id, outcomeOf(item)]);
  return asText([
    ...(rows.length === 0
      ? ['No grant of the repository was concerned.']
      : table(['GRANT', 'NOW'], rows, { columns, whole: 1 })),
    ...(isInProgress ? ['', 'In progress: repeat the command to see how far it is.'] : []),
  ]);
}

/** What is sent. Throws `UsageError` where the reason is missing or `--confirm` is no number of grants of an incident. */
function bodyOf(verb: About['verb'], { reason, confirm }: { reason?: string; confirm?: string }) {
  if (!reason) throw new UsageError('Give --reason: the log says why.');
  if (confirm === undefined) return { reason };
  if (verb === 'incident' && /^[1-9]\d{0,6}$/.test(confirm)) return { reason, confirm: Number(confirm) };
  throw new UsageError('--confirm takes the number of live grants, such as 7, with rolewright incident.');
}

/** `rolewright incident`: ends all access of a repository and holds it. Exit code 1 if the caller may not revoke every grant. */
export const incidentCommand = repositoryCommand({
  verb: 'incident',
  summary: 'end all access of a repository, and hold it',
  about: `Holds the repository, so that no pipeline, service or rule brings access back,
and revokes every live grant of it that you may revoke. Exit code 1 if others
are left. The UUID is in rolewright show GRANT --json.`,
});

/** `rolewright release`: lets machines ask again for a held repository. */
export const releaseCommand = repositoryCommand({
  verb: 'release',
  summary: 'let machines ask again for a held repository',
  about: `Ends the hold of a repository and of its grants: pipelines, services and rules
may request and renew them again. Nobody who requested one of them can do it.`,
});
