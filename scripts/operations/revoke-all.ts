import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { LOCAL_STAGE, sourceFromEnvironment } from '../../adapters/settings/source.ts';
import { type Account, hubOf } from '../../domain/shared/account.ts';
import { visible } from '../../domain/shared/text/visible-text.ts';
import type { GrantResource } from '../../handlers/http/resources/grant-schema.ts';
import { apiAddress, apiClient } from '../api-client.ts';
import { confirmationOf, type Installation, isConfirmed } from './confirmation.ts';
import { foreignGrants } from './foreign-grants.ts';

/** One call of the API, as `apiClient` makes it. */
type Call = Awaited<ReturnType<typeof apiClient>>;

/** States in which access is open, may open, or is not yet ended. */
const LIVE = ['pending', 'provisioning', 'active', 'frozen', 'revoking'] as const;

/** States in which nothing of a grant is left in IAM. */
const ENDED: readonly unknown[] = ['revoked', 'rejected', 'failed'];

/** A grant that is not ended, as its list shows it. A grant whose events cannot be read has no repository. */
export type LiveGrant = { id: string; state: string; repository?: string; account?: string; role?: string };

/** An item of a page: a grant, or the marker of one that cannot be read. */
type Item = Partial<Pick<GrantResource, 'id' | 'state' | 'repository' | 'account' | 'role'>> & {
  grantId?: string;
};

/** Every grant that is not ended, each once, by its state; with `account`, an alias or id, those of that account. */
export async function liveGrants(call: Call, account?: string): Promise<LiveGrant[]> {
  const found = new Map<string, LiveGrant>();
  for (const state of LIVE) {
    for await (const item of itemsIn(call, { state, ...(account ? { account } : {}) })) {
      const grant = liveGrantOf(item);
      found.set(grant.id, grant);
    }
  }
  return [...found.values()];
}

async function* itemsIn(call: Call, filter: Record<string, string>): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ ...filter, limit: '100', ...(cursor ? { cursor } : {}) });
    const page = await call('GET', `/v1/grants?${query}`);
    yield* page.items as Item[];
    cursor = page.cursor as string | undefined;
  } while (cursor !== undefined);
}

const liveGrantOf = ({ id, grantId, state, repository, account, role }: Item): LiveGrant => ({
  id: id ?? grantId ?? '',
  state: state ?? 'unreadable',
  ...(repository ? { repository: repository.fullName } : {}),
  ...(account ? { account: account.id } : {}),
  ...(role ? { role: role.arn } : {}),
});

/** What became of one grant. */
export type Revocation = LiveGrant & { now: 'ended' | 'under way' | 'closed' | 'refused'; detail?: string };

/** Asks for the revoke of each of `grants`. One that is refused does not stop the others. A repeated call changes nothing of what
 *  was revoked. Each line is handed to `receipt` before the next grant is touched. */
export async function revokeEach(
  call: Call,
  grants: readonly LiveGrant[],
  { reason, receipt }: { reason: string; receipt(revocation: Revocation): void },
): Promise<Revocation[]> {
  const revocations: Revocation[] = [];
  for (const grant of grants) {
    const revocation = { ...grant, ...(await revoke(call, grant.id, reason)) };
    receipt(revocation);
    revocations.push(revocation);
  }
  return revocations;
}

async function revoke(call: Call, id: string, reason: string): Promise<Pick<Revocation, 'now' | 'detail'>> {
  try {
    const { state, unreadable, note } = await call('DELETE', `/v1/grants/${id}`, { reason });
    if (unreadable === true) return { now: 'closed', detail: String(note ?? '') };
    return { now: ENDED.includes(state) ? 'ended' : 'under way' };
  } catch (error) {
    return { now: 'refused', detail: (error as Error).message };
  }
}

