import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/e2e/eventually.ts';
import { expectNoSecrets, expectProblem } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const credentials = { accessKeyId: 'INTRUDER', secretAccessKey: 'any' };
const region = 'eu-central-1';

/** What a failure inside a function comes to. */
export function brokenHandlerRules(world: () => World): void {
  /** Puts other words into an event of the log, as somebody with the table's keys could. */
  async function alter(grantId: string, seq: number): Promise<void> {
    const { url } = world().stack.dynamodb;
    const client = new DynamoDBClient({ region, endpoint: url, credentials });
    const TableName = 'rolewright-sandbox-events';
    const Key = { grantId: { S: grantId }, seq: { N: String(seq) } };
    const { Item = {} } = await client.send(new GetItemCommand({ TableName, Key }));
    const event = { S: Item.event?.S?.replace('ada@acme.example', 'eve@acme.example') ?? '' };
    await client.send(new PutItemCommand({ TableName, Item: { ...Item, event } }));
    client.destroy();
  }
  async function invoke(payload: unknown, InvocationType: 'Event' | 'RequestResponse', name = 'provisioner') {
    const client = new LambdaClient({ region, endpoint: world().stack.lambda, credentials, maxAttempts: 1 });
    try {
      const { Payload, FunctionError } = await client.send(
        new InvokeCommand({
          FunctionName: `rolewright-sandbox-${name}`,
          InvocationType,
          Payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
        }),
      );
      const text = Payload?.transformToString() ?? '';
      return { error: FunctionError, answer: text === '' ? undefined : JSON.parse(text) };
    } finally {
      client.destroy();
    }
  }

  describe('a log that somebody altered', () => {
    it('grants nothing more, which is a conflict, and only a revoke closes its role', async () => {
      const repository = await world().repository();
      const { id, role } = await world().granted(siteBody(repository, 'shop-altered'));
      await alter(id, 1);
      for (const act of [
        () => world().request(siteBody(repository, 'shop-altered')),
        () => world().request(siteBody(repository, 'shop-altered-2')),
      ]) {
        const { value, iamWrites, dynamodbWrites } = await world().trace(act);
        expectProblem(value, 409, 'CONFLICT');
        expectNoSecrets(value);
        expect([iamWrites, dynamodbWrites]).toEqual([[], []]);
      }
      const closed = await world().revoke(id);
      expect([closed.status, closed.json.unreadable, closed.json.access]).toEqual([200, true, 'closed']);
      expect(await world().role(role.name)).toBeDefined();
      const [first] = await world().events(id);
      expect(first?.principal.id).toBe('eve@acme.example');
    });
  });

  describe('the provisioner', () => {
    const garbage = [
      ['nothing', {}],
      ['null', null],
      ['a list', []],
      ['no grant id', { grantId: 'all' }],
      ['an id and more', { grantId: 'gr_aaaaaaaaaaaaaaaaaaaaaaaaaa', policy: { Statement: [] } }],
      ['an unknown id', { grantId: 'gr_aaaaaaaaaaaaaaaaaaaaaaaaaa' }],
    ] as const;

    it.each(garbage)('does nothing for %s', async (_what, payload) => {
      const { value, iam } = await world().trace(() => invoke(payload, 'RequestResponse'));
      expect(value.error).toBeUndefined();
      expect(['unfinished', 'busy']).toContain(value.answer.outcome);
      expect(iam).toEqual([]);
    });

    it('asked asynchronously for garbage leaves the stack up', async () => {
      for (const [, payload] of garbage) await invoke(payload, 'Event');
      await invoke('{}', 'Event', 'reconciler');
      await eventually(
        () => world().api('GET', '/healthz'),
        ({ status }) => status === 200,
      );
      expect((await world().request(siteBody(await world().repository(), 'shop-up'))).status).toBe(201);
    });

    it('run again on a grant at rest changes nothing', async () => {
      const { id } = await world().granted(siteBody(await world().repository(), 'shop-rest'));
      const before = await world().events(id);
      const { value, iamWrites } = await world().trace(() => invoke({ grantId: id }, 'RequestResponse'));
      expect([value.answer, iamWrites]).toEqual([{ outcome: 'settled' }, []]);
      expect(await world().events(id)).toEqual(before);
    });
  });

  describe('the reconciler', () => {
    it('finds nothing due where everything is at rest, and asks IAM nothing', async () => {
      // What earlier tests left behind is due a minute later, and a slow machine may take as long.
      await invoke({}, 'RequestResponse', 'reconciler');
      const { value, iam } = await world().trace(() => invoke({}, 'RequestResponse', 'reconciler'));
      expect(value).toEqual({
        error: undefined,
        answer: { due: 0, settled: 0, unfinished: 0, unreadable: 0, drift: [] },
      });
      expect(iam).toEqual([]);
    });
  });
}
