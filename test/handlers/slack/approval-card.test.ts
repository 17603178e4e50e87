import { describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../domain/grants/event.ts';
import { evolve, replay } from '../../../domain/grants/evolve/evolve.ts';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import { waitingStory } from '../../../domain/messaging/waiting-story.ts';
import { waitingPlanOf } from '../../../domain/planning/waiting-plan.ts';
import { grantCard, requested as requestedAnswer } from '../../../handlers/slack/messages/answers.ts';
import { approvalCard } from '../../../handlers/slack/notifications/approval-card.ts';
import { notificationCard } from '../../../handlers/slack/notifications/notification-card.ts';
import { namingFor } from '../../../handlers/slack/people.ts';
import { messageFault } from '../../../sandbox/slack/block-kit.ts';
import { chain, configurationContent, configurationOf, present } from '../../support/domain/samples.ts';
import * as story from '../../support/domain/stories.ts';
import { asEnvironmentUuid, asInstant } from '../../support/identifiers.ts';

const configuration = configurationOf(configurationContent());
const naming = namingFor(configuration, 'T0ACME');
const writing = { configuration, templates: new Map(), naming };
const policy = (...resources: string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Sid: 'A', Effect: 'Allow', Action: ['s3:PutObject'], Resource: resources }],
});

type More = { intent?: Partial<GrantIntent>; proposal?: object; reason?: string; expiresInSeconds?: number };

/** A request that waits, or with `isChange` a change of an active grant that does. */
function waits({ intent: given, proposal = {}, ...more }: More, isChange = false): NewEvent {
  const over = given ?? (isChange ? story.otherBucket : {});
  const { data } = isChange ? story.changeRequested('required', over) : story.requested('required', over);
  return {
    type: isChange ? 'GrantChangeRequested' : 'GrantRequested',
    data: {
      ...data,
      ...more,
      ...(more.expiresInSeconds === undefined ? {} : { expiresAt: asInstant('2026-03-01T00:00:00.000Z') }),
      proposal: { ...story.proposal, permissionsPolicy: policy('arn:aws:s3:::shop-site/*'), ...proposal },
    },
  } as NewEvent;
}

const activated: NewEvent = {
  type: 'GrantActivated',
  data: {
    ...(story.activated.data as object),
    permissionsPolicy: policy('arn:aws:s3:::shop-old/*'),
  } as never,
};
const live: NewEvent[] = [story.requested(), story.started, story.created, activated];

function cardOf(events: readonly NewEvent[]): string {
  const stream = chain(events);
  const card = approvalCard(present(waitingStory(stream, stream.length)), naming, undefined);
  expect(messageFault(card as never)).toBeUndefined();
  return JSON.stringify(card);
}
const canApprove = (card: string): boolean => card.includes('"action_id":"approve"');

describe('the approvers’ card shows what is decided', () => {
  test('on a change: end, session, trust policy, parameters now and then, what is lost, and warnings', () => {
    const change = waits(
      {
        intent: {
          parameters: { bucket: 'shop-site', distribution: 'E1' },
          maxSessionDuration: 7200,
          trustPolicyHash: 'e'.repeat(64),
        },
        proposal: { risk: 'wider', warnings: ['It acts through CloudFormation.'] },
        expiresInSeconds: 172_800,
      },
      true,
    );
    const lasting = [...live, story.expiryChanged(asInstant('2026-02-01T00:00:00.000Z'))];
    const card = cardOf([
      ...lasting.map((one) => JSON.parse(JSON.stringify(one).replaceAll('"shop-site"', '"shop-old"'))),
      change,
    ]);
    expect(card).toContain('`bucket`: `shop-old` → `shop-site`');
    expect(card).toContain('`distribution`: _none_ → `E1`');
    expect(card).toMatch(
      /Expires\*\\n<!date\^\d+\^[^>]*2026-03-01[^>]*>: P2D from the approval \(now <!date[^>]*2026-02-01/,
    );
    expect(card).toContain('*Session*\\n2 h (now 1 h)');
    expect(card).toContain('*Trust policy*\\n*changes*');
    expect(card).toContain('• It acts through CloudFormation.');
    expect(card).toMatch(/What it loses.*shop-old/);
    expect(canApprove(card)).toBe(true);
  });

  test('with the UUID beside an environment’s name', () => {
    const environment = {
      uuid: asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}'),
      name: 'Production',
    };
    expect(cardOf([waits({ intent: { environment } })])).toContain(`\`Production\` \`${environment.uuid}\``);
  });

  test.each([
    ['Production ', '`\\"Production \\"`'],
    ['Prod\u200buction', '`Prod\\\\u{200b}uction`'],
    ['\u202enoitcudorP', '`\\\\u{202e}noitcudorP`'],
    ['Prod\nuction', '`Prod\\\\u{a}uction`'],
    ['Prod`uction', '`Prod\\\\u{60}uction`'],
  ])('and %j so that it is not taken for another', (name, shown) => {
    const environment = { uuid: asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}'), name };
    const card = cardOf([waits({ intent: { environment } })]);
    expect(card).toContain(shown);
    expect(card).not.toMatch(/[\u200b\u202e]/);
  });
});

