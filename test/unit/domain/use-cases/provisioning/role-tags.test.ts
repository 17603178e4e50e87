import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { unannouncedWrites } from '../../../../support/domain/announcements.ts';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import {
  codeOf,
  configurationContent,
  configurationOf,
  ROLE_NAME,
  successOf,
} from '../../../../support/domain/samples.ts';

const HOUR_MS = 3_600_000;
const OTHER = { parameters: { bucket: 'shop-other' } };

const tagged = (roleTags: Record<string, string>) => configurationOf({ ...configurationContent(), roleTags });

let world: World;
beforeEach(() => {
  world = new World();
  world.configuration = tagged({ team: 'platform', 'cost-center': '7' });
});
afterEach(() => expect(unannouncedWrites(world.journal)).toEqual([]));

const tags = () => world.theRole().tags;
const since = (first: string) => world.story().slice(world.story().lastIndexOf(first));

/** A look at the role an hour later; what was written since. */
async function look(): Promise<string[]> {
  world.clock.advance(HOUR_MS);
  const before = world.story().length;
  await world.invoke();
  return world.story().slice(before);
}

describe('the configured tags of a role', () => {
  test('are set with it, beside its own, and recorded in the intent', async () => {
    await world.request();
    expect(tags()).toMatchObject({
      team: 'platform',
      'cost-center': '7',
      'rolewright:template': 's3-static-site',
    });
    expect((await world.grantNow()).request.intent.roleTags).toEqual({
      team: 'platform',
      'cost-center': '7',
    });
    expect(await look()).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    ['taken away', () => delete tags().team],
    ['changed', () => Object.assign(tags(), { team: 'evil' })],
  ])('are drift where one was %s, and are put back', async (_, act) => {
    await world.request();
    act();
    expect(await look()).toEqual(['DriftFound', 'UpdateStarted', `putTags ${ROLE_NAME}`, 'DriftRepaired']);
    expect(tags().team).toBe('platform');
    expect((await world.grantNow()).drift?.kinds).toEqual(['TAGS_CHANGED']);
  });

  test.each<[string, Record<string, string>]>([
    ['another value', { team: 'other', 'cost-center': '7' }],
    ['one more', { team: 'platform', 'cost-center': '7', door: 'open' }],
    ['one less', { team: 'platform' }],
    ['none', {}],
  ])('of the configuration as it is now (%s) change no role by themselves', async (_, now) => {
    await world.request();
    const before = { ...tags() };
    world.configuration = tagged(now);
    expect(await look()).toEqual([]);
    expect(tags()).toEqual(before);
  });

  test('of the configuration as it is now are set by the next request, which is a change', async () => {
    await world.request();
    world.configuration = tagged({ team: 'other', door: 'open' });
    expect(successOf(await world.request()).outcome).toBe('changed');
    expect(tags()).toMatchObject({ team: 'other', door: 'open' });
    expect(since('GrantChangeRequested')).toEqual([
      'GrantChangeRequested',
      'UpdateStarted',
      `putTags ${ROLE_NAME}`,
      'GrantUpdated',
    ]);
    expect(await look()).toEqual([]);
    expect(successOf(await world.request()).outcome).toBe('unchanged');
  });

  test('that are configured otherwise since neither hinder a repair nor are set by it', async () => {
    await world.request();
    world.configuration = tagged({ team: 'other', door: 'open' });
    Object.assign(world.theRole(), { maxSessionDuration: 43_200 });
    delete tags()['cost-center'];
    expect((await look()).at(-1)).toBe('DriftRepaired');
    expect(world.theRole().maxSessionDuration).toBe(3600);
    expect(tags()).toMatchObject({ team: 'platform' });
    expect(Object.keys(tags())).not.toContain('door');
    expect(Object.keys(tags())).not.toContain('cost-center');
  });

  test('bind an approval: with others since, it grants nothing', async () => {
    world.redeploy((content) => Object.assign(content, { approval: 'required' }));
    expect(successOf(await world.request(OTHER)).outcome).toBe('accepted');
    world.configuration = tagged({ team: 'other' });
    expect(codeOf(await world.approve())).toBe('PLAN_CHANGED');
    expect(world.iam.roles.size).toBe(0);
  });
});
