import { expect, test } from '@jest/globals';
import {
  frozenInstallation,
  installationStateOf,
} from '../../../../../domain/grants/containment/installation.ts';
import type { GrantEvent } from '../../../../../domain/grants/event.ts';
import { asInstant } from '../../../../support/identifiers.ts';

const event = (type: string) => ({ type, data: {} }) as unknown as GrantEvent;
const requested = event('InstallationFreezeRequested');
const frozen = event('InstallationFrozen');
const thawed = event('InstallationThawed');

test.each<[string, GrantEvent[], object]>([
  ['open where nothing happened', [], { state: 'open' }],
  ['to be frozen once that is requested', [requested], { state: 'requested', request: requested }],
  ['frozen', [requested, frozen], { state: 'frozen' }],
  ['open once it was thawed', [requested, frozen, thawed], { state: 'open' }],
  [
    'as it was after any other event',
    [requested, frozen, event('InstallationCompared')],
    { state: 'frozen' },
  ],
])('the installation is %s', (_, events, state) => {
  expect(installationStateOf(events)).toEqual(state);
});

test('the freeze of the installation is said with what is known of it', () => {
  const at = asInstant('2026-11-23T09:00:00.000Z');
  expect(frozenInstallation({ by: 'person:ada@acme.example', at, reason: 'Incident' })).toMatchObject({
    code: 'FROZEN',
    detail: expect.stringMatching(
      /^Rolewright is frozen since 2026-11-23T09:00:00.000Z by person ada@acme.example: Incident\. /,
    ),
  });
  expect(frozenInstallation({}).detail).toMatch(/^Rolewright is frozen\. /);
});
