import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCommand } from '../../cli/commands.ts';
import { START } from '../sandbox/aws/world.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../scan/fixtures/${name}.json`, import.meta.url));

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'scan-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};

/** Runs a command; `out` and `err` are what it wrote. */
async function run(args: string[], input = '') {
  let [out, err] = ['', ''];
  const code = await runCommand(args, {
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      err += text;
    },
    readInput: async () => input,
    columns: undefined,
    hasColours: false,
    openPage: () => {},
    variables: {},
    now: START,
  });
  return { code, out, err };
}

const open = fixture('bitbucket-modules');
const account = (...roles: unknown[]): string => JSON.stringify({ RoleDetailList: roles });
const rightRole = () =>
  (JSON.parse(readFileSync(open, 'utf8')) as { RoleDetailList: { RoleName: string }[] }).RoleDetailList.find(
    ({ RoleName }) => RoleName === 'module-environment',
  );

describe('the exit code', () => {
  test('is 1 for findings, 0 where there are none or all are below --fail-on', async () => {
    expect((await run(['scan', open])).code).toBe(1);
    const right = file('right.json', account(rightRole()));
    expect(await run(['scan', right])).toMatchObject({ code: 0, err: '' });
    const low = file(
      'low.json',
      JSON.stringify(JSON.parse(account({ ...rightRole(), PermissionsBoundary: undefined }))),
    );
    expect((await run(['scan', low])).code).toBe(1);
    expect((await run(['scan', low, '--fail-on', 'medium'])).code).toBe(0);
    expect((await run(['scan', open, '--fail-on', 'none'])).code).toBe(0);
  });

  test('counts what --only keeps, and with --strict what could not be judged', async () => {
    expect((await run(['scan', open, '--only', 'UNUSED'])).code).toBe(0);
    expect((await run(['scan', open, '--only', 'no_subject,critical'])).code).toBe(1);
    const unreadable = file('unreadable.json', account({ ...rightRole(), AssumeRolePolicyDocument: 'what' }));
    expect((await run(['scan', unreadable])).code).toBe(0);
    expect((await run(['scan', unreadable, '--strict'])).code).toBe(1);
  });

  test.each<[string, string[]]>([
    ['no file', ['scan']],
    ['an unknown option', ['scan', open, '--fast']],
    ['an unknown format', ['scan', open, '--format', 'pdf']],
    ['an unknown severity', ['scan', open, '--fail-on', 'grave']],
    ['an unknown code', ['scan', open, '--only', 'EVERYTHING']],
    ['an unknown command', ['scam']],
    ['no command', []],
  ])('is 2 for %s, with what to do', async (_, args) => {
    const { code, out, err } = await run(args);
    expect(code).toBe(2);
    expect(out + err).toMatch(/Usage|--help|takes one of/);
  });
});

describe('what is no account', () => {
  test.each<[string, string, RegExp]>([
    ['nothing', '', /it is empty/],
    ['no JSON', 'RoleDetailList: []', /it is not JSON, or ends too early/],
    ['half a document', '{"RoleDetailList": [{"RoleName": "a"', /it is not JSON, or ends too early/],
    ['other JSON', '{"Buckets": []}', /neither roles nor providers/],
    ['a list of numbers', '[1, 2]', /neither roles nor providers/],
    ['a number', '7', /neither roles nor providers/],
    ['null', 'null', /neither roles nor providers/],
    ['an account without a role', '{"RoleDetailList": []}', /hold no role/],
    ['a list of roles that is no list', '{"RoleDetailList": {"a": 1}}', /a role without a name/],
    ['numbers beyond all measure', '{"RoleDetailList": [{"RoleName": 1e999, "Arn": 1}]}', /without a name/],
    ['half a document behind a whole one', '{"RoleDetailList": []}{"Role', /ends too early/],
    ['roles that are none', '{"RoleDetailList": [7, null, {}]}', /a role without a name/],
  ])('%s is wrong use, and said', async (_, content, why) => {
    const { code, out, err } = await run(['scan', file('bad.json', content)]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(why);
  });

  test('neither is a file that is not there, nor a folder', async () => {
    expect(await run(['scan', join(dir, 'missing.json')])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no such file'),
    });
    expect(await run(['scan', dir])).toMatchObject({ code: 2, err: expect.stringContaining('a folder') });
  });
});

