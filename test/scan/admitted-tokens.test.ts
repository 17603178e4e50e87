import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DENIED } from '../sandbox/aws/shop.ts';
import { accountFixtures, documents, rolesOf, scanned } from './fixture-files.ts';
import { type ScanSandbox, startScanSandbox } from './scan-sandbox.ts';

const WORKSPACE = 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const AUDIENCE = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';
const STS = 'sts.amazonaws.com';
const ORGANISATION = '0d6f0a2e-3b1c-4c55-8a90-1f2e3d4c5b6a';
const audiences: Record<string, string[]> = {
  [WORKSPACE]: [AUDIENCE],
  'https://token.actions.githubusercontent.com': [STS],
  'https://gitlab.com': ['https://gitlab.com'],
  'https://app.terraform.io': ['aws.workload.identity'],
  [`https://oidc.circleci.com/org/${ORGANISATION}`]: [ORGANISATION],
  'https://agent.buildkite.com': [STS],
  'https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE': [STS],
};

let sandbox: ScanSandbox;
beforeAll(async () => {
  sandbox = await startScanSandbox(Object.keys(audiences));
  for (const [url, list] of Object.entries(audiences)) await sandbox.addProvider(url, list);
  for (const fixture of accountFixtures) {
    for (const [name, { AssumeRolePolicyDocument }] of rolesOf(fixture)) {
      await sandbox.addRole(name, AssumeRolePolicyDocument);
    }
  }
});
afterAll(() => sandbox.close());

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

describe.each(accountFixtures)('%s', (fixture) => {
  const report = scanned(documents(fixture, 'providers', 'names'));

  test('every constructed token assumes the role, and none does after the correction', async () => {
    const found = report.findings.filter(({ admits }) => admits !== undefined);
    expect(found.length).toBeGreaterThan(5);
    for (const { role, code, admits, correctedTrustPolicy } of found) {
      if (!admits) continue;
      const name = nameOf(role);
      const trust = rolesOf(fixture).get(name)?.AssumeRolePolicyDocument;
      expect([name, code, await sandbox.attempt(name, admits)]).toEqual([name, code, 'accepted']);
      await sandbox.replaceTrust(name, correctedTrustPolicy);
      expect([name, code, await sandbox.attempt(name, admits)]).toEqual([name, code, DENIED]);
      await sandbox.replaceTrust(name, trust);
    }
  });

  test('no stranger’s token assumes a role that is said to keep strangers out', async () => {
    const open = new Set(
      report.entries.filter(({ severity }) => severity !== 'right').map(({ role }) => nameOf(role)),
    );
    const tokens = report.findings.flatMap(({ admits }) => admits ?? []);
    const closed = [...rolesOf(fixture).keys()].filter((name) => !open.has(name));
    expect(closed.length).toBeGreaterThan(0);
    for (const name of closed) {
      for (const token of new Map(tokens.map((one) => [JSON.stringify(one), one])).values()) {
        expect([name, await sandbox.attempt(name, token)]).toEqual([name, DENIED]);
      }
    }
  });

  test('every policy that a command reads is one that IAM takes, and the closing one admits no token', async () => {
    const tokens = report.findings.flatMap(({ role, admits }) => (admits ? [{ role, admits }] : []));
    for (const { name: file, policy } of report.files) {
      const name = file
        .slice('111122223333-'.length)
        .replace(/\.(?:closed|narrowed|opened|edit-first)\.json$/, '');
      await sandbox.replaceTrust(name, policy);
      for (const { role, admits } of tokens) {
        if (nameOf(role) === name) expect(await sandbox.attempt(name, admits)).toBe(DENIED);
      }
      await sandbox.replaceTrust(name, rolesOf(fixture).get(name)?.AssumeRolePolicyDocument);
    }
  });
});

describe('after the correction', () => {
  const SHOP = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
  const PRODUCTION = '{bd715740-c970-486b-b68a-b421ec2a1f8b}';
  const STEP = '{00000000-1111-4222-8333-444455556666}';
  const own = { issuer: WORKSPACE, claims: { aud: AUDIENCE, sub: `${SHOP}:${STEP}` } };
  const deploying = { issuer: WORKSPACE, claims: { aud: AUDIENCE, sub: `${SHOP}:${PRODUCTION}:${STEP}` } };

  test.each([
    ['tutorials', 'tutorial-literal-star', own],
    ['tutorials', 'tutorial-workspace-first', own],
    ['tutorials', 'tutorial-repository-name', own],
    ['tutorials', 'tutorial-no-braces', own],
    ['tutorials', 'tutorial-upper-case', own],
    ['tutorials', 'tutorial-sts-audience', own],
    ['tutorials', 'tutorial-one-step', deploying],
    ['bitbucket-modules', 'module-strict-claims', own],
    ['bitbucket-modules', 'module-list-with-one-wide', own],
    ['cdk-and-sam', 'sam-two-statements', deploying],
  ] as const)('%s: %s admits what it was meant for', async (fixture, name, token) => {
    const report = scanned(documents(fixture, 'providers', 'names'));
    const finding = report.findings.find((one) => nameOf(one.role) === name && one.correctedTrustPolicy);
    await sandbox.replaceTrust(name, finding?.correctedTrustPolicy);
    expect(await sandbox.attempt(name, token)).toBe('accepted');
    await sandbox.replaceTrust(name, rolesOf(fixture).get(name)?.AssumeRolePolicyDocument);
  });
});
