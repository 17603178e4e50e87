import { describe, expect, test } from '@jest/globals';
import { claimAt, findClaim, isChosenBySubject } from '../../../../../domain/access/issuers/claim-path.ts';

const NAMESPACE = 'https://sts.amazonaws.com/';
const claims = {
  groups: ['a'],
  realm_access: { roles: ['b'] },
  resource_access: { 'rolewright.api': { roles: ['c'] }, rolewright: { api: { roles: ['d'] } } },
  'https://acme.example/groups': ['e'],
  'https://acme': { 'example/groups': ['f'] },
  [NAMESPACE]: { principal_tags: { team: 'g' } },
  list: [{ roles: ['h'] }],
  text: 'i',
  nothing: null,
};

describe('a claim is found by its path', () => {
  test.each<[string, unknown]>([
    ['groups', ['a']],
    ['realm_access.roles', ['b']],
    ['resource_access.rolewright.api.roles', ['c']],
    ['https://acme.example/groups', ['e']],
    [`${NAMESPACE}.principal_tags.team`, 'g'],
    ['nothing', null],
  ])('%s: the longest name that an object has', (path, value) => {
    expect(findClaim(claims, path)).toEqual({ value });
    expect(claimAt(claims, path)).toEqual(value);
  });

  test.each(['roles', 'realm_access.role', 'https://acme.example/roles', 'constructor', '__proto__.a', ''])(
    '%s is absent',
    (path) => {
      expect(findClaim(claims, path)).toBe('absent');
      expect(claimAt(claims, path)).toBe(undefined);
    },
  );

  test.each(['list.roles', 'list.0', 'text.length', 'nothing.a', 'groups.length'])(
    '%s is broken: a step is no object',
    (path) => {
      expect(findClaim(claims, path)).toBe('broken');
      expect(claimAt(claims, path)).toBe(undefined);
    },
  );
});

describe('a claim that its subject chooses', () => {
  test.each([
    ...['email', 'upn', 'address.country', 'custom:team', 'user_metadata.groups', 'cognito:username'],
    ...[
      'https://acme.example/email',
      'https://acme.example/user_metadata.groups',
      'https://acme.example/custom:x',
    ],
    ...[`${NAMESPACE}.request_tags.team`, 'request_tags', 'app_displayname'],
  ])('is %s', (path) => {
    expect(isChosenBySubject(path)).toBe(true);
  });

  test.each([
    ...[
      'mycustom:team',
      'groups',
      'sub',
      'oid',
      'hd',
      'email_verified',
      'realm_access.roles',
      'cognito:groups',
      'token_use',
    ],
    ...['https://acme.example/groups', `${NAMESPACE}.principal_tags.team`, 'resource_access.email-bot.roles'],
  ])('is not %s', (path) => {
    expect(isChosenBySubject(path)).toBe(false);
  });
});