test('reads standard input, several files, documents one after the other, and UTF-16', async () => {
  const text = readFileSync(open, 'utf8');
  expect((await run(['scan', '-', '--json'], text)).out).toBe(
    (await run(['scan', open, '--json'])).out.replaceAll(open, 'standard input'),
  );
  const both = file('both.json', `${text}\n${readFileSync(fixture('tutorials'), 'utf8')}`);
  const { roles } = JSON.parse((await run(['scan', both, '--json'])).out) as { roles: number };
  const apart = JSON.parse((await run(['scan', open, fixture('tutorials'), '--json'])).out) as {
    roles: number;
  };
  expect([roles, apart.roles]).toEqual([18, 18]);
  const utf16 = file('utf16.json', Buffer.from(`\ufeff${text}`, 'utf16le'));
  expect((await run(['scan', utf16])).code).toBe(1);
});

describe('the same roles, however they were written to the file', () => {
  const { RoleDetailList: roles } = JSON.parse(readFileSync(open, 'utf8')) as { RoleDetailList: object[] };
  const page = (list: object[], IsTruncated: boolean) => ({ RoleDetailList: list, IsTruncated, Marker: 'm' });
  const pages = [page(roles.slice(0, 3), true), page(roles.slice(3), false)];
  const bytes = readFileSync(open);
  const bigEndian = () =>
    Buffer.concat([Buffer.from('\ufeff', 'utf16le'), Buffer.from(`${bytes}`, 'utf16le')]).swap16();

  test.each<[string, () => string | Uint8Array]>([
    ['pages on one line', () => pages.map((one) => JSON.stringify(one)).join('')],
    ['pages of several lines', () => pages.map((one) => JSON.stringify(one, undefined, 4)).join('\n')],
    ['a list of pages', () => JSON.stringify(pages)],
    ['a list of roles', () => JSON.stringify(roles)],
    ['roles one after the other', () => roles.map((one) => JSON.stringify(one)).join('\n')],
    ['the output of list-roles', () => JSON.stringify({ Roles: roles })],
    ['a mark of the byte order', () => `\ufeff${bytes}`],
    ['UTF-16, the high byte first', bigEndian],
  ])('%s', async (_, content) => {
    const { out, code } = await run(['scan', file('written.json', content()), '--json']);
    const { findings, unknown } = JSON.parse(out) as { findings: { file: string }[]; unknown: unknown[] };
    const wanted = JSON.parse((await run(['scan', open, '--json'])).out) as {
      findings: { file: string }[];
      unknown: unknown[];
    };
    const withoutFile = (list: { file: string }[]) => list.map((one) => ({ ...one, file: '' }));
    expect([code, withoutFile(findings), unknown]).toEqual([1, withoutFile(wanted.findings), wanted.unknown]);
  });

  test('a compressed file is said to be one', async () => {
    const { code, err } = await run(['scan', file('account.json.gz', gzipSync(bytes))]);
    expect([code, err]).toEqual([2, expect.stringContaining('gunzip')]);
  });

  test('brackets in a name do not end a document', async () => {
    const named = { ...roles[0], Path: '/}]{"/' };
    const text = `${JSON.stringify({ RoleDetailList: [named] })}${JSON.stringify({ RoleDetailList: roles.slice(1) })}`;
    const { rolesRead } = JSON.parse((await run(['scan', file('b.json', text), '--json'])).out) as {
      rolesRead: number;
    };
    expect(rolesRead).toBe(roles.length);
  });
});

test('--json prints one document of the contract’s shape and nothing else', async () => {
  const { out, err } = await run(['scan', open, fixture('names'), '--json']);
  const report = JSON.parse(out) as Record<string, unknown[]>;
  expect(err).toBe('');
  expect(Object.keys(report)).toEqual(
    expect.arrayContaining(['roles', 'findings', 'right', 'unknown', 'ignored']),
  );
  expect(report.findings?.[0]).toMatchObject({
    role: 'arn:aws:iam::111122223333:role/module-default-open',
    severity: 'critical',
    code: 'NO_SUBJECT',
    admits: { issuer: expect.stringMatching(/^https:/), claims: { sub: expect.any(String) } },
    can: [expect.any(String)],
    correctedTrustPolicy: { Version: '2012-10-17' },
    command: expect.stringMatching(/^aws iam update-assume-role-policy /),
  });
  expect(report.right?.[0]).toEqual({
    role: expect.any(String),
    admits: expect.stringContaining('acme/shop'),
  });
});

