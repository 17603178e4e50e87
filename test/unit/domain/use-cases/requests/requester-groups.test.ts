import { beforeEach, describe, expect, test } from '@jest/globals';
import { PortError } from '../../../../../domain/shared/port-error.ts';
import { platform, World } from '../../../../support/domain/fakes/fakes.ts';
import { codeOf, GRANT_ID, present, problemOf } from '../../../../support/domain/samples.ts';

const unowned = { parameters: { bucket: 'foreign-site' } };

let world: World;
beforeEach(() => {
  world = new World();
});

const kept = () => [...world.requesterGroups.kept];
const inEvents = async () => JSON.stringify(await world.log.load(GRANT_ID));

describe('the groups of a requester', () => {
  test('stand in no event of a request, a change or a decision', async () => {
    const asker = { ...platform, groups: ['platform', 'secret-project-x'] };
    await world.request({}, asker);
    await world.request(unowned, asker);
    await world.approve();
    expect(await inEvents()).not.toMatch(/secret-project-x|groups/);
    expect(await inEvents()).toContain('GrantApproved');
  });

  test('are kept until the request lapses, before its event is written', async () => {
    const append = world.log.append.bind(world.log);
    const before: number[] = [];
    world.log.append = (event) => {
      if (event.type === 'GrantRequested') before.push(world.requesterGroups.kept.size);
      return append(event);
    };
    await world.request(unowned);
    const { proposal, planHash } = (await world.grantNow()).request;
    const id = `requester#${GRANT_ID}#${planHash}#person:${platform.principal.id}`;
    expect([before, kept()]).toEqual([
      [1],
      [[id, { groups: ['platform'], until: present(proposal).lapsesAt }]],
    ]);
  });

  test('are not kept for a request that nobody has to approve, nor for a dry run', async () => {
    await world.request();
    await world.request(unowned, platform, { dryRun: true });
    expect(kept()).toEqual([]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['approved', () => world.approve()],
    ['rejected', () => world.reject()],
    ['withdrawn', () => world.revoke()],
  ])('are forgotten once the request is %s', async (_, decide) => {
    await world.request(unowned);
    expect(kept()).toHaveLength(1);
    await decide();
    expect(kept()).toEqual([]);
  });

  test('are no reason to fail where they cannot be forgotten', async () => {
    await world.request(unowned);
    world.requesterGroups.forget = async () => {
      throw new PortError('DynamoDB', 'UNAVAILABLE', 'down');
    };
    expect(codeOf(await world.approve())).toBe('ok');
  });

  test('are what the right to ask is verified with at approval', async () => {
    await world.request(unowned);
    const [[id, item]] = kept() as [[string, { groups: string[]; until: string }]];
    world.requesterGroups.kept.set(id, { ...item, groups: ['others'] });
    expect(problemOf(await world.approve())).toMatchObject({
      code: 'DENIED',
      detail: expect.stringMatching(/may not ask for it any more/),
    });
  });

  test('deny the approval where they are not found, with what to do, and nothing is written', async () => {
    await world.request(unowned);
    world.requesterGroups.kept.clear();
    const refusal = problemOf(await world.approve());
    expect([refusal.code, await world.eventTypes()]).toEqual(['DENIED', ['GrantRequested']]);
    expect(refusal.detail).toMatch(/Have .* ask again/);
  });
});
