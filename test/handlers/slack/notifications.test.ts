import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../domain/grants/event.ts';
import { identifiersOf, type Principal } from '../../../domain/shared/principal.ts';
import { ada, configurationContent, configurationOf, GRANT_ID, grace } from '../../support/domain/samples.ts';
import {
  activated,
  approved,
  approvedChange,
  changeRequested,
  changeWaits,
  closingFound,
  created,
  deleted,
  disabled,
  driftFound,
  expiryChanged,
  frozen,
  lapsed,
  rejected,
  rejectedChange,
  requested,
  revocation,
  revoked,
  started,
  storyOf,
} from '../../support/domain/stories.ts';
import { asInstant } from '../../support/identifiers.ts';
import { notificationWorld } from '../../support/slack/notification-world.ts';

let world: Awaited<ReturnType<typeof notificationWorld>>;
beforeAll(async () => {
  world = await notificationWorld();
});
afterEach(() => world.clearFaults());
afterAll(() => world.end());

/** Who makes roles, and ends what lapses. */
const SYSTEM = { kind: 'system' as const, id: 'provisioner' };

/** What ends a grant whose time is over. */
const expiry = JSON.parse(JSON.stringify(revocation).replace('"requested"', '"expired"')) as NewEvent;

const policy = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'S', Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::shop-site/*'] },
  ],
};
/** An event with a policy that can be read. */
const readable = (event: NewEvent): NewEvent =>
  JSON.parse(JSON.stringify(event), (key, value) => (key === 'permissionsPolicy' ? policy : value));
/** A request that waits. */
const waiting = (): NewEvent => readable(requested('required'));
const channelsOf = (messages: { channel: string }[]) => messages.map(({ channel }) => channel).sort();
const textOf = (messages: object[]) => JSON.stringify(messages);

describe('who is told', () => {
  test.each<[string, NewEvent[], string[]]>([
    ['approvers and team: of a request that waits', [waiting()], ['C0APPROVALS', 'C0SHOP']],
    ['nobody: of a request that does not wait', [requested()], []],
    ['the team: of a grant', storyOf.active, ['C0SHOP']],
    ['team and requester: of a revoke by another', storyOf.revoked, ['C0SHOP', 'D0ADA']],
    [
      'team and requester: of what was approved and granted',
      [waiting(), approved, started, created, activated],
      ['C0SHOP', 'D0ADA'],
    ],
    ['the requester: of what lapsed', [waiting(), lapsed], ['D0ADA']],
    [
      'team and requester: of an expiry',
      [...storyOf.active, expiry, disabled, deleted, revoked],
      ['C0SHOP', 'D0ADA'],
    ],
    ['approvers: of a role that was opened', [...storyOf.active, driftFound('repair')], ['C0APPROVALS']],
    ['nobody: of a role that was closed', [...storyOf.active, closingFound], []],
    ['nobody: of steps in between', [requested(), started, created], []],
  ])('%s', async (_, events, channels) => {
    const grantId = await world.story(events.slice(0, 1));
    for (const event of events.slice(1)) {
      await world.append(grantId, event, event.type === 'GrantApproved' ? grace : SYSTEM);
    }
    await world.tell(grantId, events.length);
    expect(channelsOf(await world.posted())).toEqual(channels);
  });

  test('not the requester of what they rejected themselves', async () => {
    const grantId = await world.story([waiting(), rejected]);
    await world.tell(grantId, 2);
    expect(await world.posted()).toEqual([]);
  });
});

