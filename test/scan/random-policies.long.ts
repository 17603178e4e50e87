import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AdmittedClaims } from '../../domain/scan/report.ts';
import { DENIED } from '../sandbox/aws/shop.ts';
import { scanned } from './fixture-files.ts';
import { type ScanSandbox, startScanSandbox } from './scan-sandbox.ts';

const BITBUCKET = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const GITHUB = 'token.actions.githubusercontent.com';
const WORKSPACE = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';
const [SHOP, API, PRODUCTION, STEP] = [
  '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}',
  '{85d08b4e-571d-44e9-a507-fa476535aa98}',
  '{bd715740-c970-486b-b68a-b421ec2a1f8b}',
  '{759de0c6-eaee-4eaa-b7a6-c507eec759a7}',
];

type Issuer = {
  provider: string;
  audiences: string[];
  claims: string[];
  /** Tokens of strangers, by which a verdict of «closed» is tried. */
  strangers: AdmittedClaims[];
  subjects: string[];
};

const token = (provider: string, claims: Record<string, unknown>): AdmittedClaims => ({
  issuer: `https://${provider}`,
  claims,
});

const FOREIGN = '{0f0f0f0f-1234-4321-8888-abcdefabcdef}';
const bitbucket: Issuer = {
  provider: BITBUCKET,
  audiences: [WORKSPACE],
  claims: ['branchName', 'repositoryUuid', 'amr'],
  subjects: [
    `${SHOP}:*`,
    `${SHOP}:${PRODUCTION}:*`,
    `${SHOP}*`,
    `${SHOP}*:${PRODUCTION}:*`,
    `*${SHOP}*`,
    '{1de489b*',
    '{?de489be-ce6a-42a0-a8c8-eadbf1174ac7}:*',
    '*:*:*',
    '*',
    `*:${PRODUCTION}:*`,
    'acme/shop:*',
    `${SHOP}:${STEP}`,
    `${API}:*`,
  ],
  strangers: [
    token(BITBUCKET, { aud: WORKSPACE, sub: `${FOREIGN}:${STEP}` }),
    token(BITBUCKET, { aud: WORKSPACE, sub: `${FOREIGN}:${PRODUCTION}:${STEP}` }),
    token(BITBUCKET, { aud: WORKSPACE, sub: `${FOREIGN}:${SHOP}:${STEP}` }),
    token(BITBUCKET, { aud: WORKSPACE, sub: `${FOREIGN}:${SHOP}`, branchName: 'main' }),
    token(BITBUCKET, { aud: WORKSPACE, sub: `{1de489be-0000-4000-8000-000000000000}:${STEP}` }),
    token(BITBUCKET, { aud: WORKSPACE, sub: `{2de489be-ce6a-42a0-a8c8-eadbf1174ac7}:${STEP}` }),
  ],
};
const github: Issuer = {
  provider: GITHUB,
  audiences: ['sts.amazonaws.com'],
  claims: ['repository', 'environment', 'ref', 'repository_owner_id', 'head_ref'],
  subjects: [
    'repo:acme/shop:*',
    'repo:acme/*',
    'repo:acme*',
    'repo:*',
    'repo:*/shop:*',
    'repo:acme/shop*',
    'repo:acme/shop:ref:refs/heads/main',
    'repo:acme/shop:environment:prod',
    '*:environment:prod',
    'repo:acme/shop:*:main',
    'repo:??me/shop:*',
  ],
  strangers: ['ref:refs/heads/main', 'pull_request', 'environment:prod'].flatMap((context) =>
    ['globex/other', 'acme-x/shop', 'globex/shop', 'acme/shop-x', 'acme/other', 'xyme/shop'].map(
      (repository) =>
        token(GITHUB, {
          aud: 'sts.amazonaws.com',
          sub: `repo:${repository}:${context}`,
          repository,
          ref: 'refs/heads/main',
          repository_owner_id: '42',
          ...(context === 'environment:prod' ? { environment: 'prod' } : {}),
        }),
    ),
  ),
};
const VALUES: Record<string, string[]> = {
  repository: ['acme/shop', 'acme/*', '*'],
  environment: ['prod', '*'],
  ref: ['refs/heads/main', 'refs/heads/*'],
  repository_owner_id: ['123', '12*'],
};

const operators = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('StringLike', 'StringEquals') },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', 'ForAllValues:', 'ForAnyValue:'),
        fc.constantFrom(
          'StringLike',
          'StringEquals',
          'StringNotLike',
          'StringNotEquals',
          'StringEqualsIgnoreCase',
        ),
        fc.constantFrom('', 'IfExists'),
      )
      .map((parts) => parts.join('')),
  },
);

