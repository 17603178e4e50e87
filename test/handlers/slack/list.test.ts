import { expect, test } from '@jest/globals';
import { type ConversationPorts, converse } from '../../../handlers/slack/conversation.ts';
import { grantIdNumber, grantOf, repositoryNumber } from '../../support/adapters/events.ts';
import { World } from '../../support/domain/fakes/fakes.ts';
import { configurationContent, configurationOf } from '../../support/domain/samples.ts';
import { asInstant } from '../../support/identifiers.ts';

const configuration = configurationOf({
  ...configurationContent(),
  people: [{ id: 'ada-id', email: 'ada@acme.example', slack: 'T0ACME/U0ADA', groups: ['platform'] }],
  slack: { team: 'T0ACME', approversChannel: 'C0APPROVALS' },
});

/** What Ada is answered to `list`, as text, over this many grants of a repository among 900 of others. */
async function answerTo(own: number, repository?: string): Promise<string> {
  const world = new World();
  await world.grants.rememberNames([
    { kind: 'repository', name: 'acme/shop', uuid: repositoryNumber(1) },
    { kind: 'repository', name: 'acme/other', uuid: repositoryNumber(2) },
  ]);
  for (let n = 0; n < 900 + own; n += 1) {
    const isOwn = n < own;
    const fields = {
      n,
      repositoryUuid: repositoryNumber(isOwn ? 1 : 2),
      names: [isOwn ? 'acme/shop' : 'acme/other'],
    };
    const grant = grantOf({ ...fields, updatedAt: asInstant(`2026-11-${isOwn ? 10 : 20}T09:00:00.000Z`) });
    const { request } = grant;
    const intent = { ...request.intent, name: n === 1 ? 'second' : 'default' };
    const held = n === 2 ? { hold: { by: request.requestedBy, at: grant.createdAt } } : {};
    await world.grants.project({
      grantId: grant.id,
      seq: 1,
      grant: { ...grant, ...held, request: { ...request, intent } },
    });
  }
  const answers: unknown[] = [];
  const ports = {
    ...world.requestPorts,
    configuration,
    logger: { info() {}, warn() {}, error() {} },
    response: { respond: async () => {} },
    userGroups: { has: async () => false },
    web: {
      post: async (_: string, content: unknown) => {
        answers.push(content);
        return { channel: 'D0ADA', ts: '1' };
      },
    } as unknown as ConversationPorts['web'],
  };
  const act = { verb: 'list' as const, ...(repository === undefined ? {} : { repository }) };
  const ask = { source: 'slack' as const, deliveryId: 'delivery-1', team: 'T0ACME', user: 'U0ADA' };
  await converse(ports, { ...ask, answerTo: { user: 'U0ADA' }, act });
  return JSON.stringify(answers);
}

test('a list of a repository is complete, however much of others lies between, with each id and each own name', async () => {
  const text = await answerTo(5, 'acme/shop');
  for (const n of [0, 1, 2, 3, 4]) expect(text).toContain(grantIdNumber(n));
  expect(text.match(/named `second`/g)).toHaveLength(1);
  expect(text.match(/, held/g)).toHaveLength(1);
  expect(text).not.toContain('named `default`');
  expect(text).not.toContain('There are more');
});

test('a list that is longer than an answer says that there is more', async () => {
  expect(await answerTo(25, 'acme/shop')).toContain('There are more');
  expect(await answerTo(20, 'acme/shop')).not.toContain('There are more');
  expect(await answerTo(0)).toContain('There are more');
});

test('a list of a repository without grants says that there are none', async () => {
  expect(await answerTo(0, 'acme/shop')).toContain('There are no grants that you may read.');
});
