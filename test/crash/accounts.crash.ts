import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Place, Stage } from '../support/crash/world/stage.ts';
import { mintTokens } from '../support/crash/world/tokens.ts';
import { CrashWorld } from '../support/crash/world/world.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 61_000;

let world: CrashWorld;
let tokens: Awaited<ReturnType<typeof mintTokens>>;
let made = 0;
beforeAll(async () => {
  world = await CrashWorld.start();
  tokens = await mintTokens(world.standIns.bitbucketUrl);
});
afterEach(() => world.aws.calmDown());
afterAll(() => world.stop());

/** A grant with its end in an hour. */
async function granted(place: Place, expiresIn = 'PT1H'): Promise<Stage> {
  made += 1;
  const stage = new Stage(world, tokens, `grant-${made}`, place);
  expect(await stage.request({ expiresIn, parameters: { bucket: `shop-${made}` } })).toMatchObject({
    status: 201,
  });
  return stage;
}

const rolesOf = (stages: readonly Stage[]) =>
  stages.map(({ roleArn }) => world.aws.state().roles.some(({ arn }) => arn === roleArn));
const assumed = async () =>
  (await world.aws.journal()).filter(({ action }) => action === 'AssumeRole').length;

describe('while staging is down', () => {
  test('what is due in default happens, what is due in staging waits, and happens once staging is back', async () => {
    const there = [await granted({ account: 'staging', environment: 'Staging' })];
    while (there.length < 7) there.push(await granted({ account: 'staging' }));
    const here = await granted({ account: 'default' });
    world.clock.advance(HOUR_MS + 1000);
    await world.aws.arm({ match: 'AssumeRole', effect: 'forbid', times: 100 });
    await world.aws.clearJournal();
    for (let pass = 0; pass < 3; pass += 1) {
      const before = await assumed();
      expect(await world.reconcile()).toMatchObject({ unfinished: there.length });
      expect(rolesOf([...there, here])).toEqual([...there.map(() => true), false]);
      // Five grants are under way at a time: the others of the account wait without an attempt.
      expect((await assumed()) - before).toBeLessThanOrEqual(5);
      expect(await assumed()).toBeGreaterThan(before);
      world.clock.advance(MINUTE_MS);
    }
    for (const { grantId } of there) {
      const types = (await world.storage.events(grantId)).map(({ type }) => type);
      expect(types.filter((type) => type === 'RevocationRequested')).toHaveLength(1);
      expect(types.filter((type) => type === 'AttemptFailed').length).toBeLessThanOrEqual(1);
    }
    await world.aws.calmDown();
    for (let pass = 0; pass < 10 && rolesOf(there).includes(true); pass += 1) {
      world.clock.advance(5 * MINUTE_MS);
      await world.reconcile();
    }
    expect(rolesOf(there)).toEqual(there.map(() => false));
    expect(await world.reconcile()).toMatchObject({ due: 0 });
  });

  test('no session of one grant is used for another', async () => {
    await world.aws.clearJournal();
    const stages = [await granted({ account: 'staging' }), await granted({ account: 'staging' })];
    const names = (await world.aws.journal())
      .filter(({ action }) => action === 'AssumeRole')
      .map(({ parameters }) => parameters.RoleSessionName);
    expect(names).toEqual(stages.map(({ grantId }) => grantId));
    for (const stage of stages) await stage.revoke();
  });
});