function conditionsOf({ provider, audiences, claims, subjects }: Issuer) {
  const some = (values: readonly string[]) =>
    fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
  const on = (key: string, values: readonly string[]) =>
    fc
      .tuple(operators, some(values))
      .map(([operator, list]) => ({ [operator]: { [`${provider}:${key}`]: list } }));
  const nulls = fc
    .tuple(fc.constantFrom('sub', 'aud', ...claims), fc.constantFrom('true', 'false'))
    .map(([claim, value]) => ({ Null: { [`${provider}:${claim}`]: value } }));
  const claim = fc.constantFrom(...claims).chain((name) => on(name, VALUES[name] ?? ['main', '*']));
  const pieces = fc.tuple(
    fc.option(on('aud', [...audiences, '*', 'other']), { nil: {} }),
    fc.option(on('sub', subjects), { nil: {}, freq: 5 }),
    fc.option(claim, { nil: {}, freq: 1 }),
    fc.oneof({ weight: 8, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: nulls }),
    fc.oneof(
      { weight: 8, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.constant({ StringLike: { 'sts:RoleSessionName': 'release-*' } }) },
    ),
  );
  return pieces.map((all) => {
    const blocks: Record<string, Record<string, unknown>> = {};
    for (const piece of all) {
      for (const [operator, block] of Object.entries(piece))
        blocks[operator] = { ...blocks[operator], ...block };
    }
    return blocks;
  });
}

function policies(issuer: Issuer) {
  const statement = (Effect: 'Allow' | 'Deny') =>
    conditionsOf(issuer).map((Condition) => ({
      Effect,
      Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${issuer.provider}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      ...(Object.keys(Condition).length > 0 ? { Condition } : {}),
    }));
  return fc
    .tuple(
      fc.array(statement('Allow'), { minLength: 1, maxLength: 2 }),
      fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(statement('Deny'), { maxLength: 1 }) },
      ),
    )
    .map(([allows, denies]) => ({ Version: '2012-10-17', Statement: [...allows, ...denies] }));
}

let sandbox: ScanSandbox;
beforeAll(async () => {
  sandbox = await startScanSandbox([`https://${BITBUCKET}`, `https://${GITHUB}`]);
  for (const { provider, audiences } of [bitbucket, github]) {
    await sandbox.addProvider(`https://${provider}`, audiences);
  }
  await sandbox.addRole('weak', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
});
afterAll(() => sandbox.close());

test.each([
  ['Bitbucket', bitbucket],
  ['GitHub', github],
])(
  '%s: whatever the trust policy, a constructed token gets in, none does after the correction, and a role said to be closed is closed',
  async (_, issuer) => {
    const seen = { open: 0, closed: 0, unknown: 0 };
    await fc.assert(
      fc.asyncProperty(policies(issuer), async (trust) => {
        const role = {
          RoleName: 'weak',
          Arn: 'arn:aws:iam::111122223333:role/weak',
          AssumeRolePolicyDocument: trust,
        };
        const report = scanned([
          { file: 'account.json', content: { RoleDetailList: [role] } },
          { file: 'p.json', content: { Url: issuer.provider, ClientIDList: issuer.audiences } },
        ]);
        await sandbox.replaceTrust('weak', trust);
        const tokens = report.findings.filter(({ admits }) => admits);
        for (const { admits } of tokens) {
          if (admits) expect(await sandbox.attempt('weak', admits)).toBe('accepted');
        }
        const isDoubtful = report.unknown.some(({ reason }) => reason.includes('not judged'));
        if (tokens.length === 0 && !isDoubtful) {
          seen.closed += 1;
          for (const stranger of issuer.strangers) {
            const request = { sessionName: 'release-1' };
            const name = JSON.stringify([trust, stranger]);
            expect([name, await sandbox.attempt('weak', { ...stranger, request })]).toEqual([name, DENIED]);
          }
        } else if (tokens.length > 0) seen.open += 1;
        else seen.unknown += 1;
        if (tokens.length === 0) return;
        const corrected = tokens[0]?.correctedTrustPolicy;
        expect(corrected).toBeDefined();
        await sandbox.replaceTrust('weak', corrected);
        for (const stranger of [...issuer.strangers, ...tokens.flatMap(({ admits }) => admits ?? [])]) {
          const name = JSON.stringify([trust, stranger]);
          expect([name, await sandbox.attempt('weak', stranger)]).toEqual([name, DENIED]);
        }
      }),
      { numRuns: 100 },
    );
    expect(seen.open).toBeGreaterThan(15);
    expect(seen.closed).toBeGreaterThan(15);
    expect(seen.unknown).toBeLessThan(20);
  },
  120_000,
);
