import { beforeEach, describe, expect, test } from '@jest/globals';
import type { SlackAsk } from '../../../domain/messaging/worker-message.ts';
import { type ConversationPorts, converse } from '../../../handlers/slack/conversation.ts';
import { revocationOf } from '../../../handlers/slack/messages/revoke-form.ts';
import { World } from '../../support/domain/fakes/fakes.ts';
import {
  configurationContent,
  configurationOf,
  GRANT_ID,
  present,
  ROLE_ARN,
} from '../../support/domain/samples.ts';

const people = [
  { id: 'ada-id', email: 'ada@acme.example', slack: 'T0ACME/U0ADA', groups: ['platform'] },
  { id: 'sam-id', email: 'sam@acme.example', slack: 'T0ACME/U0SAM', groups: [] },
];
const configuration = configurationOf({
  ...configurationContent(),
  people,
  slack: { team: 'T0ACME', approversChannel: 'C0APPROVALS' },
});

let world: World;
beforeEach(async () => {
  world = new World();
  await world.request();
});

const typesIn = (grantId = GRANT_ID) =>
  (world.log.streams.get(grantId) ?? []).map((text) => JSON.parse(text).type);

/** What a user is answered, as text. */
async function answerTo(act: SlackAsk['act'], user = 'U0ADA'): Promise<string> {
  const answers: unknown[] = [];
  const ports = {
    ...world.requestPorts,
    configuration,
    logger: { info() {}, warn() {}, error() {} },
    response: { respond: async (_: string, content: unknown) => void answers.push(content) },
    userGroups: { has: async () => false },
    web: { profile: async () => undefined } as unknown as ConversationPorts['web'],
  };
  const ask = { source: 'slack' as const, deliveryId: `delivery-${Math.random()}`, team: 'T0ACME', user };
  await converse(ports, { ...ask, answerTo: { responseUrl: 'https://hooks.slack.com/x' }, act });
  return JSON.stringify(answers);
}

/** What the button of an answer carries; undefined for an answer without one. */
function buttonOf(answer: string) {
  const [content] = JSON.parse(answer) as { blocks: { type: string; elements: { value: string }[] }[] }[];
  const actions = content?.blocks.find(({ type }) => type === 'actions');
  return actions && revocationOf(present(actions.elements[0]).value);
}

const ask = (reason?: string) => ({
  verb: 'confirm-revoke' as const,
  grantId: GRANT_ID,
  ...(reason === undefined ? {} : { reason }),
});

describe('a revoke in Slack', () => {
  test.each([undefined, 'nobody uses it', 'x'.repeat(500), '"quoted" \n text'])(
    'is asked for with the grant that it would end, and writes nothing: because %j',
    async (reason) => {
      const before = typesIn();
      const answer = await answerTo(ask(reason));
      for (const part of ['acme/shop', 's3-static-site', ROLE_ARN, GRANT_ID]) expect(answer).toContain(part);
      expect(buttonOf(answer)).toEqual({ grantId: GRANT_ID, ...(reason === undefined ? {} : { reason }) });
      expect(typesIn()).toEqual(before);
    },
  );

  test('whose reason no button can carry asks for it again', async () => {
    expect(buttonOf(await answerTo(ask('\u0001'.repeat(500))))).toEqual({ grantId: GRANT_ID });
  });

  test('that is confirmed revokes, holds and keeps the reason', async () => {
    const answer = await answerTo({ verb: 'revoke', grantId: GRANT_ID, reason: 'nobody uses it' });
    expect(answer).toContain('is revoked');
    const [requested] = (world.log.streams.get(GRANT_ID) ?? [])
      .map((text) => JSON.parse(text))
      .filter(({ type }) => type === 'RevocationRequested');
    expect(requested).toMatchObject({
      entryPoint: 'slack',
      data: { cause: 'requested', reason: 'nobody uses it', hold: true },
    });
  });

  test.each(['confirm-revoke', 'revoke'] as const)(
    '%s needs who may do it, and shows others nothing',
    async (verb) => {
      const before = typesIn();
      expect(await answerTo({ verb, grantId: GRANT_ID }, 'U0SAM')).toContain('GRANT_NOT_FOUND');
      expect(await answerTo({ verb, grantId: GRANT_ID }, 'U0EVE')).toContain('I do not know who you are');
      expect(typesIn()).toEqual(before);
    },
  );

  test('of a grant that has ended is answered with its state and no button', async () => {
    await answerTo({ verb: 'revoke', grantId: GRANT_ID });
    const before = typesIn();
    const answer = await answerTo(ask('again'));
    expect(answer).toContain('is revoked');
    expect(buttonOf(answer)).toBeUndefined();
    expect(typesIn()).toEqual(before);
  });

  test('of a grant that cannot be read is asked for, too, and closes its role', async () => {
    const texts = present(world.log.streams.get(GRANT_ID));
    world.log.streams.set(GRANT_ID, [...texts.slice(0, -1), '{"type":"GrantBlessed"}']);
    const answer = await answerTo(ask('incident'));
    expect(answer).toContain('cannot be read');
    expect(buttonOf(answer)).toEqual({ grantId: GRANT_ID, reason: 'incident' });
    expect(await answerTo(ask(), 'U0SAM')).toContain('GRANT_NOT_FOUND');
    expect(await answerTo({ verb: 'revoke', grantId: GRANT_ID })).toContain('Its role is closed');
  });
});