test('a person reads which role to close first, and why, within 80 columns', async () => {
  const { out } = await run(['scan', open]);
  expect(out).toContain('Close first: module-default-open');
  expect(out).toMatch(/every\s+repository of the workspace acme/);
  const long = out
    .split('\n')
    .filter((line) => line.length > 80 && !/^ {4}(?:aws|POST|# edit first:|# opens) /.test(line));
  // Only what cannot be broken: a subject, an audience.
  for (const line of long) expect(line.trim().split(/\s+/).length).toBeLessThanOrEqual(4);
});

describe('--ignore', () => {
  const rule = 'arn:aws:iam::*:role/module-default-open';

  test('takes out what it names, says why, and says which rules fit nothing', async () => {
    const ignore = file(
      'ignore.yaml',
      `- { code: NO_SUBJECT, role: "${rule}", reason: "closed on Monday, OPS-7" }\n- { code: UNUSED, role: "*", reason: none }\n`,
    );
    const report = JSON.parse((await run(['scan', open, '--ignore', ignore, '--json'])).out) as {
      findings: { code: string }[];
      ignored: unknown[];
      unusedIgnores: unknown[];
    };
    expect(report.findings.map(({ code }) => code)).not.toContain('NO_SUBJECT');
    expect(report.ignored).toEqual([
      {
        role: 'arn:aws:iam::111122223333:role/module-default-open',
        code: 'NO_SUBJECT',
        reason: 'closed on Monday, OPS-7',
      },
    ]);
    expect(report.unusedIgnores).toHaveLength(1);
  });

  test('ends on the day of `until`', async () => {
    const until = (day: string) =>
      file('until.yaml', `- { code: NO_SUBJECT, role: "*", reason: r, until: ${day} }\n`);
    expect((await run(['scan', open, '--ignore', until('2027-01-15'), '--json'])).out).toContain(
      '"code": "NO_SUBJECT",\n      "severity"',
    );
    const { out } = await run(['scan', open, '--ignore', until('2027-01-16'), '--json']);
    expect((JSON.parse(out) as { ignored: unknown[] }).ignored).toHaveLength(1);
  });

  test.each([
    ['a rule without a reason', '- { code: NO_SUBJECT, role: "*" }', /reason/],
    ['an empty reason', '- { code: NO_SUBJECT, role: "*", reason: " " }', /why the finding is accepted/],
    ['an unknown code', '- { code: NO, role: "*", reason: r }', /code of a finding/],
    ['something else', 'ignore: everything', /must be a list/],
  ])('refuses %s', async (_, content, why) => {
    const { code, err } = await run(['scan', open, '--ignore', file('bad.yaml', content)]);
    expect(code).toBe(2);
    expect(err).toMatch(why);
  });
});

test('--policies writes what the commands read, and nothing outside of the folder', async () => {
  const folder = join(dir, 'policies');
  const { out } = await run(['scan', open, '--policies', folder, '--json']);
  const { findings } = JSON.parse(out) as { findings: { command?: string; narrow?: string }[] };
  const named = findings.flatMap(({ command, narrow }) => [command ?? [], narrow ?? []].flat());
  const files = readdirSync(folder);
  expect(named.length).toBeGreaterThan(5);
  for (const command of named) {
    const path = /file:\/\/([^']+)'?$/.exec(command)?.[1] ?? '';
    expect(files.map((name) => join(folder, name))).toContain(path);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ Version: '2012-10-17' });
  }
});

test('every other format is written to --output', async () => {
  for (const [format, begins] of [
    ['markdown', '# Who gets in'],
    ['html', '<!doctype html>'],
    ['sarif', '{'],
    ['terminal', '7 of 7 roles'],
  ] as const) {
    const path = join(dir, `report.${format}`);
    expect(await run(['scan', open, '--format', format, '--output', path])).toMatchObject({
      out: '',
      err: '',
    });
    expect(readFileSync(path, 'utf8').startsWith(begins)).toBe(true);
  }
});
