import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sourceOfStage } from '../../../adapters/settings/source.ts';
import { checkedRules } from '../../../scripts/access/check.ts';
import { explainAccess } from '../../../scripts/access/explain.ts';
import { chain } from '../../support/domain/samples.ts';
import { rejected, requested } from '../../support/domain/stories.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SHOP = '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}';
const PRODUCTION = '{bd715740-c970-486b-b68a-b421ec2a1f8b}';
const GRANT = 'gr_hrq6egvaok6463yco36ybujl4g';
const onShop = ['--workspace', 'acme', '--repository', SHOP];
const shown: Record<string, Record<string, unknown>> = {
  [GRANT]: {
    repository: { uuid: SHOP, workspace: { uuid: '{922e118c-f34f-4226-a897-0e0afbec553d}' } },
    account: { id: '111122223333' },
    template: { name: 's3-static-site' },
  },
};

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
/** What Ada has asked for, and nobody has approved. */
const story = chain([requested('required')]);

/** Answers as the API would, one event a page. */
const get = async (path: string): Promise<Record<string, unknown>> => {
  const [, id = '', page] =
    /^\/v1\/grants\/([^/]+)(?:\/events\?limit=100(?:&cursor=)?(.*))?$/.exec(path) ?? [];
  const grant = shown[id];
  if (!grant) throw new Error(`404 GRANT_NOT_FOUND: There is no grant ${id}.`);
  if (page === undefined) return grant;
  const n = Number(page || 0);
  return { items: story.slice(n, n + 1), ...(n + 1 < story.length ? { cursor: String(n + 1) } : {}) };
};
const explain = (...argv: string[]) =>
  explainAccess({ argv, source: sourceOfStage(ROOT, 'sandbox'), get, now: NOW });
const by = (principal: string, action: string, ...more: string[]) =>
  explain('--principal', principal, '--action', action, ...more);

describe('an explanation names', () => {
  test('the rule that permits, in words, and where it stands', async () => {
    const site = ['--template', 's3-static-site'];
    const { allowed, text } = await by(
      'person:ada@acme.example',
      'request',
      '--groups',
      'platform',
      ...onShop,
      ...site,
    );
    expect(allowed).toBe(true);
    expect(text).toContain('person ada@acme.example of platform: request on repository');
    expect(text).toMatch(
      /permit {2}platform-people {2}\(sandbox\/access\/rules\.cedar:\d+\)\n +A person of group platform/,
    );
  });

  test('a grant of the running API by its id', async () => {
    const { allowed, text } = await by('service:dashboard', 'read', '--groups', 'readers', '--grant', GRANT);
    expect(allowed).toBe(true);
    expect(text).toContain(`read on ${GRANT}`);
    await expect(by('service:dashboard', 'read', '--grant', 'gr_none')).rejects.toThrow('GRANT_NOT_FOUND');
  });

  test('whether somebody may approve a grant, by who asked for it and what waits', async () => {
    const platform = ['--groups', 'platform', '--grant', GRANT];
    const own = await by('person:ada@acme.example', 'approve', ...platform);
    expect([own.allowed, own.text]).toEqual([
      false,
      expect.stringMatching(/denied {2}.*nobody-approves-their-own-request[\s\S]*Rules cannot change that/),
    ]);
    const other = await by('person:grace@acme.example', 'approve', ...platform);
    expect([other.allowed, other.text]).toEqual([true, expect.stringContaining('platform-people')]);
    story.push(...chain([requested('required'), rejected]).slice(1));
    const late = await by('person:grace@acme.example', 'approve', ...platform);
    expect([late.allowed, late.text]).toEqual([false, expect.stringContaining('waits for approval')]);
  });

  test('the forbid that denies, and what to do', async () => {
    const { allowed, text } = await by(
      ...(['person:sam@acme.example', 'approve', '--groups', 'shop-approvers', ...onShop] as const),
      ...['--requesters', 'person,pipeline'],
    );
    expect(allowed).toBe(false);
    expect(text).toContain('forbid  machine-requests-need-approvers');
    expect(text).toContain('Have a person of group approvers approve.');
  });

  test('what would have to be different where nothing permits', async () => {
    const { allowed, text } = await by('person:lin@acme.example', 'read', ...onShop);
    expect(allowed).toBe(false);
    expect(text).toMatch(/default-deny[\s\S]*in another access context:\n {2}permit {2}repository-admins/);
    const asAdmin = await by('person:lin@acme.example', 'read', ...onShop, '--repository-admin');
    expect(asAdmin.allowed).toBe(true);
  });

  test('what holds whatever the rules say', async () => {
    const pipeline = [`pipeline:${SHOP}`, 'read', ...onShop, '--environment', PRODUCTION] as const;
    const outside = await by(...pipeline);
    expect(outside.text).toMatch(
      /pipeline-own-environment[\s\S]*Rules cannot change that[\s\S]*pipeline-own-grants/,
    );
    expect((await by(...pipeline, '--step-environment', PRODUCTION)).allowed).toBe(true);
  });

  test('whether any resource could be allowed', async () => {
    expect((await by('service:dashboard', 'read', '--groups', 'readers')).allowed).toBe(true);
    expect((await by('service:dashboard', 'audit', '--groups', 'readers')).allowed).toBe(false);
  });

  test('nothing that would drive a terminal', async () => {
    const refused = await by('person:ada\u001b[2J', 'audit').catch((error: Error) => error.message);
    expect(refused).toMatch(/^--principal must be/);
    expect(refused).not.toContain('\u001b');
  });
});

