import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../../../../domain/shared/principal.ts';
import { pipelineOf, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import {
  configurationContent,
  configurationOf,
  problemOf,
  shop,
} from '../../../../support/domain/samples.ts';

const pipeline = pipelineOf(shop);
const service: Caller = { principal: { kind: 'person', id: 'portal' }, groups: ['platform'] };

let world: World;
beforeEach(() => {
  world = new World();
});

const eventsNow = async () => (await world.eventTypes()).length;
const deniedBy = () => world.denials.map(({ rule }) => rule);

describe('a pipeline does not change for how long a grant lasts that others have made', () => {
  test.each<[string, Caller, string | undefined, string]>([
    ['shortens what a person limited', platform, 'P30D', 'P1D'],
    ['shortens what a person left open', platform, undefined, 'P1D'],
    ['lengthens what a person limited', platform, 'P1D', 'P30D'],
    ['shortens what another principal limited', service, 'P30D', 'PT1H'],
  ])('a pipeline that %s is refused, and told what to do', async (_, maker, before, asked) => {
    await world.request(before === undefined ? {} : { expiresIn: before }, maker);
    const events = await eventsNow();
    const refusal = problemOf(await world.request({ expiresIn: asked }, pipeline));
    expect([refusal.code, await eventsNow()]).toEqual(['DENIED', events]);
    expect(refusal.detail).toMatch(/without expiresIn/);
    expect(deniedBy()).toEqual(['pipeline-keeps-expiry']);
  });

  test('nor together with another change, nor in a dry run', async () => {
    await world.request({ expiresIn: 'P30D' });
    const other = { parameters: { bucket: 'shop-other' }, expiresIn: 'P1D' };
    expect(problemOf(await world.request(other, pipeline)).code).toBe('DENIED');
    expect(problemOf(await world.request(other, pipeline, { dryRun: true })).code).toBe('DENIED');
  });

  test('nor what a person has taken over from it by leaving it open', async () => {
    await world.request({}, pipeline);
    await world.request({ parameters: { bucket: 'shop-other' } });
    const asked = { parameters: { bucket: 'shop-other' }, expiresIn: 'P1D' };
    expect(problemOf(await world.request(asked, pipeline)).code).toBe('DENIED');
  });

  test('it may limit its own, and repeat a request that asks for no lifetime', async () => {
    await world.request({ expiresIn: 'P2D' }, pipeline);
    expect((await world.request({ expiresIn: 'P1D' }, pipeline)).ok).toBe(true);
    await world.request({ expiresIn: 'P30D' });
    expect((await world.request({}, pipeline)).ok).toBe(true);
  });
});

describe('a pipeline does not replace a request of others that waits for approval', () => {
  const unowned = { parameters: { bucket: 'foreign-site' } };

  test('neither of a new grant', async () => {
    await world.request(unowned);
    const refusal = problemOf(await world.request({}, pipeline));
    expect([refusal.code, await world.eventTypes()]).toEqual(['DENIED', ['GrantRequested']]);
    expect(refusal.detail).toMatch(/decided or withdrawn/);
    expect(deniedBy()).toEqual(['pipeline-keeps-waiting-request']);
  });

  test('nor of a change, by another change or by an expiry of its own', async () => {
    await world.request({ expiresIn: 'P3D' }, pipeline);
    await world.request(unowned);
    const events = await eventsNow();
    const other = { parameters: { bucket: 'shop-other' } };
    expect(problemOf(await world.request(other, pipeline)).code).toBe('DENIED');
    expect(problemOf(await world.request({ expiresIn: 'P1D' }, pipeline)).code).toBe('DENIED');
    expect(await eventsNow()).toBe(events);
  });

  test('a person may', async () => {
    world.configuration = configurationOf(configurationContent());
    await world.request(unowned);
    expect((await world.request({})).ok).toBe(true);
  });
});
