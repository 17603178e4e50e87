import { visibleLines } from '../../domain/shared/text/visible-text.ts';
import { type Api, apiOf, readAs } from '../api/client.ts';
import { sessionOf } from '../api/session.ts';
import { type Command, type CommandWorld, UsageError } from '../command.ts';
import { API_HELP, apiOptions, EXIT_HELP, readNames, readOptions } from '../options.ts';
import { plainJson, plainText } from '../plain-text.ts';
import { table } from '../text/table.ts';
import { asText, targetText, timeText } from './grant-text.ts';
import { type GrantView, grantPageView, type UnreadableView } from './grant-view.ts';

const OPTIONS = {
  ...apiOptions,
  repository: { type: 'string' },
  environment: { type: 'string' },
  project: { type: 'string' },
  state: { type: 'string' },
  waiting: { type: 'boolean' },
  template: { type: 'string' },
  account: { type: 'string' },
  drift: { type: 'boolean' },
  hold: { type: 'boolean' },
  'requested-by': { type: 'string' },
  'expires-before': { type: 'string' },
  limit: { type: 'string' },
  step: { type: 'boolean' },
} as const;

/** Grants that are shown unless more are asked for, and at most. Our choice. */
const [DEFAULT_LIMIT, LARGEST_LIMIT] = [50, 10_000];
/** Items of one page of the API at most. */
const PAGE = 100;

/** `rolewright list`: the grants that the caller may read. */
export const listCommand: Command = {
  summary: 'list grants',
  help: `Usage: rolewright list [options]

Lists the grants that you may read, the latest change first.

  --repository NAME     workspace/slug, present or former, or UUID
  --environment NAME    deployment environment, in exact case, or UUID
  --project KEY         key or UUID
  --state STATE         such as active or pending
  --waiting             those that wait for approval
  --drift               those for which a difference was found
  --hold                those that are held against machines
  --template NAME
  --account ALIAS       alias or id
  --requested-by WHO    kind:id, such as person:ada@acme.example
  --expires-before TIME live grants that end before it, such as 2027-01-31
  --limit N             at most so many (${DEFAULT_LIMIT})
  --step                print one step for bitbucket-pipelines.yml that takes
                        the roles of all active grants; needs --repository
${API_HELP}

${EXIT_HELP}
`,
  async run(args, world) {
    const { values, positionals } = readOptions('list', args, OPTIONS);
    readNames('list', [], positionals);
    const limit = limitOf(values.limit);
    if (values.step && values.json) throw new UsageError('--step and --json exclude each other.');
    const api = apiOf(await sessionOf(values.url, world));
    const query = {
      repository: values.repository,
      environment: values.environment,
      project: values.project,
      state: values.state,
      waiting: values.waiting ? 'true' : undefined,
      drift: values.drift ? 'true' : undefined,
      hold: values.hold ? 'true' : undefined,
      template: values.template,
      account: values.account,
      requestedBy: values['requested-by'],
      expiresBefore: values['expires-before'],
    };
    if (values.step) {
      const accept = 'text/x-bitbucket-pipelines';
      const { text } = await api({ method: 'GET', path: '/v1/grants', query, accept });
      world.write(visibleLines(text));
      return 0;
    }
    const { items, isCut } = await readList(api, query, limit);
    if (values.json) world.write(`${plainJson({ items, isCut }, 2)}\n`);
    else world.write(asText(listLines(items, isCut, world)));
    return 0;
  },
};

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? DEFAULT_LIMIT : Number(/^\d{1,5}$/.exec(text)?.[0]);
  if (limit >= 1 && limit <= LARGEST_LIMIT) return limit;
  throw new UsageError(`--limit takes a number from 1 to ${LARGEST_LIMIT}, not "${plainText(text ?? '')}".`);
}

type Items = (GrantView | UnreadableView)[];

/** The first grants of a list, over as many pages as it takes. */
async function readList(
  api: Api,
  query: Record<string, string | undefined>,
  limit: number,
): Promise<{ items: Items; isCut: boolean }> {
  const items: Items = [];
  let cursor: string | undefined;
  do {
    const asked = { ...query, limit: String(Math.min(PAGE, limit - items.length)), cursor };
    const page = readAs(grantPageView, await api({ method: 'GET', path: '/v1/grants', query: asked }));
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && items.length < limit);
  return { items, isCut: cursor !== undefined };
}

function listLines(items: Items, isCut: boolean, { columns }: Pick<CommandWorld, 'columns'>): string[] {
  if (items.length === 0) return ['No grants that you may read fit.'];
  const more = isCut ? ['', `There are more: give a greater --limit than ${items.length}.`] : [];
  return [
    ...table(['GRANT', 'STATE', 'FOR', 'TEMPLATE', 'EXPIRES'], items.map(rowOf), { columns, whole: 1 }),
    ...more,
  ];
}

function rowOf(item: Items[number]): string[] {
  if (isUnreadable(item)) return [item.grantId ?? '', 'unreadable', '', '', ''];
  const state = item.pendingChange ? `${item.state}, change waits` : item.state;
  const end = item.expiresAt === undefined ? '' : timeText(item.expiresAt).slice(0, 10);
  return [item.id, state, targetText(item), item.template.name, end];
}

const isUnreadable = (item: Items[number]): item is UnreadableView => item.unreadable === true;