describe('approvers are told of a role that was opened', () => {
  test.each([
    ['repair', 'It is being restored.'],
    ['freeze', 'The grant is being frozen.'],
    ['report', 'only reported'],
  ] as const)('with what is done about it: %s', async (action, done) => {
    const grantId = await world.story([...storyOf.active, driftFound(action)], SYSTEM);
    await world.tell(grantId, 5);
    const [message] = await world.posted();
    expect(message?.text).toMatch(/^Opened in AWS: s3-static-site for acme\/shop/);
    expect(textOf([message ?? {}])).toMatch(/`TRUST_CHANGED`/);
    expect(textOf([message ?? {}])).toContain(done);
  });

  test('where a frozen grant was opened again, too', async () => {
    const grantId = await world.story([...storyOf.frozen, driftFound('freeze')], SYSTEM);
    await world.tell(grantId, storyOf.frozen.length + 1);
    expect(textOf(await world.posted())).toContain('It is frozen, and is closed again.');
  });

  test('once, however often the message is handed on', async () => {
    const grantId = await world.story([...storyOf.active, driftFound('repair')], SYSTEM);
    for (let times = 0; times < 3; times += 1) await world.tell(grantId, 5);
    expect(channelsOf(await world.posted())).toEqual(['C0APPROVALS']);
  });
});

test('a requester is not told that what they revoked is revoked', async () => {
  const grantId = await world.story(storyOf.revoked.slice(0, -1));
  await world.append(grantId, revoked, SYSTEM);
  await world.tell(grantId, storyOf.revoked.length);
  expect(channelsOf(await world.posted())).toEqual(['C0SHOP']);
});

describe('everyone whose request an expiry ends is told of it, once', () => {
  const ended = [expiry, disabled, deleted, revoked];
  const told = async (begun: readonly (readonly [NewEvent, Principal])[]) => {
    const grantId = await world.story(storyOf.active);
    for (const [event, by] of begun) await world.append(grantId, event, by);
    for (const event of ended) await world.append(grantId, event, SYSTEM);
    const seq = storyOf.active.length + begun.length + ended.length;
    await world.tell(grantId, seq);
    await world.tell(grantId, seq);
    return channelsOf(await world.posted());
  };
  const asked = [changeRequested('required'), grace] as const;
  const end = asInstant('2027-01-01T00:00:00.000Z');

  test.each<[string, (readonly [NewEvent, Principal])[], string[]]>([
    ['the requester, where another change was rejected', [asked, [rejectedChange, ada]], ['C0SHOP', 'D0ADA']],
    ['the requester, and who asked for a change that waits', [asked], ['C0SHOP', 'D0ADA', 'D0GRACE']],
    ['the requester, and who renewed it', [[expiryChanged(end), grace]], ['C0SHOP', 'D0ADA', 'D0GRACE']],
    ['a requester who renewed it themselves', [[expiryChanged(end), ada]], ['C0SHOP', 'D0ADA']],
  ])('%s', async (_, begun, channels) => {
    expect(await told(begun)).toEqual(channels);
  });
});

test('a freeze takes the buttons from the request that it drops', async () => {
  const grantId = await world.story(changeWaits.map(readable));
  await world.tell(grantId, changeWaits.length);
  await world.append(grantId, frozen, grace);
  await world.tell(grantId, changeWaits.length + 1);
  const [card] = (await world.posted()).filter(({ channel }) => channel === 'C0APPROVALS');
  expect(card).toMatchObject({ text: expect.stringContaining('Withdrawn') });
  expect(JSON.stringify(card)).not.toContain('"action_id":"approve"');
});

describe('who requested a change that a freeze drops is told so', () => {
  test.each<[string, readonly NewEvent[]]>([
    ['while it waits', changeWaits],
    ['once it was approved', [...changeWaits, approvedChange]],
  ])('%s', async (_, told) => {
    const grantId = await world.story(told.map(readable));
    await world.append(grantId, frozen, grace);
    await world.tell(grantId, told.length + 1);
    const [message] = (await world.posted()).filter(({ channel }) => channel === 'D0ADA');
    expect(message?.text).toMatch(/^Frozen: /);
    expect(textOf([message ?? {}])).toContain('the change that you requested was dropped');
  });

  test('but not who froze it themselves, and of a freeze that drops nothing no one is told', async () => {
    const own = await world.story(changeWaits.map(readable));
    await world.append(own, frozen, ada);
    await world.tell(own, changeWaits.length + 1);
    expect(channelsOf(await world.posted())).not.toContain('D0ADA');
    const quiet = await world.story([...storyOf.active, frozen]);
    await world.tell(quiet, storyOf.active.length + 1);
    expect(await world.posted()).toEqual([]);
  });
});

