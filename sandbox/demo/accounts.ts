import type { Reply, SandboxClient } from '../sandbox-client.ts';
import { COMPANY_ACCOUNTS, SPOKE_ROLE } from './company.ts';
import { expect, screen } from './screen.ts';

type Alias = keyof typeof COMPANY_ACCOUNTS;
type Event = { type: string; data: { account: string } };

const ACCOUNTS = Object.keys(COMPANY_ACCOUNTS) as Alias[];
const ENVIRONMENTS: Partial<Record<Alias, string>> = { staging: 'Staging', production: 'Production' };
const WORKSPACES = {
  shop: { repository: 'acme/shop', bucket: 'shop-company', environments: ENVIRONMENTS },
  other: { repository: 'globex/other', bucket: 'globex-company', environments: {} },
} as const;
type Requester = keyof typeof WORKSPACES;

/** Two workspaces get roles in three accounts. One account goes down and a workspace loses its credential, the others go on, and
 *  what waited is done when both are back. */
export async function operate(client: SandboxClient, ada: string): Promise<void> {
  screen.chapter('A company with two workspaces and three accounts, one of which goes down');
  const ask = (who: Requester, account: Alias, name = 'company') => {
    const { repository, bucket, environments } = WORKSPACES[who];
    const environment = (environments as typeof ENVIRONMENTS)[account];
    const body = { repository, account, name, template: 's3-static-site', parameters: { bucket } };
    return client.request(ada, environment ? { ...body, environment } : body);
  };
  const company = { client, ada, ask };
  const left = await grantAll(company);
  const giveBack = await client.withdrawTrust(COMPANY_ACCOUNTS.staging, SPOKE_ROLE);
  await goOn(company, left).finally(giveBack);
  await settle(company, left);
}

type Company = {
  client: SandboxClient;
  ada: string;
  ask(who: Requester, account: Alias, name?: string): Promise<Reply>;
};

/** Holds an answer to its status and shows it. */
function show({ status, body }: Reply, wanted: number, what: string): void {
  const result = String(body.code ?? body.state);
  expect(status === wanted, `${what} is answered ${wanted}, not ${status} ${result}`);
  const line = `${what.padEnd(40)}${status} ${result}`;
  if (status < 400) screen.good(line);
  else screen.refused(line, briefly(String(body.detail)));
}

/** The first two sentences of a detail. */
function briefly(detail: string): string {
  const sentences = detail.split(/(?<=\.) /);
  return sentences.slice(0, 2).join(' ') + (sentences.length > 2 ? ' …' : '');
}

/** Both workspaces get a role in each account. Returns the id of the grant of `acme/shop` in staging. */
async function grantAll({ ask }: Company): Promise<string> {
  screen.say('acme has an access token; globex, without Premium, an OAuth consumer.');
  screen.say('Rolewright runs in default, and assumes a role in the two others.');
  let left = '';
  for (const account of ACCOUNTS) {
    for (const who of ['shop', 'other'] as const) {
      const reply = await ask(who, account);
      show(reply, 201, `${WORKSPACES[who].repository} in ${account}`);
      const { arn } = reply.body.role as { arn: string };
      expect(arn.split(':')[4] === COMPANY_ACCOUNTS[account], `the role is in ${account}`);
      if (who === 'shop' && account === 'staging') left = String(reply.body.id);
    }
  }
  return left;
}

/** Staging is down, and then acme's credential is revoked as well. */
async function goOn({ client, ada, ask }: Company, left: string): Promise<void> {
  screen.say('');
  screen.say("An administrator of staging withdraws the role's trust in Rolewright:");
  show(await ask('other', 'staging', 'second'), 503, 'globex/other, a second role in staging');
  show(await client.revoke(ada, left), 202, 'Ada revokes acme/shop in staging');
  show(await ask('other', 'production', 'second'), 201, 'globex/other, a second in production');
  screen.say('');
  screen.say('An administrator of acme revokes its access token in Bitbucket as well:');
  const credential = { workspace: 'acme', kind: 'accessToken' };
  await client.setCredential({ ...credential, revoked: true });
  show(await ask('shop', 'production', 'second'), 502, 'acme/shop, a second role in production');
  show(await ask('other', 'default', 'second'), 201, 'globex/other, a second role in default');
  await client.setCredential({ ...credential, revoked: false });
}

/** Both are back. */
async function settle({ client, ada, ask }: Company, left: string): Promise<void> {
  screen.say('');
  screen.say('Both are back, and the same requests are repeated:');
  show(await ask('other', 'staging', 'second'), 201, 'globex/other, a second role in staging');
  show(await client.revoke(ada, left), 200, 'Ada revokes acme/shop in staging');
  show(await ask('shop', 'production', 'second'), 201, 'acme/shop, a second role in production');
  screen.say('');
  screen.say('The log of the grant that was revoked meanwhile:');
  const { body } = await client.read(ada, `/v1/grants/${left}/events?limit=100`);
  const events = body.items as Event[];
  const isThere = events.every(({ data }) => data.account === COMPANY_ACCOUNTS.staging);
  expect(isThere && events.at(-1)?.type === 'GrantRevoked', 'each event is of staging, to the revoke');
  screen.say(`  ${events.map(({ type }) => type).join(' → ')}`);
}