test.each<[string, string[], string]>([
  ['no principal', ['--action', 'read'], '--principal must be'],
  ['a principal without a kind', ['--principal', 'ada', '--action', 'read'], '--principal must be'],
  ['no action', ['--principal', 'person:ada'], '--action must be one of request'],
  [
    'a repository by name',
    ['--principal', 'person:ada', '--action', 'read', '--repository', 'acme/shop'],
    '--repository must be a UUID',
  ],
  [
    'no workspace among several',
    ['--principal', 'person:ada', '--action', 'read', '--repository', SHOP],
    '--workspace must be one of acme, globex',
  ],
  [
    'a template that there is none of',
    ['--principal', 'person:ada', '--action', 'request', ...onShop, '--template', 'x'],
    'there is no x',
  ],
  [
    'an account that is not configured',
    ['--principal', 'person:ada', '--action', 'read', ...onShop, '--account', 'x'],
    '--account',
  ],
  ['a pipeline by name', ['--principal', 'pipeline:shop', '--action', 'read', ...onShop], 'pipeline:{uuid}'],
  [
    'a kind of requester that there is none of',
    ['--principal', 'person:ada', '--action', 'approve', ...onShop, '--requesters', 'bot'],
    'must be <kind>',
  ],
  ['an option that there is none of', ['--principle', 'person:ada'], "Unknown option '--principle'"],
])('%s is said', async (_, argv, saying) => {
  await expect(explain(...argv)).rejects.toThrow(saying);
});

describe('the check of the rules', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'access-check-'));
    for (const folder of ['config', 'templates', 'access']) {
      cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
    }
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('lists the rules in force in words, and counts the examples', () => {
    expect(checkedRules(sourceOfStage(root, 'prod'))).toMatch(
      /permit {2}platform-people\n +A person of group platform[\s\S]*\d+ rules in force, \d+ examples; no problems\.$/,
    );
  });

  test('finds faults of the examples, too', () => {
    writeFileSync(
      join(root, 'access/examples/broken.cedar'),
      '@id("twice")\npermit (principal, action, resource);\n@id("twice")\npermit (principal, action, resource);',
    );
    expect(() => checkedRules(sourceOfStage(root, 'prod'))).toThrow(
      /access\/examples\/broken\.cedar:\d+: @id\("twice"\) is already given at/,
    );
    rmSync(join(root, 'access/examples/broken.cedar'));
  });

  test('takes a copy of an example as it is', () => {
    cpSync(join(root, 'access/examples/approvers.cedar'), join(root, 'access/mine.cedar'));
    expect(checkedRules(sourceOfStage(root, 'prod'))).toMatch(/permit {2}shop-approvers\n/);
  });
});
