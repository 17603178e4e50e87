import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Caller } from '../../../../../domain/shared/principal.ts';
import { grantEvents } from '../../../../../domain/use-cases/reading/read-grants.ts';
import { accessRules, pipelineOf, platform, World } from '../../../../support/domain/fakes/fakes.ts';
import { codeOf, GRANT_ID, production, shop, successOf } from '../../../../support/domain/samples.ts';

const serviceIn = (...groups: string[]): Caller => ({ principal: { kind: 'service', id: 'portal' }, groups });

let world: World;
beforeEach(async () => {
  world = new World();
  await world.request();
});

/** Services of `auditors` audit here, beside what the usual rules allow. */
const read = (caller: Caller) => {
  const decide: typeof accessRules.decide = (attempt) =>
    attempt.action === 'audit' && attempt.caller.groups.includes('auditors')
      ? { allowed: true, rule: 'auditors' }
      : accessRules.decide(attempt);
  const ports = { ...world.requestPorts, access: { ...accessRules, decide } };
  return grantEvents(ports, { grantId: GRANT_ID, caller }, { limit: 10, after: 0 });
};

describe('the events of a grant are returned whole or not at all', () => {
  test.each<[string, Caller, string]>([
    ['a pipeline that may read the grant', pipelineOf(shop), 'DENIED'],
    ['a pipeline that may not even read it', pipelineOf(shop, production.uuid), 'GRANT_NOT_FOUND'],
    ['a service that may read grants and not audit', serviceIn('readers'), 'DENIED'],
    ['a service that may do neither', serviceIn(), 'GRANT_NOT_FOUND'],
    ['a service that may only audit', serviceIn('auditors'), 'GRANT_NOT_FOUND'],
    ['a service that may read and audit', serviceIn('readers', 'auditors'), 'ok'],
    ['a person who may read the grant', platform, 'ok'],
  ])('%s gets %s', async (_, caller, code) => {
    expect(codeOf(await read(caller))).toBe(code);
  });

  test('and a denial is reported by its rule', async () => {
    await read(serviceIn('readers'));
    expect(world.denials.at(-1)).toMatchObject({ action: 'audit', rule: 'default-deny' });
    expect(successOf(await read(platform)).events).toHaveLength(6);
  });
});
