import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { KnownBlock } from '@slack/types';
import { type SlackTestWorld, slackWorld } from './world.ts';

let world: SlackTestWorld;
beforeAll(async () => {
  world = await slackWorld();
});
beforeEach(() => world.send('DELETE', '/sandbox/faults'));
afterAll(() => world.end());

const section = (text: string): KnownBlock => ({ type: 'section', text: { type: 'mrkdwn', text } });
const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: { data?: { error: string }; code?: string }) => error.data?.error ?? error.code,
  );

describe('the Web API, through Slack’s own client', () => {
  test('posts to a channel, and changes the message', async () => {
    const { ts, channel } = await world
      .client()
      .chat.postMessage({ channel: 'C0SHOP', text: 'asked', blocks: [section('*asked*')] });
    await world
      .client()
      .chat.update({ channel: String(channel), ts: String(ts), text: 'granted', blocks: [] });
    const [message] = (await world.messages()).slice(-1);
    expect(message).toMatchObject({
      ts,
      channel: 'C0SHOP',
      channelName: 'team-shop',
      text: 'granted',
      edits: 1,
    });
  });

  test('finds an active user by the whole email', async () => {
    const find = (email: string) => world.client().users.lookupByEmail({ email });
    expect((await find('lin@acme.example')).user?.id).toBe('U0LIN');
    for (const email of ['dora@acme.example', 'lin@acme', 'nobody@acme.example'])
      expect(await errorOf(find(email))).toBe('users_not_found');
  });

  test('lists the users of a user group that is not disabled, and knows no other', async () => {
    const list = (usergroup: string, include_disabled = false) =>
      world.client().usergroups.users.list({ usergroup, include_disabled });
    expect((await list('S0SHOPDEVS')).users).toEqual(['U0LIN', 'U0GUS', 'U0MALLORY']);
    expect((await list('S0FORMER', true)).users).toEqual(['U0LIN', 'U0KIM']);
    for (const id of ['S0FORMER', 'S0NONE', 'shop-devs'])
      expect(await errorOf(list(id))).toBe('no_such_subteam');
    await world.send('POST', '/sandbox/user-groups', { id: 'S0NEW', users: ['kim'] });
    expect((await list('S0NEW')).users).toEqual(['U0KIM']);
  });

  test('posts to a person, in their direct messages', async () => {
    const { channel } = await world.client().chat.postMessage({ channel: 'U0ADA', text: 'to you' });
    expect(channel).toBe('D0ADA');
  });

  test('refuses as Slack does: 200 with ok false and a code', async () => {
    const client = world.client();
    expect(await errorOf(client.chat.postMessage({ channel: 'C0NONE', text: 'x' }))).toBe(
      'channel_not_found',
    );
    expect(await errorOf(client.chat.update({ channel: 'C0SHOP', ts: '1.000000', text: 'x' }))).toBe(
      'message_not_found',
    );
    expect(await errorOf(client.users.info({ user: 'U0NOBODY' }))).toBe('user_not_found');
    expect(await errorOf(client.apiCall('chat.fly'))).toBe('unknown_method');
    expect(await errorOf(world.client('another-token').auth.test())).toBe('invalid_auth');
  });

  test.each<[string, KnownBlock[]]>([
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' }))],
    ['a section of 3001 characters', [section('x'.repeat(3001))]],
    ['an empty section', [section('')]],
    ['a header of 151', [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }]],
    [
      '26 buttons',
      [
        {
          type: 'actions',
          elements: Array.from({ length: 26 }, (_, n) => ({
            type: 'button',
            action_id: `a${n}`,
            text: { type: 'plain_text', text: 'go' },
          })),
        },
      ],
    ],
    ['an input in a message', [{ type: 'input' } as KnownBlock]],
  ])('refuses %s', async (_, blocks) => {
    const call = world.client().chat.postMessage({ channel: 'C0SHOP', text: 'x', blocks });
    expect(await errorOf(call)).toBe('invalid_blocks');
  });

  test('tells of a person what an app must know to believe their email', async () => {
    const info = async (user: string) => (await world.client().users.info({ user })).user;
    expect(await info('U0ADA')).toMatchObject({
      team_id: 'T0ACME',
      deleted: false,
      is_bot: false,
      is_restricted: false,
      is_email_confirmed: true,
      profile: { email: 'ada@acme.example' },
    });
    expect(await info('U0GUS')).toMatchObject({ is_restricted: true });
    expect(await info('U0SAM')).toMatchObject({ is_stranger: true, team_id: 'T0GLOBEX' });
  });
});

describe('a fault', () => {
  const arm = (effect: string, more: object = {}) =>
    world.send('POST', '/sandbox/faults', { match: 'auth.test', effect, ...more });
  const call = () => errorOf(world.client().auth.test());

  test.each([
    ['throttle', 'slack_webapi_rate_limited_error'],
    ['error', 'slack_webapi_http_error'],
    ['forbid', 'missing_scope'],
    ['drop', 'slack_webapi_request_error'],
  ])('%s comes out at the client as %s, once', async (effect, code) => {
    await arm(effect);
    expect(await call()).toBe(code);
    expect(await call()).toBe(undefined);
  });

  test('throttle says in Retry-After how many seconds to wait', async () => {
    await arm('throttle', { delayMs: 7000 });
    await expect(world.client().auth.test()).rejects.toMatchObject({ retryAfter: 7 });
  });

  test('lostReply posts the message and loses the answer', async () => {
    const before = (await world.messages()).length;
    await world.send('POST', '/sandbox/faults', { match: 'chat.postMessage', effect: 'lostReply' });
    await expect(world.client().chat.postMessage({ channel: 'C0SHOP', text: 'lost' })).rejects.toThrow();
    expect(await world.messages()).toHaveLength(before + 1);
  });
});
