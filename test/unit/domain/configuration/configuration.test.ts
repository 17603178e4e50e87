import { describe, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../../../domain/configuration/configuration.ts';
import { boundaryArn, findAccount } from '../../../../domain/shared/account.ts';
import {
  ACME,
  configurationContent,
  configurationOf,
  GLOBEX,
  present,
  SHOP_PROJECT,
} from '../../../support/domain/samples.ts';

const errorsOf = (over: Record<string, unknown>): string[] => {
  const parsed = parseConfiguration({ ...configurationContent(), ...over });
  return parsed.ok ? [] : parsed.problem;
};
const [issuer] = configurationContent().issuers;
const [account] = configurationContent().accounts;
const rule = (owns: unknown) => ({ project: { workspace: 'acme', ...SHOP_PROJECT }, owns });

describe('a configuration', () => {
  test('gets the defaults where nothing is said', () => {
    const { limits: _, ...content } = configurationContent();
    expect(configurationOf(content)).toMatchObject({
      pipelineAudience: 'rolewright',
      limits: { liveGrantsPerRepository: 10, roleQuotaPercent: 80 },
      accounts: [{ partition: 'aws' }],
      issuers: [{ idClaim: 'email', groups: 'required', match: {}, maxTokenLifetime: 'PT24H' }],
      approvals: { from: 'anyone' },
    });
  });

  test('keeps UUIDs in lower case, as IAM compares them', () => {
    const content = { ...configurationContent(), workspaces: [{ ...ACME, uuid: ACME.uuid.toUpperCase() }] };
    expect(configurationOf(content).workspaces).toEqual([ACME]);
  });

  test('names a person as tokens will: an email that is a token’s id in lower case, any other id as it is', () => {
    const people = [{ id: 'Ada@acme.example', slack: 'T0ACME/U0ADA' }];
    expect(errorsOf({ people, issuers: [{ ...issuer, idClaim: 'email' }] })).toEqual([
      expect.stringMatching(/^\/people\/0\/id: .*: ada@acme\.example$/),
    ]);
    const bySub = { ...issuer, idClaim: 'sub', require: { idtyp: 'user' } };
    expect(errorsOf({ people, issuers: [bySub] })).toEqual([]);
    const subjects = [{ id: '00uAbC' }];
    expect(errorsOf({ people: subjects, issuers: [{ ...issuer, idClaim: 'email' }] })).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown field', { owner: 'x' }, '/owner'],
    ['no workspace', { workspaces: [] }, '/workspaces'],
    [
      'a UUID without braces',
      { workspaces: [{ ...ACME, uuid: ACME.uuid.slice(1, -1) }] },
      '/workspaces/0/uuid',
    ],
    [
      'a slug in upper case',
      { workspaces: [{ ...ACME, slug: 'Acme' }], ownership: [] },
      '/workspaces/0/slug',
    ],
    ['a slug with a slash', { workspaces: [{ ...ACME, slug: 'a/b' }], ownership: [] }, '/workspaces/0/slug'],
    ['no account', { accounts: [] }, '/accounts'],
    ['two accounts', { accounts: [account, { ...account, alias: 'second' }] }, '/accounts'],
    [
      'an account id that lost its quotes',
      { accounts: [{ ...account, id: 111122223333 }] },
      '/accounts/0/id',
    ],
    ['an account id of 11 digits', { accounts: [{ ...account, id: '1'.repeat(11) }] }, '/accounts/0/id'],
    ['an account id of 13 digits', { accounts: [{ ...account, id: '1'.repeat(13) }] }, '/accounts/0/id'],
    ['an unknown partition', { accounts: [{ ...account, partition: 'aws-x' }] }, '/accounts/0/partition'],
    [
      'a boundary with a path',
      { accounts: [{ ...account, boundaryPolicy: 'a/b' }] },
      '/accounts/0/boundaryPolicy',
    ],
    [
      'an issuer over http',
      { issuers: [{ ...issuer, issuer: 'http://id.acme.example' }] },
      '/issuers/0/issuer',
    ],
    ['keys over http', { issuers: [{ ...issuer, keys: 'http://id.acme.example' }] }, '/issuers/0/keys'],
    [
      'keys with a user name',
      { issuers: [{ ...issuer, keys: 'https://a:b@id.acme.example' }] },
      '/issuers/0/keys',
    ],
    ['an issuer of pipelines', { issuers: [{ ...issuer, kind: 'pipeline' }] }, '/issuers/0/kind'],
    ['the algorithm none', { issuers: [{ ...issuer, algorithms: ['none'] }] }, '/issuers/0/algorithms/0'],
    ['a symmetric algorithm', { issuers: [{ ...issuer, algorithms: ['HS256'] }] }, '/issuers/0/algorithms/0'],
    ['no algorithm', { issuers: [{ ...issuer, algorithms: [] }] }, '/issuers/0/algorithms'],
    ['an issuer without audience', { issuers: [{ ...issuer, audience: '' }] }, '/issuers/0/audience'],
    ['a bare * as pattern', { ownership: [rule({ any: ['*'] })] }, '/ownership/0/owns/any/0'],
    ['a pattern of wildcards and signs', { ownership: [rule({ any: ['*-*'] })] }, '/ownership/0/owns/any/0'],
    ['an empty pattern', { ownership: [rule({ any: [''] })] }, '/ownership/0/owns/any/0'],
    ['a pattern with ?', { ownership: [rule({ any: ['shop-?'] })] }, '/ownership/0/owns/any/0'],
    ['a pattern with a variable', { ownership: [rule({ any: ['${x}'] })] }, '/ownership/0/owns/any/0'],
    ['a rule for an unknown type', { ownership: [rule({ bucket: ['shop-*'] })] }, '/ownership/0'],
    [
      'a rule by slug alone',
      { ownership: [{ repository: { workspace: 'acme', slug: 'shop' }, owns: {} }] },
      '/ownership/0',
    ],
    [
      'a rule of another workspace',
      { ownership: [{ project: { workspace: 'initech', ...SHOP_PROJECT }, owns: {} }] },
      '/ownership/0',
    ],
    ['no grants at all', { limits: { liveGrantsPerRepository: 0 } }, '/limits/liveGrantsPerRepository'],
    ['half a grant', { limits: { liveGrantsPerRepository: 1.5 } }, '/limits/liveGrantsPerRepository'],
    ['0 percent of the quota', { limits: { roleQuotaPercent: 0 } }, '/limits/roleQuotaPercent'],
    ['101 percent of the quota', { limits: { roleQuotaPercent: 101 } }, '/limits/roleQuotaPercent'],
    [
      'a workspace slug twice',
      { workspaces: [ACME, GLOBEX, { ...GLOBEX, slug: 'acme' }] },
      '/workspaces: slug acme',
    ],
    [
      'a workspace UUID twice',
      { workspaces: [ACME, { ...ACME, slug: 'other' }] },
      `/workspaces: uuid ${ACME.uuid}`,
    ],
    ['an issuer twice', { issuers: [issuer, issuer] }, '/issuers/1: could fit the same token as /issuers/0'],
  ])('is refused for %s', (_, over, where) => {
    expect(errorsOf(over).filter((fault) => fault.startsWith(where))).not.toEqual([]);
  });

  test('is told of entries of issuers that could fit one token together with all other errors', () => {
    const unsound = { ...issuer, kind: 'x' };
    const errors = errorsOf({
      accounts: [{ ...account, id: '1' }],
      issuers: [issuer, unsound, issuer, issuer],
    });
    expect(errors.map((error) => error.split(':')[0]).sort()).toEqual([
      '/accounts/0/id',
      '/issuers/1/kind',
      '/issuers/2',
      '/issuers/3',
      '/issuers/3',
    ]);
    expect(errorsOf({ issuers: 7 })).toEqual(['/issuers: must be a list']);
  });

  test('needs an audience for each issuer, or the application', () => {
    const { audience: _, ...without } = issuer ?? {};
    expect(errorsOf({ issuers: [without] })).toEqual([
      expect.stringMatching(/^\/issuers\/0\/audience: or clientId/),
    ]);
    expect(errorsOf({ issuers: [{ ...without, clientId: '6jk' }] })).toEqual([]);
  });

  test('is told all its errors at once', () => {
    const errors = errorsOf({
      workspaces: [{ slug: 'A', uuid: 'x' }],
      accounts: [{ ...account, id: '1' }],
      issuers: [{ ...issuer, kind: 'x' }],
      ownership: [rule({ any: ['*'] })],
    });
    expect(errors.map((fault) => fault.split(':')[0]).sort()).toEqual([
      '/accounts/0/id',
      '/issuers/0/kind',
      '/ownership/0/owns/any/0',
      '/workspaces/0/slug',
      '/workspaces/0/uuid',
    ]);
  });

  test.each([undefined, null, [], 'text'])('is not %j', (content) => {
    expect(parseConfiguration(content)).toMatchObject({ ok: false });
  });

  test.each([1, 100])('may stop at %i percent of the quota', (roleQuotaPercent) => {
    expect(errorsOf({ limits: { roleQuotaPercent, liveGrantsPerRepository: 1 } })).toEqual([]);
  });
});

describe('an account', () => {
  const configuration = configurationOf();

  test.each([[undefined], ['default'], ['111122223333']])('is found by %p', (named) => {
    expect(findAccount(configuration.accounts, named)?.id).toBe('111122223333');
  });

  test.each(['', 'DEFAULT', '999999999999', 'default '])('is not found by %j', (named) => {
    expect(findAccount(configuration.accounts, named)).toBeUndefined();
  });

  test('has its boundary in its own partition', () => {
    const found = {
      ...present(findAccount(configuration.accounts, undefined)),
      partition: 'aws-cn' as const,
    };
    expect(boundaryArn(found)).toBe('arn:aws-cn:iam::111122223333:policy/rolewright-boundary');
  });
});

describe('guardrails in the configuration', () => {
  const errorsOf = (guardrails: unknown) => {
    const parsed = parseConfiguration({ ...configurationContent(), guardrails });
    return parsed.ok ? [] : parsed.problem;
  };

  test('are all enforced unless told', () => {
    expect(configurationOf().guardrails).toEqual({ audit: [], deny: [] });
    expect(errorsOf({ audit: ['own-account'], deny: ['s3:DeleteObject', 'ec2:*'] })).toEqual([]);
  });

  test.each(['nothing-of-rolewright', 'no-identity-management', 'allow-statements-only', 'policy-size', 'x'])(
    'never has %s in audit mode, and says which may be',
    (id) => {
      expect(errorsOf({ audit: [id] })).toEqual([
        expect.stringMatching(
          /^\/guardrails\/audit\/0: must be a guardrail that may be audited: .*own-account/,
        ),
      ]);
    },
  );

  test.each(['s3', 's3:', '*', ':Put', 's3:Put Object', 's3:(a+)+'])(
    'denies patterns of actions, not %j',
    (deny) => {
      expect(errorsOf({ deny: [deny] })).toEqual([expect.stringMatching(/^\/guardrails\/deny\/0: /)]);
    },
  );
});
