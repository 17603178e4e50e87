import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runCommand } from '../../cli/commands.ts';
import { layoutOf, namesWithin, repeatedName } from '../../cli/scan/json-text.ts';
import { START } from '../sandbox/aws/world.ts';

const newcomer = fileURLToPath(new URL('../scan/fixtures/newcomer.json', import.meta.url));
const text = readFileSync(newcomer, 'utf8');
type Role = { RoleName: string; Arn: string; AssumeRolePolicyDocument: object };
const roles = (JSON.parse(text) as { RoleDetailList: Role[] }).RoleDetailList;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'scan-input-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Scans contents as files, in order; `out` and `err` are what the command wrote. */
async function scanOf(contents: (string | Uint8Array)[], ...options: string[]) {
  const files = contents.map((content, index) => {
    const path = join(dir, `${index}.json`);
    writeFileSync(path, content);
    return path;
  });
  let [out, err] = ['', ''];
  const code = await runCommand(['scan', ...files, ...options], {
    write: (written) => {
      out += written;
    },
    writeError: (written) => {
      err += written;
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

type Report = {
  roles: number;
  rolesUnjudged: number;
  findings: { role: string; code: string; file?: string }[];
  unknown: { subject: string; reason: string }[];
};
const reportOf = async (...contents: (string | Uint8Array)[]): Promise<Report> =>
  JSON.parse((await scanOf(contents, '--json')).out) as Report;
const findingsOf = ({ findings }: Report) => findings.map(({ file: _, ...one }) => one);

describe('the same account gives the same findings', () => {
  const big = (content: string) => Buffer.from(content, 'utf16le').swap16();
  test.each<[string, () => string | Uint8Array]>([
    ['in UTF-16 with a mark, little-endian', () => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['in UTF-16 without a mark, little-endian', () => Buffer.from(text, 'utf16le')],
    ['in UTF-16 without a mark, big-endian', () => big(text)],
    ['as a list of documents', () => JSON.stringify([JSON.parse(text)])],
    ['as a list of lists', () => JSON.stringify([roles])],
  ])('%s', async (_, content) => {
    const plain = await reportOf(text);
    const other = await reportOf(content());
    expect([other.roles, findingsOf(other)]).toEqual([plain.roles, findingsOf(plain)]);
    expect(other.unknown).toEqual(plain.unknown);
  });

  test('beside the output of list-roles, which holds no policies, in either order', async () => {
    const listed = roles.map(({ RoleName, Arn, AssumeRolePolicyDocument }) => ({
      RoleName,
      Arn,
      AssumeRolePolicyDocument,
    }));
    const plain = findingsOf(await reportOf(text));
    const list = JSON.stringify({ Roles: listed });
    expect(findingsOf(await reportOf(text, list))).toEqual(plain);
    expect(findingsOf(await reportOf(list, text))).toEqual(plain);
  });
});

test('two documents that give a role different trust policies: the later is judged, and that is said', async () => {
  const [role] = roles as [Role];
  const closed = { ...role, AssumeRolePolicyDocument: (roles[1] as Role).AssumeRolePolicyDocument };
  const report = await reportOf(JSON.stringify({ Role: role }), JSON.stringify({ Role: closed }));
  expect(report.unknown).toContainEqual({
    subject: role.Arn,
    reason: 'two documents give it different trust policies: the later one is judged',
  });
});

describe('wrong use, and what to do, for', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  test.each<[string, string | Uint8Array, RegExp]>([
    ['a zip archive', 'PK\u0003\u0004rest', /it is compressed; unpack it first/],
    ['lists without an end', nested(200_000), /it nests deeper than 100 levels/],
    ['objects without an end', '{"Statement":'.repeat(50_000), /it nests deeper than 100 levels/],
    ['a second document that ends too early', `${text}\n{"Roles": [`, /ends too early/],
    ['words behind a document', `${text} and more`, /it is not JSON/],
    ['an empty list', '[]', /neither roles nor providers/],
    ['a role with a name twice', '{"RoleDetailList": [], "RoleDetailList": []}', /"RoleDetailList" twice/],
    ['a name that differs only in its escapes', '{"a:": 1, "\\u0061:": 2}', /"a:" twice/],
  ])('%s', async (_, content, why) => {
    const { code, out, err } = await scanOf([content]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(why);
  });
});

describe('a trust policy that could not be judged', () => {
  const withTrust = (trust: unknown) =>
    JSON.stringify({ RoleDetailList: [{ ...roles[0], AssumeRolePolicyDocument: trust }] });
  const [{ AssumeRolePolicyDocument: open }] = roles as [Role];
  const [statement] = (open as { Statement: object[] }).Statement;

  test.each<[string, unknown, RegExp]>([
    ['because it is a number', 1e300, /not a policy document/],
    [
      'because it is longer than IAM takes',
      { Statement: Array(2000).fill(statement) },
      /longer than IAM takes/,
    ],
    [
      'because one value is',
      { Statement: [{ ...statement, Sid: 'x'.repeat(100_000) }] },
      /longer than IAM takes/,
    ],
    [
      'because it nests in its text',
      `{"Statement":${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}}`,
      /longer than/,
    ],
  ])('%s, is said beside the count of open roles', async (_, trust, why) => {
    const report = await reportOf(withTrust(trust));
    expect([report.rolesUnjudged, report.findings]).toEqual([1, []]);
    expect(report.unknown[0]?.reason).toMatch(why);
    const { out } = await scanOf([withTrust(trust)]);
    expect(out.replaceAll('\n', ' ')).toMatch(/none is known to let strangers in, 1 could not be judged\./);
  });
});

test('a date of last use that is no text is not taken for no use', async () => {
  const role = {
    ...roles[0],
    RoleLastUsed: { LastUsedDate: 1_700_000_000 },
    CreateDate: '2001-01-01T00:00:00Z',
  };
  const { findings } = await reportOf(JSON.stringify({ Role: role }));
  expect(findings.map(({ code }) => code)).not.toContain('UNUSED');
});

describe('the layout of JSON text', () => {
  const value = fc.jsonValue({ maxDepth: 5 }).filter((one) => typeof one === 'object' && one !== null);

  test('shows the end of each document, its names, and no name twice, whatever its texts hold', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('', '\n', ' \t'),
        (all, gap) => {
          const joined = all.map((one) => JSON.stringify(one)).join(gap);
          const { ends, names } = layoutOf(joined);
          const read = ends.map(
            (end, index) => JSON.parse(joined.slice(ends[index - 1] ?? 0, end)) as unknown,
          );
          expect(read).toEqual(JSON.parse(JSON.stringify(all)));
          expect(names).toBe(read.reduce((sum: number, one) => sum + namesWithin(one), 0));
          expect(repeatedName(joined)).toBeUndefined();
        },
      ),
    );
  });

  test('shows a name that is there twice, wherever it is', () => {
    fc.assert(
      fc.property(value, fc.string(), (one, name) => {
        const twice = `{${JSON.stringify(name)}:1,"\u0000other":[${JSON.stringify(one)}],${JSON.stringify(name)}:2}`;
        const wrapped = JSON.stringify([{ outer: 'HERE' }]).replace('"HERE"', () =>
          twice.replace('\u0000', '_'),
        );
        expect(repeatedName(wrapped)).toBe(name);
        expect(layoutOf(wrapped).names).toBeGreaterThan(namesWithin(JSON.parse(wrapped)));
      }),
    );
  });
});
