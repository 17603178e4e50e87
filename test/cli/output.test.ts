import { describe, expect, test } from '@jest/globals';
import { explanationText } from '../../cli/explain/explain-text.ts';
import { grantLines, planLines } from '../../cli/grants/grant-text.ts';
import { grantView } from '../../cli/grants/grant-view.ts';
import { waitingLines } from '../../cli/grants/show-command.ts';
import { shellCommand } from '../../cli/text/shell.ts';
import { facts, table } from '../../cli/text/table.ts';
import { runInShell } from '../support/command-line.ts';

const HOSTILE = 'a\u001b[31m\u202eb\r\nc\u200d\u0007';

describe('a table', () => {
  const rows = [
    [
      'gr_aaaaaaaaaaaaaaaaaaaaaaaaaa',
      'active',
      'workspace-of-a-company/repository-with-a-long-name:Production',
      's3-static-site',
    ],
    ['gr_bbbbbbbbbbbbbbbbbbbbbbbbbb', 'pending', 'acme/shop', 'ecr-push'],
  ];
  const headings = ['GRANT', 'STATE', 'FOR', 'TEMPLATE'];

  test.each([80, 70, 60])('fits into %i columns, with nothing cut', (columns) => {
    const lines = table(headings, rows, { columns, whole: 1 });
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    const cells = lines.map((line) =>
      line.slice(lines[0]?.indexOf('FOR'), lines[0]?.indexOf('TEMPLATE')).trim(),
    );
    expect(cells.join('')).toContain('workspace-of-a-company/repository-with-a-long-name:Production');
    for (const [id = ''] of rows) expect(lines.some((line) => line.startsWith(`${id} `))).toBe(true);
  });

  test('has one line a row where the output is no terminal', () => {
    expect(table(headings, rows, { columns: undefined })).toHaveLength(3);
  });

  test('shows what could mislead a reader as escapes', () => {
    const [, row] = table(['NAME'], [[HOSTILE]], { columns: 80 });
    expect(row).toBe('a\\u{1b}[31m\\u{202e}b\\u{d}\\u{a}c\\u{200d}\\u{7}');
    expect(facts([['name', HOSTILE]], 80)).toEqual([`name  ${row}`]);
  });

  test('breaks no character in two', () => {
    const lines = table(['NAME', 'OTHER'], [['😀'.repeat(30), 'x'.repeat(30)]], { columns: 31 });
    for (const line of lines) expect(line.isWellFormed()).toBe(true);
  });
});

describe('a grant', () => {
  const grant = grantView.parse({
    id: 'gr_hrq6egvaok6463yco36ybujl4g',
    state: 'active',
    repository: { uuid: '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}', fullName: HOSTILE },
    environment: { uuid: '{744ccb6d-fff0-45c1-8855-3f91b372a57a}', name: HOSTILE },
    account: { alias: HOSTILE, id: '111122223333' },
    template: { name: HOSTILE, version: '1' },
    name: HOSTILE,
    parameters: { [HOSTILE]: HOSTILE, list: [HOSTILE, HOSTILE] },
    role: { arn: HOSTILE },
    decision: { outcome: HOSTILE, by: { kind: 'person', id: HOSTILE }, at: HOSTILE, reason: HOSTILE },
    frozen: { by: { kind: 'person', id: HOSTILE }, at: HOSTILE, reason: HOSTILE },
    lastError: { code: HOSTILE, detail: HOSTILE, at: HOSTILE },
    pendingChange: {
      planHash: HOSTILE,
      requestedBy: { kind: 'person', id: HOSTILE },
      lapsesAt: HOSTILE,
      reason: HOSTILE,
    },
    warnings: [HOSTILE],
    reason: HOSTILE,
    requestedBy: { kind: 'person', id: HOSTILE },
    createdAt: HOSTILE,
    updatedAt: HOSTILE,
  });
  const plan = {
    hash: HOSTILE,
    risk: HOSTILE,
    gained: [{ action: HOSTILE, resource: HOSTILE }],
    lost: [{ action: HOSTILE, resource: HOSTILE }],
    requiresApproval: true,
    approvalReasons: [HOSTILE],
    // biome-ignore lint/suspicious/noThenProperty: the contract's name.
    replaces: [{ parameter: HOSTILE, now: HOSTILE, then: [HOSTILE] }],
    warnings: [HOSTILE],
  };

  test('shows every text of others as it is, on its own line', () => {
    const waiting = waitingLines({ ...grant, state: 'pending', plan }, 80);
    const why = explanationText({
      admitted: false,
      code: HOSTILE,
      verified: true,
      conditions: [],
      advice: '',
    });
    const lines = [...grantLines(grant, 80), ...planLines(plan, 80), ...waiting, ...why.split('\n')];
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) expect(line).toMatch(/^[ -~→]*$/);
  });
});

test.each([
  [['rolewright', 'show', 'gr_a'], 'rolewright show gr_a'],
  [['show', 'a\u001b[2Jb'], "show 'a\\u{1b}[2Jb'"],
  [['a b', "it's", '$(x)', '', '*'], `'a b' 'it'\\''s' '$(x)' '' '*'`],
])('a command that is shown can be pasted: %j', (words, expected) => {
  expect(shellCommand(words)).toBe(expected);
});

describe('the help', () => {
  const names = [
    'login',
    'logout',
    'whoami',
    'plan',
    'request',
    'list',
    'show',
    'approve',
    'reject',
    'revoke',
    'freeze',
    'thaw',
    'repair',
    'incident',
    'release',
    'explain',
    'scan',
  ];

  test('lists every command, and each says its options and exit codes in 80 columns', async () => {
    const overview = await runInShell(['help']);
    const helps = await Promise.all(names.map((name) => runInShell([name, '--help'])));
    for (const { out } of [overview, ...helps]) {
      for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    }
    expect([...overview.out.matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name]) => name)).toEqual(names);
    for (const { out, code } of helps) {
      expect(code).toBe(0);
      expect(out).toMatch(/^Usage: rolewright /);
      expect(out).toContain('Exit codes: 0 ');
    }
  });

  test.each(names.filter((name) => name !== 'scan'))(
    '%s refuses an option that there is not',
    async (name) => {
      const refused = await runInShell([name, '--frobnicate']);
      expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--frobnicate') });
    },
  );

  test('names the command that was meant', async () => {
    expect((await runInShell(['aprove'])).err).toContain('Did you mean approve?');
  });
});
