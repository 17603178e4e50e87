import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { basicAuthorization, parseCredentials } from '../../../adapters/bitbucket/credential.ts';
import { excessScopes, isPartial, scopesIn } from '../../../adapters/bitbucket/scopes.ts';

const consumer = { kind: 'oauthConsumer', key: 'Kq3', secret: 's3cret-value' };
const account = { kind: 'apiToken', email: 'bot@acme.example', token: 'ATATT-value' };

describe('a stored credential', () => {
  test.each<[string, string, object[]]>([
    ['text is an access token', ' ATCTT3x=1A \n', [{ kind: 'accessToken', token: 'ATCTT3x=1A' }]],
    ['JSON text, too', '"ATCTT3x"', [{ kind: 'accessToken', token: 'ATCTT3x' }]],
    ['an access token', '{"kind":"accessToken","token":"t"}', [{ kind: 'accessToken', token: 't' }]],
    ['an OAuth consumer', JSON.stringify(consumer), [consumer]],
    ['an API token', JSON.stringify(account), [account]],
    [
      'a list, of texts too',
      JSON.stringify(['t', consumer, account]),
      [{ kind: 'accessToken', token: 't' }, consumer, account],
    ],
  ])('%s', (_, text, value) => {
    expect(parseCredentials(text)).toEqual({ ok: true, value });
  });

  test.each<[string, string, string | RegExp]>([
    ['nothing', '', /^\/token must be printable/],
    ['two lines', 'first\nsecond', /^\/token must be printable/],
    ['half a document', '{"kind":"accessToken"', 'begins like JSON, and is not'],
    ['an empty list', '[]', 'holds no credential'],
    ['an unknown kind', '{"kind":"appPassword","token":"SECRET"}', /^\/kind must be one of accessToken/],
    ['no kind', '{"token":"SECRET"}', /^\/kind must be one of/],
    ['a consumer without a secret', '{"kind":"oauthConsumer","key":"SECRET"}', '/secret is missing'],
    [
      'a field of another kind',
      '{"kind":"accessToken","token":"t","SECRET":1}',
      / has a field that its kind/,
    ],
    ['a colon in a key', '{"kind":"oauthConsumer","key":"SEC:RET","secret":"s"}', /^\/key must be .*colons/],
    ['an email that is none', '{"kind":"apiToken","email":"SECRET","token":"t"}', '/email must be an email'],
    [
      'a secret that is given twice',
      '{"kind":"accessToken","token":"SEC","\\u0074oken":"RET"}',
      'names a field more than once',
    ],
    ['a document of great depth', '['.repeat(200_000), 'begins like JSON, and is not'],
    ['a control character', '{"kind":"accessToken","token":"SEC\\u0000RET"}', /^\/token must be printable/],
    ['a number in a list', '["t", 7]', /^\/1 must be an object/],
    ['a list in a list', '[["SECRET"]]', /must be an object/],
    ['too many', JSON.stringify(Array(51).fill('SECRET')), 'holds more than 50 credentials'],
  ])('%s is refused by field and rule', (_, text, fault) => {
    const read = parseCredentials(text);
    expect(read).toEqual({ ok: false, problem: [expect.stringMatching(fault)] });
    expect(JSON.stringify(read)).not.toMatch(/SEC|RET/);
  });

  test('of any shape shows no part of itself in what is wrong with it', () => {
    const secret = fc.stringMatching(/^[A-Z0-9]{12}$/);
    const broken = fc.oneof(
      secret.map((text) => `{"kind":"${text}","token":"${text}"}`),
      secret.map((text) => `{"kind":"accessToken","token":"${text}\\n","${text}":"${text}"}`),
      secret.map((text) => `[{"kind":"apiToken","email":"${text}","token":"${text} x"}, {"${text}":[]}]`),
      secret.map((text) => `${text} ${text}`),
      secret.map((text) => `{${text}`),
    );
    fc.assert(
      fc.property(broken, (text) => {
        const read = parseCredentials(text);
        expect(read.ok).toBe(false);
        for (const [part] of text.matchAll(/[A-Z0-9]{12}/g)) expect(JSON.stringify(read)).not.toContain(part);
      }),
    );
  });

  test('is sent as RFC 7617 says', () => {
    expect(basicAuthorization('Aladdin', 'open:sesame')).toBe('Basic QWxhZGRpbjpvcGVuOnNlc2FtZQ==');
  });
});

describe('the scopes of a credential', () => {
  test.each([
    ['repository, pipeline, account, project, email', []],
    ['read:repository:bitbucket read:pipeline:bitbucket', []],
    ['repository, repository:write', ['repository:write']],
    ['pipeline:variable, webhook', ['pipeline:variable', 'webhook']],
    ['project:admin,repository:delete', ['project:admin', 'repository:delete']],
    [
      'write:repository:bitbucket, admin:pipeline:bitbucket',
      ['write:repository:bitbucket', 'admin:pipeline:bitbucket'],
    ],
    ['repository:admin', ['repository:admin']],
  ])('%s: those that write or administer are too many for reading', (text, excess) => {
    expect(excessScopes(scopesIn(text), 'reading')).toEqual(excess);
  });

  test('for who administers a repository may administer repositories, and no more', () => {
    const scopes = scopesIn(
      'repository, repository:admin, admin:repository:bitbucket, repository:write, webhook',
    );
    expect(excessScopes(scopes, 'admins')).toEqual(['repository:write', 'webhook']);
  });

  test('no header is no scope, and no text that is none is kept', () => {
    expect([scopesIn(null), scopesIn(''), scopesIn('<b>, REPOSITORY, a b:c')]).toEqual([
      [],
      [],
      ['a', 'b:c'],
    ]);
  });

  test('tokens of a project or repository see a part of the workspace; of others that is not known', () => {
    expect(['project_access_token', 'repo_access_token'].map(isPartial)).toEqual([true, true]);
    expect(['workspace_access_token', 'oauth2', null].map(isPartial)).toEqual([false, false, false]);
  });
});
