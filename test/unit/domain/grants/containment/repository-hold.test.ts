import { describe, expect, test } from '@jest/globals';
import {
  heldProblem,
  isKeptByHold,
  repositoryHoldOf,
} from '../../../../../domain/grants/containment/repository-hold.ts';
import type { GrantEvent } from '../../../../../domain/grants/event.ts';
import type { Principal } from '../../../../../domain/shared/principal.ts';
import { ada, GRANT_ID, grace, shop } from '../../../../support/domain/samples.ts';
import { asGrantId, asInstant } from '../../../../support/identifiers.ts';

const OTHER = asGrantId(`gr_${'a'.repeat(26)}`);
const repository = { uuid: shop.uuid, fullName: shop.fullName };
const at = (n: number) => asInstant(`2026-11-0${n}T09:00:00.000Z`);
const event = (n: number, type: string, data: object, principal: Principal = ada) =>
  ({ type, at: at(n), principal, data: { repository, ...data } }) as unknown as GrantEvent;
const held = (n: number, reason: string, revoke: [string, number][] = [], by?: Principal) =>
  event(n, 'RepositoryHeld', { reason, revoke: revoke.map(([grantId, seq]) => ({ grantId, seq })) }, by);
const revoked = (n: number) => event(n, 'RepositoryRevoked', {});
const released = (n: number) => event(n, 'RepositoryReleased', { reason: 'Rotated' }, grace);
const first = { by: ada, at: at(1), reason: 'Leaked' };

describe('the hold of a repository', () => {
  test.each<[string, GrantEvent[], object | undefined]>([
    ['is none where nothing happened', [], undefined],
    ['names who holds it, since when and why', [held(1, 'Leaked')], first],
    ['stays the first one', [held(1, 'Leaked'), held(2, 'Again', [], grace)], first],
    ['outlasts the revokes', [held(1, 'Leaked'), revoked(2)], first],
    ['ends by a release', [held(1, 'Leaked'), revoked(2), released(3)], undefined],
    [
      'begins again after a release',
      [held(1, 'Leaked'), released(2), held(3, 'Again', [], grace)],
      { by: grace, at: at(3), reason: 'Again' },
    ],
    ['is no matter of other events', [held(1, 'Leaked'), event(2, 'GrantRevoked', {})], first],
  ])('%s', (_, events, hold) => {
    expect(repositoryHoldOf(events).hold).toEqual(hold);
  });
});

describe('what incidents were to end', () => {
  const ended = (...events: GrantEvent[]) => repositoryHoldOf(events).ended;

  test('is known as long as the repository is held, each grant once, announced or not', () => {
    const both = [
      held(1, 'Leaked', [[GRANT_ID, 4]]),
      held(2, 'Again', [
        [GRANT_ID, 5],
        [OTHER, 7],
      ]),
    ];
    expect(ended(...both)).toEqual([GRANT_ID, OTHER]);
    expect(ended(...both, revoked(3))).toEqual([GRANT_ID, OTHER]);
    expect(ended(...both, revoked(3), released(4))).toEqual([]);
    expect(ended(...both, revoked(3), released(4), held(5, 'Again', [[OTHER, 9]]))).toEqual([OTHER]);
    expect(ended()).toEqual([]);
  });
});

describe('the revokes that are still to be announced', () => {
  const open = (...events: GrantEvent[]) =>
    repositoryHoldOf(events).open?.revoke.map(({ grantId, seq }) => [grantId, seq]);

  test('are those of the incident, until they are announced', () => {
    expect(open(held(1, 'Leaked', [[GRANT_ID, 4]]))).toEqual([[GRANT_ID, 4]]);
    expect(open(held(1, 'Leaked', [[GRANT_ID, 4]]), revoked(2))).toBeUndefined();
    expect(open(held(1, 'Leaked', [[GRANT_ID, 4]]), released(2))).toEqual([[GRANT_ID, 4]]);
  });

  test('are none where the incident ends no grant', () => {
    expect(open(held(1, 'Leaked'))).toBeUndefined();
  });

  test('are those of an earlier incident, too, each grant once and as it was last', () => {
    const earlier = held(1, 'Leaked', [
      [GRANT_ID, 4],
      [OTHER, 7],
    ]);
    expect(open(earlier, held(2, 'Again', [[GRANT_ID, 5]]))).toEqual([
      [OTHER, 7],
      [GRANT_ID, 5],
    ]);
    expect(open(earlier, held(2, 'Again'))).toEqual([
      [GRANT_ID, 4],
      [OTHER, 7],
    ]);
  });
});

test('a hold keeps everyone but people from asking', () => {
  expect(
    (['person', 'service', 'pipeline', 'system'] as const).map((kind) => isKeptByHold({ kind, id: 'x' })),
  ).toEqual([false, true, true, true]);
});

test('what a hold forbids is said with who, when, and why where that was said', () => {
  expect(heldProblem('acme/shop', first)).toMatchObject({
    code: 'FROZEN',
    detail: expect.stringContaining(`acme/shop is held since ${at(1)} by person ${ada.id}: Leaked. `),
  });
  expect(heldProblem('acme/shop', { by: ada, at: at(1) }).detail).toContain(`by person ${ada.id}. `);
});
