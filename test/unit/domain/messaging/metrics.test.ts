import { expect, test } from '@jest/globals';
import { eventTypes } from '../../../../domain/grants/event.ts';
import { measuresOf } from '../../../../domain/messaging/metrics.ts';

const measured = (type: string, data: object = {}) => measuresOf({ type, data } as never);

test.each([
  ['GrantFrozen', {}, { GrantsFrozen: 1 }],
  ['DriftFound', { kinds: ['TRUST_CHANGED'] }, { DriftFound: 1 }],
  ['DriftFound', { kinds: ['TAGS_CHANGED', 'ROLE_REPLACED'] }, { DriftFound: 1, RolesTakenOver: 1 }],
  ['DriftRepaired', {}, { DriftRepaired: 1 }],
  ['ProvisioningFailed', { error: { code: 'ROLE_NAME_TAKEN', detail: '' } }, { RolesTakenOver: 1 }],
  ['AttemptFailed', { error: { code: 'UPSTREAM_UNAVAILABLE', detail: '' } }, {}],
])('%s with %j counts as %j', (type, data, counted) => {
  expect(measured(type, data)).toEqual(counted);
});

test('an event of any type can be measured, and most count as nothing', () => {
  const counted = eventTypes.filter((type) => Object.keys(measured(type)).length > 0);
  expect(counted.length).toBeLessThan(eventTypes.length / 2);
});
