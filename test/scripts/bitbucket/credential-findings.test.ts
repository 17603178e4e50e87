import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BitbucketSettings, bitbucketFrom } from '../../../scripts/bitbucket/client.ts';
import { adminFindings, readingFindings } from '../../../scripts/bitbucket/credential-findings.ts';
import { diagnosisText } from '../../../scripts/doctor.ts';
import { acme } from '../../support/adapters/bitbucket.ts';
import { type CredentialWorld, credentialWorld, globex } from '../../support/credentials/credential-world.ts';

let world: CredentialWorld;
let settings: BitbucketSettings;
beforeEach(async () => {
  world = await credentialWorld();
  const found = await bitbucketFrom({ SANDBOX_BITBUCKET_URL: world.sandbox.url });
  settings = { ...found, api: 'http://127.0.0.1:9', isSandbox: true };
});
afterEach(() => world.close());

const lines = async (stored: unknown, workspace = acme) =>
  diagnosisText(await readingFindings({ ...settings, credentials: { [workspace.slug]: stored } }, workspace));
const make = (more: object) => world.make({ workspace: 'acme', kind: 'accessToken', ...more });

describe('what the doctor says of the credentials of a workspace', () => {
  it('names what each can see, whatever its kind', async () => {
    expect(diagnosisText(await readingFindings(settings, acme))).toBe(
      [
        '✓ acme: the access token reads the workspace',
        '✓ acme: the access token reads repositories (3)',
        '✓ acme: the access token reads deployment environments',
      ].join('\n'),
    );
    expect(diagnosisText(await readingFindings(settings, globex))).toContain(
      '✓ globex: the OAuth consumer reads the workspace',
    );
    expect(await lines(await world.make({ workspace: 'acme', kind: 'apiToken' }))).toContain(
      '✓ acme: the API token reads the workspace',
    );
  });

  it('numbers several, and warns where none sees the whole workspace', async () => {
    const parts = [await make({ project: 'WEB' }), await make({ repository: 'shop' })];
    const text = await lines(parts);
    expect(text).toContain('✓ acme: the access token (number 1 of 2) reads a part of the workspace');
    expect(text).toContain('✓ acme: the access token (number 2 of 2) reads repositories (1)');
    expect(text).toMatch(
      /! acme: no credential sees the whole workspace\n {4}Grants of a deleted repository are not revoked/,
    );
    expect(await lines([...parts, 'sandbox-token-acme'])).not.toContain('!');
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['is none', async () => undefined, /✗ .*\n {4}There is none in BITBUCKET_CREDENTIALS, entry acme/],
    [
      'is malformed',
      async () => ({ kind: 'SECRET' }),
      /✗ .*\n {4}BITBUCKET_CREDENTIALS, entry acme: \/kind must be one of/,
    ],
    ['is an empty list', async () => [], /✗ .*\n {4}BITBUCKET_CREDENTIALS, entry acme: holds no credential/],
    ['is expired', async () => 'SECRET', /✗ acme: the access token is accepted\n {4}Bitbucket answered 401/],
    [
      'is a public consumer',
      () => world.make({ workspace: 'acme', kind: 'oauthConsumer', private: false }),
      /✗ acme: the OAuth consumer is accepted\n {4}.*not private/,
    ],
    [
      'may write',
      () => make({ scopes: ['repository', 'repository:write'] }),
      /✗ .* only reads\n {4}It has repository:write/,
    ],
    [
      'sees no repository',
      () => make({ scopes: ['account'] }),
      /✗ .*reads repositories\n {4}.*403.*scope repository/,
    ],
    ['lacks pipeline', () => make({ scopes: ['repository'] }), /✗ .*environments\n {4}.*403.*scope pipeline/],
  ])('says what to do about one that %s, and shows nothing of it', async (_, stored, expected) => {
    const text = await lines(await stored());
    expect(text).toMatch(expected);
    expect(text).not.toMatch(/SECRET|sandbox-/);
  });

  it('says of another workspace’s credential that it is one', async () => {
    const { key, secret } = await world.make({ workspace: 'globex', kind: 'oauthConsumer' });
    const text = await lines({ kind: 'oauthConsumer', key, secret });
    expect(text).toMatch(
      /✗ acme: the OAuth consumer reads repositories\n {4}Bitbucket answered 404: it is of another workspace/,
    );
  });

  it('says whether the credential for administrators can see them', async () => {
    const admins = async (stored: unknown) =>
      diagnosisText(await adminFindings({ ...settings, adminCredentials: { acme: stored } }, acme));
    expect(await admins('sandbox-admin-token-acme')).toMatch(/^✓ acme: Rolewright can read who administers/);
    expect(await admins(await make({ scopes: ['repository'] }))).toMatch(
      /^✗ .*\n {4}.*403.*repository:admin/,
    );
    expect(await admins('sandbox-webhook-token-acme')).toMatch(/^✗ .*only reads\n {4}It has webhook/);
    expect(await admins(undefined)).toMatch(/BITBUCKET_ADMIN_CREDENTIALS, entry acme/);
  });
});
