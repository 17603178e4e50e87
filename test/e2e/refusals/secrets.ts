import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { expect, it } from '@jest/globals';
import type { Reply } from '../../support/e2e/http.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** What must be seen nowhere, whatever was sent and whatever failed before. */
export function secretRules(world: () => World & { dir: string }): void {
  it('no token and no secret is in any log, answer, event or row, whatever fails', async () => {
    const repository = await world().repository();
    const own = await world().caller(repository.fullName);
    const expired = await world().caller(repository.fullName, { expiresIn: -600 });
    const stranger = await world().person('mallory@acme.example');
    const tokens = [world().ada, own, expired, stranger];
    const replies: Reply[] = [];
    const ask = async (token: string, bucket = 'shop-secret') =>
      replies.push(await world().request(siteBody(repository, bucket), token));
    for (const token of tokens) await ask(token);
    await world().fault('bitbucket', { match: '/2.0', effect: 'forbid' });
    await ask(world().ada, 'shop-other');
    await world().fault('bitbucket', { match: '/2.0', effect: 'drop', times: 3 });
    await ask(own, 'shop-other');
    await world().clearFaults();
    await world().fault('aws', { match: 'PutRolePolicy', effect: 'forbid' });
    await ask(world().ada, 'shop-other');
    await world().fault('dynamodb', { match: 'ExecuteStatement', effect: 'error', times: 4 });
    await ask(world().ada, 'shop-third');
    await world().clearFaults();
    const explained = await world().step(repository.fullName);
    const [grant] = (await world().get('/v1/grants')).json.items as { id: string }[];
    const explain = () =>
      world().api('POST', '/v1/explain', {
        token: world().ada,
        json: { grantId: grant?.id, token: explained },
      });
    replies.push(await explain());
    await world().fault('dynamodb', { match: 'Query', effect: 'error', times: 9 });
    replies.push(await explain());
    await world().clearFaults();
    expect(replies.slice(-2).map(({ status }) => status)).toEqual([200, 503]);
    replies.push(await world().get('/v1/events?limit=100'), await world().get('/v1/grants?limit=100'));

    const stored = await everythingStored(world().stack.dynamodb.url);
    const log = readFileSync(join(world().dir, 'gateway.log'), 'utf8');
    expect(log).toContain('UPSTREAM_FAILED');
    const everything = [
      log,
      stored,
      ...replies.map(({ text, headers }) => text + JSON.stringify([...headers])),
    ].join('\n');
    expect([...world().sentTokens]).toEqual(expect.arrayContaining([...tokens, explained]));
    const recipient = [...world().sentTokens].flatMap((token) => token.split('.').slice(1));
    // What is shorter could be anything.
    for (const part of recipient.filter((text) => text.length > 40)) {
      expect(everything.includes(part)).toBe(false);
    }
    expect(everything).not.toMatch(/sandbox-(admin-|webhook-)?token-|sandbox-key|sandbox-secret\b/);
  });
}

/** All items of all tables, as text. */
async function everythingStored(endpoint: string): Promise<string> {
  const client = new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'OPERATOR', secretAccessKey: 'any' },
  });
  const items: unknown[] = [];
  for (const name of ['events', 'grants', 'claims']) {
    for await (const { Items } of paginateScan({ client }, { TableName: `rolewright-sandbox-${name}` }))
      items.push(Items);
  }
  client.destroy();
  return JSON.stringify(items);
}
