import * as z from 'zod';
import { parseRepositoryUuid } from '../../domain/shared/identifiers.ts';
import { apiOf, readAs } from '../api/client.ts';
import { sessionOf } from '../api/session.ts';
import { type Command, CommandFailure, UsageError } from '../command.ts';
import { API_HELP, apiOptions, EXIT_HELP, readNames, readOptions } from '../options.ts';
import { plainJson, plainText } from '../plain-text.ts';
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
const outcomeOf = ({ state, refused, unreadable }: Held['items'][number], isInProgress: boolean): string => {
  if (refused) return 'refused: you may not revoke it, and it is as it was';
  if (unreadable) return `${isInProgress ? 'closed, or being closed' : 'closed'}: its events cannot be read`;
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
    const uuid = uuidOf(given);
    const api = apiOf(await sessionOf(values.url, world));
    const path = `/v1/repositories/${encodeURIComponent(uuid)}/${verb === 'incident' ? 'revoke' : 'release'}`;
    const answer = await api({ method: 'POST', path, body }).catch(withOption);
    const held = readAs(heldView, answer);
    world.write(
      values.json ? `${plainJson(answer.json, 2)}\n` : heldText(held, answer.status === 202, world.columns),
    );
    return held.items.some(({ refused }) => refused) ? 1 : 0;
  },
});

/** A repository's UUID in braces, which a shell may have taken away. A name is not enough: it can be another repository's by now. */
function uuidOf(given: string): string {
  const uuid = parseRepositoryUuid(given) ?? parseRepositoryUuid(`{${given}}`);
  if (uuid !== undefined) return uuid;
  throw new UsageError(
    `REPOSITORY-UUID takes the UUID of a repository, not "${plainText(given)}": rolewright show GRANT prints it beside the name.`,
  );
}

/** Says which option takes the number that the API asks for. */
function withOption(error: unknown): never {
  if (!(error instanceof CommandFailure)) throw error;
  const asked = unconfirmed.safeParse(error.document).data;
  const live = asked?.errors.map(({ detail }) => /\d+$/.exec(detail)?.[0]).find((number) => number);
  if (live === undefined) throw error;
  const message = `${error.message}\nHere it is --confirm ${live}, once you have seen what ends: rolewright list --repository REPOSITORY-UUID`;
  throw new CommandFailure(error.exitCode, message, error.document);
}

const unconfirmed = z.looseObject({
  code: z.literal('CONFLICT'),
  errors: z.array(z.looseObject({ pointer: z.literal('/confirm'), detail: z.string() })),
});

/** What became of the grants, as a table. */
function heldText({ items }: Held, isInProgress: boolean, columns: number | undefined): string {
  const rows = items.map((item) => [item.id, outcomeOf(item, isInProgress)]);
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
are left. rolewright show GRANT prints the UUID beside the name.`,
});

/** `rolewright release`: lets machines ask again for a held repository. */
export const releaseCommand = repositoryCommand({
  verb: 'release',
  summary: 'let machines ask again for a held repository',
  about: `Ends the hold of a repository and of its grants: pipelines, services and rules
may request and renew them again. Nobody who requested one of them can do it.`,
});