test('a decision is not written into a channel that was shared with another company since', async () => {
  const grantId = await world.story([waiting()].map(readable));
  await world.tell(grantId, 1);
  await world.append(grantId, rejected, grace);
  const isShared = { ...world.ports().web, isSharedOutside: async () => true };
  expect(await world.tell(grantId, 2, { web: isShared })).toBe('done');
  const [card] = (await world.posted()).filter(({ channel }) => channel === 'C0APPROVALS');
  expect(card).toMatchObject({ edits: 0 });
  expect(textOf([card ?? {}])).not.toContain('Rejected');
});

describe('a requester without an entry in people', () => {
  const known = (emails: string[], slack?: readonly [string, string]) => identifiersOf({ emails, slack });
  const lin = (over: Partial<Principal> = {}): Principal => ({
    kind: 'person',
    id: 'lin@acme.example',
    identifiers: known(['lin@acme.example'], ['T0ACME', 'U0LIN']),
    ...over,
  });
  const configuration = configurationOf({
    ...configurationContent(),
    people: [{ id: 'ada@acme.example', slack: 'T0ACME/U0ADA' }],
    emailDomains: [{ domain: 'acme.example', groups: ['staff'] }],
    slack: { team: 'T0ACME', approversChannel: 'C0APPROVALS', emailLookup: true },
  });
  const lapsedFor = async (requester: Principal, over: object = {}) => {
    const grantId = await world.story([waiting()], requester);
    await world.append(grantId, lapsed, SYSTEM);
    await world.tell(grantId, 2, { configuration, ...over });
    return channelsOf(await world.posted());
  };

  test('is told as the Slack user who asked, found by their email', async () => {
    expect(await lapsedFor(lin())).toEqual(['D0LIN']);
    expect(world.lines).toEqual([]);
  });

  test.each<[string, Partial<Principal>]>([
    [
      'another Slack user has the email now',
      { identifiers: known(['lin@acme.example'], ['T0ACME', 'U0OTHER']) },
    ],
    [
      'the Slack user is of another workspace',
      { identifiers: known(['lin@acme.example'], ['T0EVIL', 'U0LIN']) },
    ],
    ['Slack knows nobody with the email', { id: 'left@acme.example' }],
    [
      'the Slack user is deactivated',
      { id: 'dora@acme.example', identifiers: known([], ['T0ACME', 'U0DORA']) },
    ],
  ])('is told nothing, and the log says so, where %s', async (_, over) => {
    expect(await lapsedFor(lin(over))).toEqual([]);
    expect(world.lines).toEqual([
      expect.objectContaining({ level: 'error', text: 'a notification was lost' }),
    ]);
  });

  test.each<[string, Principal, object]>([
    ['they came over HTTP only', lin({ identifiers: known(['lin@acme.example']) }), {}],
    ['their domain is not configured', lin({ id: 'lin@evil.example' }), {}],
    [
      'users are not looked up',
      lin(),
      { configuration: { ...configuration, slack: { ...configuration.slack, emailLookup: false } } },
    ],
    ['they are a service', { kind: 'service', id: 'lin@acme.example' }, {}],
  ])('is not looked for where %s', async (_, requester, over) => {
    expect(await lapsedFor(requester, over)).toEqual([]);
    expect(world.lines).toEqual([]);
  });

  test('is told in spite of an outage that passes, once', async () => {
    await world.fault({ match: 'users.lookupByEmail', effect: 'error', times: 1 });
    expect(await lapsedFor(lin())).toEqual(['D0LIN']);
  });
});

