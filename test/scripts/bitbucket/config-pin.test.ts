import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type BitbucketSandbox, startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';
import { bitbucketFrom } from '../../../scripts/bitbucket/client.ts';
import { pinConfiguration, pinRules } from '../../../scripts/bitbucket/config-pin.ts';

const TEXT = `# Kept as it is.
ownership:
  - project: { workspace: acme, key: SHOP }
    owns: { any: ["shop-*"] } # a comment
  - repository: { workspace: acme, slug: web }
    owns: { any: ["web-*"] }
  - project: { workspace: acme, key: WEB, uuid: "{00000000-0000-4000-8000-000000000000}" }
    owns: { any: ["api-*"] }
onRepositoryCreated:
  - project: { workspace: globex, key: OTHER }
    slug: "*"
    grant: { template: ecr-push }
slack:
  channels:
    - { project: { workspace: acme, key: WEB }, channel: C01WEB }
`;

describe('pinning ownership rules', () => {
  const dir = mkdtempSync(join(tmpdir(), 'rolewright-pin-'));
  let bitbucket: BitbucketSandbox;
  beforeAll(async () => {
    bitbucket = await startBitbucketSandbox({ port: 0, dir });
  });
  afterAll(async () => {
    await bitbucket.close();
    rmSync(dir, { recursive: true });
  });
  const settings = (more: NodeJS.ProcessEnv = {}) =>
    bitbucketFrom({ SANDBOX_BITBUCKET_URL: bitbucket.url, ...more });
  const pin = async (text: string, more: NodeJS.ProcessEnv = {}) =>
    pinConfiguration(text, await settings(more));

  it('fills in the UUID that Bitbucket has for a key or a slug, and leaves pinned rules and comments alone', async () => {
    const { text, pinned } = await pin(TEXT);
    expect(pinned).toEqual([
      'project acme/SHOP is {6f578c1d-54b2-42bc-bfcb-8384e0619a40}',
      'repository acme/web is {3b2f8666-11df-42ad-adc4-55d5d305ae3a}',
      'project globex/OTHER is {b5221305-d747-47c2-8531-4533c5ef0422}',
      'project acme/WEB is {18b60cd9-173a-4a44-a4ec-6c251e367573}',
    ]);
    expect(text.replaceAll(/, uuid: "\{(?!0)[^"]*"/g, '')).toBe(TEXT);
    const { ownership } = parse(text) as { ownership: Record<string, { uuid: string }>[] };
    expect(ownership.map((rule) => (rule.project ?? rule.repository)?.uuid)).toEqual([
      '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}',
      '{3b2f8666-11df-42ad-adc4-55d5d305ae3a}',
      '{00000000-0000-4000-8000-000000000000}',
    ]);
  });

  it('pins a rule that is written on several lines', async () => {
    const block =
      'ownership:\n  - project:\n      workspace: acme # ours\n      key: SHOP\n    owns: { any: [a] }\n';
    const { text } = await pin(block);
    expect(text).toContain(
      '      uuid: "{6f578c1d-54b2-42bc-bfcb-8384e0619a40}"\n      workspace: acme # ours\n',
    );
    expect(parse(text)).toEqual({
      ownership: [
        {
          project: { workspace: 'acme', key: 'SHOP', uuid: '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}' },
          owns: { any: ['a'] },
        },
      ],
    });
  });

  it('pins the entries of projects, and leaves what they list alone', async () => {
    const projects =
      'projects:\n  - workspace: acme\n    key: SHOP\n    accounts: [default, staging] # both\n  - { workspace: acme, key: WEB }\n';
    const { text, pinned } = await pin(projects);
    expect(pinned).toHaveLength(2);
    expect(text).toContain('accounts: [default, staging] # both');
    expect(parse(text)).toEqual({
      projects: [
        {
          workspace: 'acme',
          key: 'SHOP',
          uuid: '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}',
          accounts: ['default', 'staging'],
        },
        { workspace: 'acme', key: 'WEB', uuid: '{18b60cd9-173a-4a44-a4ec-6c251e367573}' },
      ],
    });
  });

  it('pins workspaces that are named by slug only', async () => {
    const { text, pinned } = await pin('workspaces:\n  - slug: acme # ours\n  - { slug: globex }\n');
    expect(pinned[0]).toBe('workspace acme is {922e118c-f34f-4226-a897-0e0afbec553d}');
    expect(text).toContain('slug: acme # ours');
    expect(parse(text)).toEqual({
      workspaces: [
        { slug: 'acme', uuid: '{922e118c-f34f-4226-a897-0e0afbec553d}' },
        { slug: 'globex', uuid: expect.stringMatching(/^\{[0-9a-f-]{36}\}$/) },
      ],
    });
    expect(await pin(text)).toEqual({ text, pinned: [] });
    await expect(pin('workspaces: [{ slug: nobodys }]')).rejects.toThrow(
      'There is none in BITBUCKET_CREDENTIALS, entry nobodys',
    );
    const { BITBUCKET_CREDENTIALS: stored } = (await (
      await fetch(`${bitbucket.url}/sandbox/credentials`)
    ).json()) as Record<string, string>;
    const { acme } = JSON.parse(String(stored));
    const foreign = { BITBUCKET_CREDENTIALS: JSON.stringify({ globex: acme }) };
    await expect(pin('workspaces: [{ slug: globex }]', foreign)).rejects.toThrow(
      /^Bitbucket answered 40[34] for workspace globex\.$/,
    );
  });

  it('pins the environments that an entry of projects names, and notes the names', async () => {
    const shop = '{ workspace: acme, key: SHOP, uuid: "{6f578c1d-54b2-42bc-bfcb-8384e0619a40}"';
    const projects = `projects:
  - ${shop}, environments: { production: [shop/Production, "shop/Staging"], eu: ["{00000000-0000-4000-8000-000000000000}"] } } # both
  - workspace: acme
    key: WEB
    environments:
      staging:
        - shop/Staging`;
    const { text, pinned } = await pin(projects);
    expect(pinned).toEqual([
      'environment acme/shop/Production is {bd715740-c970-486b-b68a-b421ec2a1f8b}',
      'environment acme/shop/Staging is {744ccb6d-fff0-45c1-8855-3f91b372a57a}',
      'project acme/WEB is {18b60cd9-173a-4a44-a4ec-6c251e367573}',
      'environment acme/shop/Staging is {744ccb6d-fff0-45c1-8855-3f91b372a57a}',
    ]);
    expect(text).toContain('# both # shop/Production # shop/Staging\n');
    expect(text).toMatch(/- "\{744ccb6d[^"]*" # shop\/Staging$/);
    expect(parse(text)).toMatchObject({
      projects: [
        {
          environments: {
            production: ['{bd715740-c970-486b-b68a-b421ec2a1f8b}', '{744ccb6d-fff0-45c1-8855-3f91b372a57a}'],
            eu: ['{00000000-0000-4000-8000-000000000000}'],
          },
        },
        { key: 'WEB', environments: { staging: ['{744ccb6d-fff0-45c1-8855-3f91b372a57a}'] } },
      ],
    });
    expect(await pin(text)).toEqual({ text, pinned: [] });
    await expect(pin(projects.replace('/Production', '/Live'))).rejects.toThrow(
      'Bitbucket shows no environment shop/Live in workspace acme.',
    );
    await expect(pin(projects.replace('shop/Production', 'gone/Production'))).rejects.toThrow(
      'Bitbucket answered 404 for the environments of acme/gone. They need a credential with scope pipeline.',
    );
  });

  it('needs no token where nothing is left to pin', async () => {
    const { text } = await pin(TEXT);
    const none = { BITBUCKET_CREDENTIALS: '{}' };
    expect(await pin(text, none)).toEqual({ text, pinned: [] });
    await expect(pin(TEXT, none)).rejects.toThrow('There is none in BITBUCKET_CREDENTIALS, entry acme');
  });

  it('changes nothing when nothing is left to pin', async () => {
    const once = await pin(TEXT);
    expect((await pin(once.text)).pinned).toEqual([]);
  });

  it('fails for a project that Bitbucket does not show, and for a refused credential', async () => {
    await expect(pin(TEXT.replace('SHOP', 'NOPE'))).rejects.toThrow('no project NOPE in workspace acme');
    await expect(pin(TEXT, { BITBUCKET_CREDENTIALS: '{"acme":"wrong"}' })).rejects.toThrow(
      'Bitbucket answered 401',
    );
  });

  it('fills the UUIDs into access rules, keeps comments, and notes the names', async () => {
    const rules = `// In Project::"acme/SHOP".
permit (principal, action, resource in Project::"acme/SHOP"); // a comment
forbid (principal, action, resource) when { resource in Repository::"acme/web" };
permit (principal, action, resource in [Workspace::"acme", Environment::"acme/shop/Production"]);
permit (principal == Service::"https://a.example/acme/shop", action, resource);
`;
    const { text, pinned } = await pinRules(rules, await settings());
    expect(text).toBe(`// In Project::"acme/SHOP".
permit (principal, action, resource in Project::"{6f578c1d-54b2-42bc-bfcb-8384e0619a40}"); // acme/SHOP // a comment
forbid (principal, action, resource) when { resource in Repository::"{3b2f8666-11df-42ad-adc4-55d5d305ae3a}" }; // acme/web
permit (principal, action, resource in [Workspace::"{922e118c-f34f-4226-a897-0e0afbec553d}", Environment::"{bd715740-c970-486b-b68a-b421ec2a1f8b}"]); // acme, acme/shop/Production
permit (principal == Service::"https://a.example/acme/shop", action, resource);
`);
    expect(pinned).toHaveLength(4);
    expect(await pinRules(text, await settings())).toEqual({ text, pinned: [] });
    await expect(
      pinRules('permit (principal, action, resource in Project::"acme/NONE");', await settings()),
    ).rejects.toThrow('Bitbucket shows no project NONE in workspace acme.');
  });
});
