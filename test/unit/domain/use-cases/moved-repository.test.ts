import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  freezeGrant,
  repairGrant,
  thawGrant,
} from '../../../../domain/use-cases/containment/freeze-grant.ts';
import { approver, platform, World } from '../../../support/domain/fakes/fakes.ts';
import { GRANT_ID, shop, successOf, web } from '../../../support/domain/samples.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

const context = (caller = approver) => ({ caller, correlationId: 'c', entryPoint: 'http' as const });
const why = { grantId: GRANT_ID, reason: 'Explained' };
const move = () => {
  world.bitbucket.repositories = [{ ...shop, project: web.project }, web];
};
const given = async (bucket: string) => {
  await world.request({ parameters: { bucket }, expiresIn: 'P10D' });
  if (bucket !== 'shop-site') successOf(await world.approve());
  world.clock.advance(3_600_000);
};

describe.each(['shop-site', 'payroll'])('the grant of a moved repository that holds %s', (bucket) => {
  test('is not thawed until its new project’s rules allow every name', async () => {
    await given(bucket);
    await freezeGrant(world.requestPorts, why, context(platform));
    move();
    await thawGrant(world.requestPorts, why, context());
    expect((await world.grantNow()).state).toBe('frozen');
  });

  test('is not repaired until its new project’s rules allow every name', async () => {
    await given(bucket);
    world.theRole().maxSessionDuration = 43_200;
    move();
    await repairGrant(world.requestPorts, why, context());
    expect(world.theRole().maxSessionDuration).toBe(43_200);
  });

  test('is thawed and repaired as ever where it was not moved', async () => {
    await given(bucket);
    await freezeGrant(world.requestPorts, why, context(platform));
    await thawGrant(world.requestPorts, why, context());
    expect((await world.grantNow()).state).toBe('active');
  });

  test('is not renewed without an approval', async () => {
    await given(bucket);
    const before = (await world.grantNow()).expiresAt;
    move();
    await world.request({ parameters: { bucket }, expiresIn: 'P30D' });
    expect((await world.grantNow()).expiresAt).toBe(before);
  });
});
