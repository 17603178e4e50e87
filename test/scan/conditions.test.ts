import { describe, expect, test } from '@jest/globals';
import { scanned } from './fixture-files.ts';

const ACME = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const GLOBEX = ACME.replace('acme', 'globex');
const GITHUB = 'token.actions.githubusercontent.com';
const SHOP = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
const STEP = '{f3a9150e-64c8-4b7d-a2e6-19d05b8c73f4}';
const AUDIENCE = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';
const acme = { StringEquals: { [`${ACME}:aud`]: AUDIENCE } };
const github = { StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' } };

const providerArn = (name: string): string => `arn:aws:iam::111122223333:oidc-provider/${name}`;

/** What a scan says of a role that trusts some providers under one condition. */
function said(providers: readonly string[], Condition: object) {
  const Statement = {
    Effect: 'Allow',
    Principal: { Federated: providers.map(providerArn) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition,
  };
  const content = {
    RoleName: 'x',
    Arn: 'arn:aws:iam::111122223333:role/x',
    AssumeRolePolicyDocument: { Statement },
  };
  const { findings, right, unknown, entries } = scanned([{ file: 'x.json', content }]);
  return {
    codes: [...new Set(findings.map(({ severity, code }) => `${severity} ${code}`))],
    summaries: findings.map(({ summary }) => summary).join('\n'),
    right: right.map(({ admits }) => admits),
    reasons: unknown.map(({ reason }) => reason),
    entries,
  };
}

describe('conditions that each look right and that no token fulfils are a finding', () => {
  test.each<[string, string[], object, string, RegExp]>([
    [
      'claims of another workspace',
      [ACME],
      { StringEquals: { [`${GLOBEX}:aud`]: AUDIENCE }, StringLike: { [`${GLOBEX}:sub`]: `${SHOP}:*` } },
      'low FOREIGN_WORKSPACE',
      /a claim of another provider, which they do not have; no token gets in/,
    ],
    [
      'claims of another issuer',
      [ACME],
      { ...acme, StringLike: { [`${ACME}:sub`]: `${SHOP}:*`, [`${GITHUB}:sub`]: 'repo:acme/shop:*' } },
      'low NEVER_MATCHES',
      /a claim of another provider/,
    ],
    [
      'claims of two providers in one statement',
      [ACME, GITHUB],
      { ...acme, StringLike: { [`${ACME}:sub`]: `${SHOP}:*`, [`${GITHUB}:sub`]: 'repo:acme/shop:*' } },
      'low NEVER_MATCHES',
      /each provider needs a statement of its own/,
    ],
    [
      'no value',
      [ACME],
      { ...acme, StringLike: { [`${ACME}:sub`]: [] } },
      'low NEVER_MATCHES',
      /with no value/,
    ],
    [
      'null',
      [GITHUB],
      { ...github, StringLike: { [`${GITHUB}:sub`]: null } },
      'low NEVER_MATCHES',
      /with no value/,
    ],
    [
      'two that exclude each other',
      [GITHUB],
      {
        StringEquals: { ...github.StringEquals, [`${GITHUB}:sub`]: 'repo:acme/shop:pull_request' },
        StringLike: { [`${GITHUB}:sub`]: 'repo:acme/shop:ref:*' },
      },
      'low NEVER_MATCHES',
      /has conditions that no token fulfils together/,
    ],
  ])('%s', (_, providers, condition, code, why) => {
    const { codes, summaries, right, entries } = said(providers, condition);
    expect(codes).toContain(code);
    expect(summaries).toMatch(why);
    expect([right, entries]).toEqual([[], []]);
  });

  test('not where only a form that the customer chose fits: that is not judged', () => {
    const { codes, reasons } = said([GITHUB], {
      StringEquals: { ...github.StringEquals, [`${GITHUB}:sub`]: 'repository_id:7' },
    });
    expect(codes).toEqual([]);
    expect(reasons.join()).toMatch(/repository_id:7 fits only a form/);
  });
});

describe('StringEqualsIgnoreCase', () => {
  test('takes UUIDs in upper case for the repository that they name', () => {
    const value = `${SHOP.toUpperCase()}:${STEP.toUpperCase()}`;
    const { codes, entries } = said([ACME], { ...acme, StringEqualsIgnoreCase: { [`${ACME}:sub`]: value } });
    expect(codes).toEqual(['low STEP_PINNED']);
    expect(entries).toEqual([
      expect.objectContaining({ severity: 'right', from: expect.stringContaining(SHOP) }),
    ]);
  });

  test('lets in no stranger by the case of a name: acme and Acme are one owner', () => {
    const value = 'repo:Acme/Shop:pull_request';
    const { codes, right } = said([GITHUB], {
      ...github,
      StringEqualsIgnoreCase: { [`${GITHUB}:sub`]: value },
    });
    expect(codes).toEqual([]);
    expect(right).toEqual(['job tokens of Acme/Shop, every pull request']);
  });

  test('lets in strangers where the name itself is another’s', () => {
    const value = { [`${GITHUB}:sub`]: ['repo:Acme/Shop:pull_request', 'repo:*'] };
    expect(said([GITHUB], { ...github, StringLike: value }).codes).toContain(
      'critical WILDCARD_BEFORE_REPOSITORY',
    );
  });
});

test('a form without a part that varies is said once', () => {
  const value = {
    StringEquals: { ...github.StringEquals, [`${GITHUB}:sub`]: 'repo:acme/shop:pull_request' },
  };
  expect(said([GITHUB], value).right).toEqual(['job tokens of acme/shop, every pull request']);
});
