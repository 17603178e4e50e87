import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCommand } from '../../cli/commands.ts';
import { START } from '../sandbox/aws/world.ts';

const newcomer = fileURLToPath(new URL('../scan/fixtures/newcomer.json', import.meta.url));

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'scan-options-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function run(...args: string[]) {
  let [out, err] = ['', ''];
  const code = await runCommand(['scan', ...args], {
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      err += text;
    },
    readInput: async () => '',
    columns: undefined,
    hasColours: false,
    openPage: () => {},
    variables: {},
    now: START,
  });
  return { code, out, err };
}

const codesOf = async (...args: string[]) =>
  (JSON.parse((await run(newcomer, '--json', ...args)).out) as { findings: { code: string }[] }).findings.map(
    ({ code }) => code,
  );

test.each<[string, string[], RegExp]>([
  ['two formats', ['--json', '--format', 'html'], /--json and --format html exclude each other/],
  ['an empty workspace', ['--workspace', ''], /takes the slug of a Bitbucket workspace/],
  ['a workspace by its address', ['--workspace', 'https://bitbucket.org/acme'], /takes the slug/],
  ['an empty code', ['--only', ''], /--only takes one of/],
])('%s is wrong use', async (_, options, why) => {
  const { code, out, err } = await run(newcomer, ...options);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(why);
});

test('values of options are taken in either case, and with spaces behind commas', async () => {
  expect(await codesOf('--only', 'no_subject, HIGH')).toEqual(await codesOf('--only', 'NO_SUBJECT,high'));
  expect((await run(newcomer, '--format', 'SARIF')).out).toMatch(/^\{/);
  expect((await run(newcomer, '--fail-on', 'NONE')).code).toBe(0);
  expect(await codesOf('--workspace', 'ACME, globex')).not.toContain('FOREIGN_WORKSPACE');
});

describe('a rule of the ignore file', () => {
  const ignore = (rule: string): string => {
    const path = join(dir, 'ignore.yaml');
    writeFileSync(path, `- ${rule}\n`);
    return path;
  };
  const deploy = '"arn:aws:iam::*:role/deploy-all"';
  const formats = ['terminal', 'markdown', 'html'];

  test.each(formats)('that is over, or fits nothing, is named as such in %s', async (format) => {
    const said = async (rule: string) => {
      const { out } = await run(newcomer, '--format', format, '--ignore', ignore(rule));
      return out.replaceAll(/\s+/g, ' ').replaceAll('\\', '');
    };
    const named = (code: string) => `${code} arn:aws:iam::*:role/deploy-all`;
    const over = await said(`{ code: NO_SUBJECT, role: ${deploy}, reason: r, until: 2001-01-01 }`);
    expect(over).toContain(named('NO_SUBJECT'));
    expect(over).toContain('the rule ended on 2001-01-01');
    const unfit = await said(`{ code: STEP_PINNED, role: ${deploy}, reason: r }`);
    expect(unfit).toContain(named('STEP_PINNED'));
    expect(unfit).toContain('no finding fits the rule');
  });

  test('names a role by its ARN or with a wildcard: a bare name would fit none', async () => {
    const { code, err } = await run(
      newcomer,
      '--ignore',
      ignore('{ code: UNUSED, role: deploy-all, reason: r }'),
    );
    expect([code, err]).toEqual([2, expect.stringMatching(/0\.role: must be the ARN of a role/)]);
    expect(
      (await run(newcomer, '--ignore', ignore('{ code: UNUSED, role: "*deploy-all", reason: r }'))).code,
    ).toBe(1);
  });
});

const key = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';

/** A role that compares `sub` with a value, or has other conditions. */
const roleOf = (RoleName: string, Condition: object, more: object = {}) => ({
  RoleName,
  Arn: `arn:aws:iam::111122223333:role/${RoleName}`,
  AssumeRolePolicyDocument: {
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${key}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition,
    },
  },
  ...more,
});

const fileOf = (...roles: object[]): string => {
  const path = join(dir, 'roles.json');
  writeFileSync(path, JSON.stringify(roles));
  return path;
};

test('the role to close first is one that lets strangers in, also behind a graver one that does not', async () => {
  const administrator = [{ PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }];
  const like = (value: string) => ({ StringLike: { [`${key}:sub`]: value } });
  const own = roleOf('own', like('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}:*'), {
    AttachedManagedPolicies: administrator,
  });
  const { out } = await run(fileOf(own, roleOf('wide', like('{1de489be-*'))));
  expect(out).toMatch(/^HIGH {2}own$/m);
  expect(out).toContain('Close first: wide (account 111122223333)');
});

describe('what else a request must have is said beside the token', () => {
  const address = { IpAddress: { 'aws:SourceIp': '34.199.54.113/32' } };

  test.each(['terminal', 'markdown', 'html', 'json', 'sarif'])('in %s', async (format) => {
    const { out } = await run(fileOf(roleOf('x', address)), '--format', format);
    expect(out).toContain('sourceIp');
    expect(out).toContain('34.199.54.113');
  });
});

test('a reader that closes the pipe early ends the command without an error', async () => {
  const roles = Array.from({ length: 300 }, (_, index) => ({
    RoleName: `role-${index}`,
    Arn: `arn:aws:iam::111122223333:role/role-${index}`,
    AssumeRolePolicyDocument: 'what',
  }));
  const path = join(dir, 'many.json');
  writeFileSync(path, JSON.stringify(roles));
  const command = fileURLToPath(new URL('../../cli/rolewright.ts', import.meta.url));
  const child = spawn(process.execPath, [command, 'scan', path], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, err]).toEqual([0, '']);
});
