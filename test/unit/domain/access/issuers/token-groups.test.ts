import { describe, expect, test } from '@jest/globals';
import { groupsOf } from '../../../../../domain/access/issuers/token-groups.ts';
import { trustedIssuerSchema } from '../../../../../domain/access/issuers/trusted-issuer.ts';

const entryOf = (over: Record<string, unknown> = {}) =>
  trustedIssuerSchema.parse({
    issuer: 'https://login.acme.example',
    kind: 'service',
    audience: 'rolewright',
    keys: 'https://login.acme.example/keys',
    algorithms: ['RS256'],
    groupsClaim: 'groups',
    ...over,
  });
const found = (claims: Record<string, unknown>, over: Record<string, unknown> = {}) => {
  const result = groupsOf(entryOf(over), claims);
  return 'groups' in result ? result.groups : result.refused;
};

describe('missing groups are not no groups', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['absent', {}, /has no groups\. Request one with the scope/],
    [
      'absent, where every object has a member of that name',
      { __proto__: { groups: ['a'] } },
      /has no groups/,
    ],
    ['undefined', { groups: undefined }, /has no groups/],
    ['left out by Entra', { _claim_names: { groups: 'src1' }, _claim_sources: { src1: {} } }, /too many/],
    ['left out by Entra’s implicit flow', { hasgroups: true }, /too many/],
    ['left out, said as text', { hasgroups: 'true' }, /too many/],
    [
      'left out among others',
      { groups: ['a'], _claim_names: { address: 'src2', groups: 'src1' } },
      /too many/,
    ],
    ['left out and there', { groups: ['a'], _claim_names: { groups: 'src1' } }, /too many/],
    ['elsewhere, said in no known form', { groups: ['a'], _claim_names: 'groups' }, /too many/],
    ['a text', { groups: 'platform' }, /not a list/],
    ['texts separated by commas', { groups: 'platform,approvers' }, /not a list/],
    ['null', { groups: null }, /not a list/],
    ['an object', { groups: { platform: true } }, /not a list/],
    ['a list of objects', { groups: [{ name: 'platform' }] }, /not a list/],
    ['a list with an empty name', { groups: ['platform', ''] }, /not a list/],
    ['a list with half a character', { groups: ['\ud800'] }, /not a list/],
    ['named twice', { groups: ['platform', 'x', 'platform'] }, /more than once/],
  ])('%s', (_, claims, refused) => {
    expect(found(claims)).toMatch(refused);
  });

  test('also under another name than groups, and where only others are elsewhere', () => {
    const over = { groupsClaim: 'https://acme.example/teams' };
    expect(found({ groups: ['a'] }, over)).toMatch(/has no https:\/\/acme\.example\/teams/);
    expect(found({ [over.groupsClaim]: ['a'], _claim_names: { [over.groupsClaim]: 'x' } }, over)).toMatch(
      /many/,
    );
    expect(found({ [over.groupsClaim]: ['a'] }, over)).toEqual(['a']);
    expect(found({ groups: ['a'], _claim_names: { address: 'src1' } })).toEqual(['a']);
  });

  test.each<[string, Record<string, unknown>, unknown]>([
    ['there', { realm_access: { roles: ['a'] } }, ['a']],
    ['empty', { realm_access: { roles: [] } }, []],
    ['absent', { realm_access: {} }, /has no realm_access\.roles/],
    ['absent with its object', {}, /has no realm_access\.roles/],
    ['below a list', { realm_access: [{ roles: ['a'] }] }, /not a list/],
    ['below text', { realm_access: 'roles' }, /not a list/],
    ['below null', { realm_access: null }, /not a list/],
    [
      'left out with its object',
      { realm_access: { roles: ['a'] }, _claim_names: { realm_access: 'x' } },
      /many/,
    ],
  ])('by path: %s', (_, claims, expected) => {
    const over = { groupsClaim: 'realm_access.roles' };
    if (expected instanceof RegExp) expect(found(claims, over)).toMatch(expected);
    else expect(found(claims, over)).toEqual(expected);
    const optional = found(claims, { ...over, groups: 'optional' });
    if (claims.realm_access === undefined) expect(optional).toEqual([]);
    else if (!(expected instanceof RegExp) || !/has no/.test(expected.source))
      expect(optional).toEqual(found(claims, over));
  });

  test('and an empty list is no groups', () => {
    expect(found({ groups: [] })).toEqual([]);
    expect(found({ groups: ['b', 'a'], hasgroups: false })).toEqual(['b', 'a']);
  });

  test('unless the entry says that they are optional, or reads none', () => {
    const optional = { groups: 'optional' };
    expect([found({}, optional), found({ hasgroups: true }, optional)]).toEqual([[], []]);
    expect(found({ _claim_names: { groups: 'src1' } }, optional)).toEqual([]);
    expect(found({ groups: 'platform' }, optional)).toMatch(/not a list/);
    expect(found({ groups: ['a', 'a'] }, optional)).toMatch(/more than once/);
    expect(found({ groups: ['platform'] }, { groupsClaim: undefined })).toEqual([]);
  });

  test('and an entry without a claim cannot say so, nor read a claim that its subject chooses', () => {
    expect(() => entryOf({ groupsClaim: undefined, groups: 'optional' })).toThrow(/needs groupsClaim/);
    for (const groupsClaim of ['user_metadata.groups', 'nickname', 'upn'])
      expect(() => entryOf({ groupsClaim })).toThrow(/chosen by the subject/);
  });
});
