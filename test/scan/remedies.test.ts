import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { terminalReport } from '../../cli/scan/terminal.ts';
import { withoutIgnored } from '../../domain/scan/ignore.ts';
import type { ScanReport } from '../../domain/scan/report.ts';
import { asEpoch } from '../support/identifiers.ts';
import { accountFixtures, documents, scanned } from './fixture-files.ts';

const reports = accountFixtures.map(
  (name) => [name, scanned(documents(name, 'providers', 'names'))] as const,
);
const UUID_IN_BRACES = /\{[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}/;
const PLACEHOLDER = /\{[A-Z-]+\}/;

const findingOf = ({ findings }: ScanReport, role: string, code?: string) =>
  findings.find((one) => one.role.endsWith(`/${role}`) && (code === undefined || one.code === code));

describe.each(reports)('%s', (_, report) => {
  const unfinished = report.findings.filter(({ correctedTrustPolicy }) =>
    PLACEHOLDER.test(JSON.stringify(correctedTrustPolicy ?? '')),
  );

  test('a policy with something to fill in is never ready to run: its command is a comment that says what to edit', () => {
    expect(unfinished.length).toBeGreaterThan(3);
    for (const { fillIn, narrow, correctedTrustPolicy } of unfinished) {
      const [placeholder = ''] = PLACEHOLDER.exec(JSON.stringify(correctedTrustPolicy)) ?? [];
      expect(fillIn).toContain(`in place of ${placeholder}`);
      expect(narrow).toMatch(/^# edit first: put .+\.edit-first\.json$/);
      expect(narrow).toContain(`in place of ${placeholder}`);
      const { status, stdout, stderr } = spawnSync('sh', ['-c', narrow ?? ''], { encoding: 'utf8' });
      expect([status, stdout, stderr]).toEqual([0, '', '']);
    }
  });

  test('every other command that narrows is complete', () => {
    const complete = report.findings.filter((one) => one.correctedTrustPolicy && !unfinished.includes(one));
    for (const { narrow, fillIn } of complete) {
      expect([narrow?.startsWith('aws iam update-assume-role-policy'), fillIn]).toEqual([true, undefined]);
    }
  });

  test('no text has two ends of a sentence', () => {
    for (const { summary } of report.findings) expect(summary).not.toMatch(/\.;|\.\.$|;\s*\./);
  });

  test('a severity that depends on strangers says so', () => {
    const depending = report.findings.filter(({ code }) =>
      ['ADMINISTRATOR', 'ESCALATION', 'NO_BOUNDARY', 'UNUSED'].includes(code),
    );
    const open = new Set(report.findings.filter(({ admits }) => admits).map(({ role }) => role));
    for (const { role, summary } of depending) {
      expect(summary).toMatch(
        open.has(role) ? /; graver here, because strangers/ : /; less grave here, because no stranger/,
      );
    }
  });
});

test('the request holds the repository that the corrected policy knows, whatever shape the old policy had', () => {
  const report = scanned(documents('tutorials', 'providers', 'names'));
  for (const role of ['tutorial-contains-uuid', 'tutorial-repository-name', 'tutorial-no-braces']) {
    const { correctedTrustPolicy, request } = findingOf(report, role) ?? {};
    const [uuid = ''] = UUID_IN_BRACES.exec(JSON.stringify(correctedTrustPolicy)) ?? [];
    expect([role, request?.repository]).toEqual([role, uuid]);
  }
  expect(findingOf(report, 'tutorial-nothing')?.request).toEqual({
    repository: '{REPOSITORY-UUID}',
    template: '{TEMPLATE}',
    parameters: {},
  });
});

test('an audience that no document shows is a placeholder, not a UUID of no one', () => {
  const ISSUER = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
  const role = {
    RoleName: 'x',
    Arn: 'arn:aws:iam::111122223333:role/x',
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${ISSUER}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
      },
    },
  };
  const [finding] = scanned([{ file: 'a.json', content: { RoleDetailList: [role] } }]).findings;
  expect(finding?.admits?.claims.aud).toBe('ari:cloud:bitbucket::workspace/{WORKSPACE-UUID}');
  expect(finding?.narrow).toContain('the UUID of the workspace without braces in place of {WORKSPACE-UUID}');
});

describe('a newcomer reads in the terminal', () => {
  const report = withoutIgnored(scanned(documents('newcomer', 'names'), ['acme']), [], asEpoch(0));
  const text = terminalReport(report, { columns: 110, hasColours: false, policies: undefined });
  const plain = text.replaceAll(/\s+/g, ' ');

  test('who a stranger is, what Rolewright is, and where its URL comes from', () => {
    expect(plain).toContain('Strangers are those whom a role');
    expect(plain).toContain('Rolewright is a service in an AWS account of yours');
    expect(plain).toContain('ROLEWRIGHT_URL is the URL that its deployment prints');
  });

  test('which issuer signs a token that gets in, and which template fits', () => {
    expect(plain).toContain('iss https://token.actions.githubusercontent.com sub repo:acme/other:');
    expect(plain).toContain('sam-or-cloudformation-deploy fits what the role can do');
  });

  test('findings counted by severity, and on how many roles', () => {
    const roles = new Set(report.findings.map(({ role }) => role)).size;
    expect(plain).toMatch(new RegExp(`Findings: \\d+ critical, .* on ${roles} roles\\.`));
  });

  test('to narrow a role of another issuer first, and to close it only where nothing needs it', () => {
    const section = plain.slice(plain.indexOf('HIGH github-release'));
    expect(section.indexOf('# edit first')).toBeLessThan(section.indexOf('where nothing needs it, close it'));
  });
});