describe('a message', () => {
  test('is sent once, however often and however many at once are told of it', async () => {
    const grantId = await world.story([waiting()]);
    await Promise.all(Array.from({ length: 5 }, () => world.tell(grantId, 1)));
    await world.tell(grantId, 1);
    expect(channelsOf(await world.posted())).toEqual(['C0APPROVALS', 'C0SHOP']);
  });

  test('that Slack asks to wait for is sent within the attempt', async () => {
    const grantId = await world.story(storyOf.active);
    await world.fault({ match: 'chat.postMessage', effect: 'throttle', times: 1, delayMs: 2000 });
    expect(await world.tell(grantId, 4)).toBe('done');
    expect(await world.posted()).toHaveLength(1);
    expect(world.lines).toEqual([]);
  });

  test('waits as long as Slack asks, and leaves minutes to a later attempt', async () => {
    const grantId = await world.story(storyOf.active);
    const before = world.clock.now();
    await world.fault({ match: 'chat.postMessage', effect: 'throttle', times: 2, delayMs: 7000 });
    expect(await world.tell(grantId, 4)).toBe('done');
    expect(world.clock.now() - before).toBe(14_000);
    const other = await world.story(storyOf.active);
    await world.fault({ match: 'chat.postMessage', effect: 'throttle', times: 1, delayMs: 60_000 });
    expect(await world.tell(other, 4)).toBe('later');
    expect(world.lines).toMatchObject([
      { level: 'warn', text: 'a notification is late', more: { channel: 'C0SHOP' } },
    ]);
    expect(await world.tell(other, 4)).toBe('done');
  });

  test('that Slack certainly did not take is sent by the next attempt, once', async () => {
    const grantId = await world.story(storyOf.active);
    await world.fault({ match: 'chat.postMessage', effect: 'forbid', times: 1 });
    expect(await world.tell(grantId, 4)).toBe('later');
    expect(await world.tell(grantId, 4)).toBe('done');
    expect(await world.tell(grantId, 4)).toBe('done');
    expect(await world.posted()).toHaveLength(1);
  });

  test.each([
    ['lostReply', 2],
    ['drop', 1],
    ['error', 1],
  ])(
    'that Slack may have taken (%s) is sent again, once the first attempt has certainly ended',
    async (effect, count) => {
      const grantId = await world.story(storyOf.active);
      await world.fault({ match: 'chat.postMessage', effect, times: 1 });
      expect(await world.tell(grantId, 4)).toBe('later');
      expect(await world.tell(grantId, 4)).toBe('later');
      world.clock.advance(301_000);
      expect(await world.tell(grantId, 4)).toBe('done');
      expect(await world.tell(grantId, 4)).toBe('done');
      expect(await world.posted()).toHaveLength(count);
    },
  );

  test('whose sender died between claiming and sending it is sent by another', async () => {
    const grantId = await world.story(storyOf.active);
    const { claims } = world.ports();
    const dies = {
      ...claims,
      claim: async (...asked: Parameters<typeof claims.claim>) => {
        await claims.claim(...asked);
        throw new Error('died');
      },
    };
    await expect(world.tell(grantId, 4, { claims: dies })).rejects.toThrow('died');
    expect(await world.tell(grantId, 4)).toBe('later');
    expect(await world.posted()).toEqual([]);
    world.clock.advance(301_000);
    expect(await world.tell(grantId, 4)).toBe('done');
    expect(await world.posted()).toHaveLength(1);
  });

  test('about an event that is not in the log is awaited', async () => {
    const grantId = await world.story(storyOf.active);
    expect(await world.tell(grantId, 5)).toBe('awaited');
    expect(await world.posted()).toEqual([]);
  });

  test('is not sent to a channel that another company’s users are in, and the log says so', async () => {
    const grantId = await world.story(storyOf.active);
    const { configuration } = world.ports();
    const { slack } = configuration;
    const channels = slack?.channels.map((one) => ({ ...one, channel: 'C0PARTNERS' })) ?? [];
    const shared = { ...configuration, slack: { ...slack, channels } as typeof slack };
    expect(await world.tell(grantId, 4, { configuration: shared })).toBe('done');
    expect(await world.posted()).toEqual([]);
    expect(world.lines).toMatchObject([
      {
        level: 'error',
        text: 'a notification was lost',
        more: { channel: 'C0PARTNERS', detail: expect.stringContaining('shared') },
      },
    ]);
  });

  test('waits while it is not known whether its channel is shared', async () => {
    const grantId = await world.story(storyOf.active);
    await world.fault({ match: 'conversations.info', effect: 'forbid', times: 1 });
    expect(await world.tell(grantId, 4)).toBe('later');
    expect(await world.posted()).toEqual([]);
    expect(await world.tell(grantId, 4)).toBe('done');
  });

  test('to a channel that is not there does not keep the others from being told', async () => {
    const grantId = await world.story([waiting()]);
    const { configuration } = world.ports();
    const slack = { ...configuration.slack, approversChannel: 'C0GONE' } as typeof configuration.slack;
    // It is reported, and not tried for ever.
    expect(await world.tell(grantId, 1, { configuration: { ...configuration, slack } })).toBe('done');
    expect(channelsOf(await world.posted())).toEqual(['C0SHOP']);
    expect(textOf(world.lines)).toContain('channel_not_found');
  });
});

