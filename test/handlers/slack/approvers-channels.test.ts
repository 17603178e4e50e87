import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../../domain/grants/event.ts';
import type { ProjectUuid } from '../../../domain/shared/identifiers.ts';
import {
  configurationContent,
  configurationOf,
  grace,
  present,
  SHOP_PROJECT,
  web,
} from '../../support/domain/samples.ts';
import { approved, driftFound, rejected, requested, storyOf } from '../../support/domain/stories.ts';
import { notificationWorld } from '../../support/slack/notification-world.ts';

const WEB_PROJECT = present(web.project);
const [SHOP, WEB] = [SHOP_PROJECT.uuid, WEB_PROJECT.uuid];

let world: Awaited<ReturnType<typeof notificationWorld>>;
beforeAll(async () => {
  world = await notificationWorld();
});
afterEach(() => world.clearFaults());
afterAll(() => world.end());

/** A request that waits for the approvers of these projects; for the installation's where there are none. */
function waitingFor(decidedBy: ProjectUuid[]): NewEvent {
  const { data } = JSON.parse(JSON.stringify(requested('required')));
  const Statement = [
    { Sid: 'S', Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::shop-site/*'] },
  ];
  const proposal = {
    ...data.proposal,
    permissionsPolicy: { Version: '2012-10-17', Statement },
    ...(decidedBy.length > 0 ? { decidedBy } : {}),
  };
  return { type: 'GrantRequested', data: { ...data, proposal } };
}

/** The installation with blocks of two teams, each with what it says of its channels. */
const blocks = (shop: object, site: object) =>
  configurationOf({
    ...configurationContent(),
    people: [{ id: 'grace@acme.example', slack: 'T0ACME/U0GRACE' }],
    slack: { team: 'T0ACME', approversChannel: 'C0APPROVALS' },
    projects: [
      { workspace: 'acme', ...SHOP_PROJECT, approvers: ['shop-leads'], ...shop },
      { workspace: 'acme', ...WEB_PROJECT, approvers: ['web-leads'], ...site },
    ],
  });
const own = blocks({ approversChannel: 'C0GENERAL' }, { approversChannel: 'C0WEB' });

type Message = Awaited<ReturnType<typeof world.posted>>[number];
const channelsOf = (messages: Message[]) => messages.map(({ channel }) => channel).sort();
const hasButtons = ({ blocks: shown }: Message) => JSON.stringify(shown).includes('"action_id":"approve"');

describe('the card of a request that waits is shown', () => {
  test.each<[string, ProjectUuid[], ReturnType<typeof blocks>, string[]]>([
    ['in the installation’s channel, where no project decides', [], own, ['C0APPROVALS']],
    ['in the channel of the project that decides alone', [WEB], own, ['C0WEB']],
    [
      'in the installation’s channel, where the project that decides has none',
      [WEB],
      blocks({ approversChannel: 'C0GENERAL' }, {}),
      ['C0APPROVALS'],
    ],
    [
      'in the channel of each project that decides, and in the installation’s',
      [SHOP, WEB],
      own,
      ['C0APPROVALS', 'C0GENERAL', 'C0WEB'],
    ],
    [
      'once in a channel that several projects share',
      [SHOP, WEB],
      blocks({ approversChannel: 'C0WEB' }, { approversChannel: 'C0WEB' }),
      ['C0APPROVALS', 'C0WEB'],
    ],
    [
      'once in the installation’s channel, where a project names that too',
      [SHOP, WEB],
      blocks({ approversChannel: 'C0APPROVALS' }, {}),
      ['C0APPROVALS'],
    ],
  ])('%s', async (_, decidedBy, configuration, channels) => {
    const grantId = await world.story([waitingFor(decidedBy)]);
    for (let attempt = 0; attempt < 2; attempt += 1) await world.tell(grantId, 1, { configuration });
    const posted = await world.posted();
    expect(channelsOf(posted)).toEqual(channels);
    expect(posted.every(hasButtons)).toBe(true);
  });
});

describe('the cards of several channels', () => {
  test.each<[string, NewEvent]>([
    ['Approved', approved],
    ['Rejected', rejected],
  ])('all say “%s” in their places once it is decided, and lose their buttons', async (title, decision) => {
    const grantId = await world.story([waitingFor([SHOP, WEB])]);
    await world.tell(grantId, 1, { configuration: own });
    const shown = (await world.posted()).map(({ ts }) => ts);
    await world.append(grantId, decision, grace);
    await world.tell(grantId, 2, { configuration: own });
    const cards = (await world.posted()).filter(({ ts }) => shown.includes(ts));
    expect(channelsOf(cards)).toEqual(['C0APPROVALS', 'C0GENERAL', 'C0WEB']);
    for (const card of cards) {
      expect(card).toMatchObject({ text: expect.stringContaining(title), edits: 1 });
      expect(hasButtons(card)).toBe(false);
    }
  });

  test.each([
    ['is not there', 'C0GONE'],
    ['is shared with another company', 'C0PARTNERS'],
  ])('come to the others where one %s, and the log says so', async (_, channel) => {
    const configuration = blocks({ approversChannel: channel }, { approversChannel: 'C0WEB' });
    const grantId = await world.story([waitingFor([SHOP, WEB])]);
    await world.tell(grantId, 1, { configuration });
    expect(channelsOf(await world.posted())).toEqual(['C0APPROVALS', 'C0WEB']);
    expect(world.lines).toMatchObject([
      { level: 'error', text: 'a notification was lost', more: { channel } },
    ]);
  });

  test('are each sent later where Slack did not take one of them, and none of them twice', async () => {
    const grantId = await world.story([waitingFor([SHOP, WEB])]);
    await world.fault({ match: 'chat.postMessage', effect: 'forbid', times: 1 });
    expect(await world.tell(grantId, 1, { configuration: own })).toBe('later');
    expect(await world.posted()).toHaveLength(2);
    expect(await world.tell(grantId, 1, { configuration: own })).toBe('done');
    expect(channelsOf(await world.posted())).toEqual(['C0APPROVALS', 'C0GENERAL', 'C0WEB']);
  });
});

test('a role that was opened is told the installation’s approvers and those of its project', async () => {
  const grantId = await world.story([...storyOf.active, driftFound('repair')]);
  await world.tell(grantId, 5, { configuration: own });
  const posted = await world.posted();
  expect(channelsOf(posted)).toEqual(['C0APPROVALS', 'C0GENERAL']);
  expect(posted.some(hasButtons)).toBe(false);
});

describe('the channel of a team’s block', () => {
  const configuration = blocks({ channel: 'C0SHOP', approversChannel: 'C0GENERAL' }, { channel: 'C0WEB' });

  test('is told of what its project’s grants wait for, not the channel of the project that decides', async () => {
    const grantId = await world.story([waitingFor([WEB])]);
    await world.tell(grantId, 1, { configuration });
    expect(channelsOf(await world.posted())).toEqual(['C0APPROVALS', 'C0SHOP']);
    expect((await world.posted()).filter(hasButtons).map(({ channel }) => channel)).toEqual(['C0APPROVALS']);
  });

  test.each([
    ['what is granted', storyOf.active],
    ['what is revoked', storyOf.revoked],
  ])('is told of %s', async (_, story) => {
    const grantId = await world.story(story);
    await world.tell(grantId, story.length, { configuration });
    expect(channelsOf(await world.posted())).toEqual(['C0SHOP']);
  });
});