describe('nothing is approved from a card that does not show it whole', () => {
  const long = (length: number, sign = 'x') => sign.repeat(length);
  test.each<[string, More]>([
    ['a parameter that is cut', { intent: { parameters: { bucket: long(401) } } }],
    ['one of a list that is cut', { intent: { parameters: { buckets: ['a', long(401)] } } }],
    [
      'a parameter that its escapes make too long',
      { intent: { parameters: { bucket: long(60, '\u202e') } } },
    ],
    [
      'more parameters than fit',
      {
        intent: {
          parameters: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`p${n}`, long(300)])),
        },
      },
    ],
    ['a reason that its escapes make too long', { reason: long(500, '\u200b') }],
    [
      'more unowned names than fit',
      { proposal: { approvalReasons: Array.from({ length: 30 }, () => long(200)) } },
    ],
    ['one unowned name that is longer than fits', { proposal: { approvalReasons: [long(3001)] } }],
    ['more warnings than fit', { proposal: { warnings: Array.from({ length: 30 }, () => long(200)) } }],
    [
      'an environment’s name that its escapes make too long',
      {
        intent: {
          environment: {
            uuid: asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}'),
            name: long(200, '\u202e'),
          },
        },
      },
    ],
    [
      'a name that Slack’s own escapes make too long for its field',
      {
        intent: {
          environment: {
            uuid: asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}'),
            name: long(399, '&'),
          },
        },
      },
    ],
    [
      'permissions that do not fit',
      {
        proposal: {
          permissionsPolicy: policy(...Array.from({ length: 99 }, (_, n) => `arn:${n}${long(150)}`)),
        },
      },
    ],
  ])('%s', (_, more) => {
    const card = cardOf([waits(more)]);
    expect(canApprove(card)).toBe(false);
    expect(card).toContain('"action_id":"reject"');
    expect(card).toMatch(/cannot be approved here.*GET \/v1\/grants\/gr_.*POST \/v1\/grants\/gr_/);
  });

  test('what is lost counts as well', () => {
    const wide = {
      ...activated,
      data: {
        ...activated.data,
        permissionsPolicy: policy(...Array.from({ length: 99 }, (_, n) => `arn:${n}${long(150)}`)),
      },
    } as NewEvent;
    expect(canApprove(cardOf([...live.slice(0, 3), wide, waits({}, true)]))).toBe(false);
  });

  test('five unowned names, a reason of 500 characters and twenty parameters fit', () => {
    const parameters = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`p${n}`, long(63)]));
    const approvalReasons = Array.from(
      { length: 7 },
      (_, n) => `/parameters/p${n}: "${long(63)}" has no owner`,
    );
    const card = cardOf([
      waits({ intent: { parameters }, reason: long(500), proposal: { approvalReasons } }),
    ]);
    expect(canApprove(card)).toBe(true);
    for (let n = 0; n < 7; n += 1) expect(card).toContain(`p${n}: \\"${long(63)}\\" has no owner`);
  });
});

describe('what a second request replaces', () => {
  const before = chain(live);
  const change = chain(
    [waits({ proposal: { risk: 'wider', warnings: ['Another name makes a second grant.'] } }, true)],
    undefined,
    before,
  );
  const grant = present(replay(change));
  const plan = present(waitingPlanOf(grant));
  const answered = (outcome: 'created' | 'changed' | 'unchanged' | 'accepted', isLive: boolean) =>
    JSON.stringify(
      requestedAnswer({ outcome, grant: isLive ? present(replay(before)) : grant, plan }, writing),
    );

  test('is said to the person who asked: Changed, not Granted, what was replaced and lost, and what to do', () => {
    const text = answered('changed', true);
    expect(text).toContain('*Changed*');
    expect(text).not.toContain('Granted');
    expect(text).toContain('`bucket`: `shop-site` → `shop-other`');
    expect(text).toMatch(/\*Lost\*.*shop-old/);
    expect(text).toContain('Another name makes a second grant.');
  });

  test('is said while it waits, too', () => {
    const text = answered('accepted', false);
    expect(text).toContain('waits for approval');
    expect(text).toContain('`bucket`: `shop-site` → `shop-other`');
    expect(JSON.stringify(grantCard(grant, writing))).toContain('`bucket`: `shop-site` → `shop-other`');
  });

  test('a first grant is Granted, and so is one that is unchanged', () => {
    expect(answered('created', true)).toContain('*Granted*');
    const first = requestedAnswer({ outcome: 'unchanged', grant: present(replay(before)) }, writing);
    expect(JSON.stringify(first)).toContain('*Granted*');
    expect(JSON.stringify(first)).toContain('Nothing had to change.');
    expect(answered('created', true)).not.toContain('Nothing had to change.');
  });

  test('is in the message to the requester of an approved change, and in no channel; nor are reasons', () => {
    const updated = { ...story.updated, data: { ...story.updated.data, ...activated.data } } as NewEvent;
    const reasoned = chain([waits({ reason: 'secret plans' }, true)], undefined, before);
    const approved = chain([story.approvedChange, updated], undefined, reasoned);
    const [requester, team] = (['requester', 'team'] as const).map((to) =>
      JSON.stringify(notificationCard(approved, { to, naming, grantLink: undefined })),
    );
    expect(requester).toContain('`bucket`: `shop-site` → `shop-other`');
    expect(requester).toContain('secret plans');
    expect(team).toContain('*Changed*');
    expect(team).not.toMatch(/shop-other|secret plans/);
  });
});

test('how the latest request was decided is on a grant’s card', () => {
  const decided = chain([
    story.requested('required'),
    { ...story.rejected, data: { ...story.rejected.data, reason: 'Use\u202e staging' } } as NewEvent,
  ]);
  const grant = present(decided.reduce(evolve, undefined as ReturnType<typeof replay>));
  const card = JSON.stringify(grantCard(grant, writing));
  expect(card).toMatch(/Latest decision\*\\nrejected by `ada@acme\.example`.*Use\\\\u\{202e\} staging/);
});
