import { expect, test } from '@jest/globals';
import { grantStates } from '../../../../domain/grants/grant.ts';
import { parseRow, ROW_VERSION } from '../../../../domain/grants/row.ts';
import { GRANT_ID } from '../../../support/domain/samples.ts';
import { grantIn } from '../../../support/domain/stories.ts';

const textOf = (content: unknown) => JSON.stringify(content);

test.each(grantStates)('a row of a grant that is %s is read as it was written', (state) => {
  const grant = grantIn(state);
  const row = parseRow(GRANT_ID, { version: ROW_VERSION, grant: textOf(grant) });
  expect(row).toEqual({ ok: true, value: JSON.parse(textOf(grant)) });
});

test.each<[string, number | undefined, string, string]>([
  ['of an older shape', ROW_VERSION - 1, textOf(grantIn('active')), 'version'],
  ['of a newer shape', ROW_VERSION + 1, textOf(grantIn('active')), 'version'],
  ['without a number', undefined, textOf(grantIn('active')), 'version'],
  ['that is no JSON', ROW_VERSION, '{', 'content'],
  ['of an unknown state', ROW_VERSION, textOf({ ...grantIn('active'), state: 'asleep' }), 'content'],
  [
    'of an active grant without a role',
    ROW_VERSION,
    textOf({ ...grantIn('active'), role: undefined }),
    'content',
  ],
  ['with a field that no state has', ROW_VERSION, textOf({ ...grantIn('active'), x: 1 }), 'content'],
  ['of another grant', ROW_VERSION, textOf({ ...grantIn('active'), id: `gr_${'a'.repeat(26)}` }), 'content'],
])('a row %s is stale', (_, version, grant, reason) => {
  expect(parseRow(GRANT_ID, { version, grant })).toEqual({
    ok: false,
    problem: { grantId: GRANT_ID, reason },
  });
});