/** What would be revoked, for people: how many grants in which state and account. */
export function summaryOf(grants: readonly LiveGrant[]): string[] {
  const counts = new Map<string, number>();
  for (const { state, account = 'unknown' } of grants) {
    const key = `${state} in account ${account}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort().map(([key, count]) => `${String(count).padStart(6)} ${key}`);
}

const USAGE = `Usage: npm run revoke:all -- --reason TEXT [--account ALIAS] [--confirm '<stage> <account of the hub>'] [--receipt FILE]
  Shows every grant of the installation that is not ended, with --account those of one account. Revokes them once stage and account
  of the hub are typed.
  ROLEWRIGHT_URL and ROLEWRIGHT_TOKEN say where and as whom; ROLEWRIGHT_STAGE says which stage, default prod. Without them it is
  the running local stack, stage sandbox.`;

/** The installation that the command acts on, from the settings of its stage: the local stack's where no API is named. */
export function installationOf(
  variables: NodeJS.ProcessEnv,
): Installation & { accounts: readonly Account[] } {
  const stage = variables.ROLEWRIGHT_URL === undefined ? LOCAL_STAGE : 'prod';
  const source = sourceFromEnvironment(process.cwd(), variables, stage);
  const { accounts } = readConfiguration(source);
  return { stage: source.stage, account: hubOf(accounts)?.id ?? '', accounts };
}

function refuseForeign(foreign: readonly string[], { stage }: Installation): 1 {
  console.error(
    `Nothing was revoked: what ${apiAddress()} answered is not of stage ${stage}. Correct ROLEWRIGHT_URL or ROLEWRIGHT_STAGE.`,
  );
  for (const line of foreign.slice(0, 10)) console.error(visible(line));
  return 1;
}

const PARTIAL =
  'The access rules let you read some grants only. Those are what follows; others may be left. Repeat it as a person who may read every grant.';

/** `npm run revoke:all`. Exit code 0 once nothing is left open or under way, 1 if something is, or may be because the caller cannot read
 *  every grant, 2 for wrong use. */
async function main(args: string[]): Promise<number> {
  const options = {
    reason: { type: 'string' },
    account: { type: 'string' },
    confirm: { type: 'string' },
    receipt: { type: 'string' },
  } as const;
  const { values } = parseArgs({ args, options });
  const { reason, account, confirm } = values;
  // An empty name, as of a variable that is not set, would mean every account.
  if (!reason?.trim() || account === '') {
    console.error(USAGE);
    return 2;
  }
  const { accounts, ...installation } = installationOf(process.env);
  const call = await apiClient();
  const isWhole = (await call('GET', '/v1/me?reach=true')).readsEveryGrant === true;
  if (!isWhole) console.error(PARTIAL);
  const grants = await liveGrants(call, account);
  console.log(
    `Stage ${installation.stage}, hub ${installation.account}, ${apiAddress()}: ${grants.length} grants are not ended.`,
  );
  for (const line of summaryOf(grants)) console.log(line);
  const foreign = foreignGrants(grants, accounts);
  if (foreign.length > 0) return refuseForeign(foreign, installation);
  if (grants.length === 0) return isWhole ? 0 : 1;
  if (!(await isConfirmed(installation, confirm))) {
    console.error(`Nothing was revoked. Confirm with --confirm '${confirmationOf(installation)}'.`);
    return 1;
  }
  const file = values.receipt ?? `revoke-all-${installation.stage}-${Date.now()}.ndjson`;
  const receipt = (line: object) => appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  receipt({
    ...installation,
    ...(account ? { of: account } : {}),
    reason,
    at: new Date().toISOString(),
    grants: grants.length,
  });
  const revocations = await revokeEach(call, grants, { reason, receipt });
  const open = revocations.filter(({ now }) => now !== 'ended');
  for (const { id, now, detail = '' } of open) console.log(visible(`${id}: ${now} ${detail}`.trimEnd()));
  console.log(`${revocations.length - open.length} ended, ${open.length} not yet. The receipt is ${file}.`);
  return isWhole && open.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