describe('the approvers’ message', () => {
  test.each<[string, NewEvent, string]>([
    ['approved', approved, 'Approved'],
    ['rejected', rejected, 'Rejected'],
    ['lapsed', lapsed, 'Lapsed'],
    ['withdrawn', revoked, 'Withdrawn'],
    ['replaced', waiting(), 'Replaced by a newer request'],
  ])('says in its place that the request was %s, and loses its buttons', async (_, event, title) => {
    const grantId = await world.story([waiting()]);
    await world.tell(grantId, 1);
    const [card] = (await world.posted()).filter(({ channel }) => channel === 'C0APPROVALS');
    await world.append(grantId, event);
    await world.tell(grantId, 2);
    const after = (await world.posted()).find(({ ts }) => ts === card?.ts);
    expect(after).toMatchObject({ text: expect.stringContaining(title), edits: 1 });
    expect(textOf([after ?? {}])).not.toContain('"action_id":"approve"');
  });

  test('says so even where the decision is told before it is known where the message stands', async () => {
    const grantId = await world.story([waiting()]);
    const { web } = world.ports();
    const slow: typeof web = {
      ...web,
      async post(channel, content) {
        const message = await web.post(channel, content);
        if (channel !== 'C0APPROVALS') return message;
        await world.append(grantId, approved);
        await world.tell(grantId, 2);
        return message;
      },
    };
    await world.tell(grantId, 1, { web: slow });
    const [card] = (await world.posted()).filter(({ channel }) => channel === 'C0APPROVALS');
    expect(card).toMatchObject({ text: expect.stringContaining('Approved'), edits: 1 });
  });

  test('says so even where the attempt that sent it died before it looked again', async () => {
    const grantId = await world.story([waiting()]);
    const { claims } = world.ports();
    const dying: typeof claims = {
      ...claims,
      async keepMessage(id, message, until) {
        await world.append(grantId, approved);
        await world.tell(grantId, 2);
        await claims.keepMessage(id, message, until);
        throw new Error('the process has died');
      },
    };
    await expect(world.tell(grantId, 1, { claims: dying })).rejects.toThrow('died');
    await world.tell(grantId, 1);
    const cards = (await world.posted()).filter(({ channel }) => channel === 'C0APPROVALS');
    expect(cards).toEqual([expect.objectContaining({ text: expect.stringContaining('Approved') })]);
  });

  test('is changed at last when the first change is lost', async () => {
    const grantId = await world.story([waiting()]);
    await world.tell(grantId, 1);
    await world.append(grantId, approved);
    await world.fault({ match: 'chat.update', effect: 'drop', times: 2 });
    await world.tell(grantId, 2);
    const [card] = (await world.posted()).filter(({ channel }) => channel === 'C0APPROVALS');
    expect(card).toMatchObject({ text: expect.stringContaining('Approved') });
  });
});

test('a revoke names who ended it, not the function that did', async () => {
  const grantId = await world.story([...storyOf.active, revocation, revoked], grace);
  await world.tell(grantId, storyOf.active.length + 2);
  expect(textOf(await world.posted())).toContain('<@U0GRACE>');
  expect(GRANT_ID).not.toBe(grantId);
});
