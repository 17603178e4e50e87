import { describe, expect, test } from '@jest/globals';
import { allowanceOf, announcedToday } from '../../../../domain/drift/brake.ts';
import type { GrantEvent } from '../../../../domain/grants/event.ts';
import { ACME, GLOBEX, GRANT_ID, shop, web } from '../../../support/domain/samples.ts';
import { asGrantId, asInstant } from '../../../support/identifiers.ts';

describe('sweeps of a workspace revoke in a day', () => {
  test.each([
    [0, 1],
    [1, 1],
    [20, 1],
    [39, 1],
    [40, 2],
    [199, 9],
    [200, 10],
    [5000, 10],
  ])('of %i live grants at most %i', (live, allowance) => {
    expect(allowanceOf(live)).toBe(allowance);
  });
});

const idOf = (letter: string) => asGrantId(`gr_${letter.repeat(26)}`);
const OTHER = idOf('a');
const lost = (at: string, workspace: object, repository: { uuid: string }, ...grants: string[]) =>
  ({
    type: 'InstallationRepositoryLost',
    at: asInstant(at),
    data: { workspace, repository, grants },
  }) as unknown as GrantEvent;

test('what was announced counts by day and workspace, and each grant once', () => {
  const events = [
    lost('2026-11-22T23:59:59.999Z', ACME, shop, idOf('b')),
    lost('2026-11-23T00:00:00.000Z', ACME, shop, GRANT_ID),
    lost('2026-11-23T01:00:00.000Z', ACME, shop, GRANT_ID),
    lost('2026-11-23T02:00:00.000Z', ACME, web, OTHER),
    lost('2026-11-23T03:00:00.000Z', { uuid: GLOBEX.uuid }, web, idOf('c')),
    {
      ...lost('2026-11-23T04:00:00.000Z', ACME, shop, idOf('d')),
      type: 'InstallationRepositoryFound',
    } as GrantEvent,
  ];
  const now = asInstant('2026-11-23T12:00:00.000Z');
  expect(announcedToday(events, { workspace: ACME.uuid, repository: shop.uuid, now })).toEqual({
    ofRepository: new Set([GRANT_ID]),
    inWorkspace: 2,
  });
});
