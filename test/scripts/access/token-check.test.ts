import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { issuerOf } from '../../../domain/bitbucket/oidc.ts';
import { checkToken } from '../../../scripts/access/token-check.ts';
import {
  ACME,
  acmeUuid,
  type Claims,
  NOW,
  PERSONS,
  personClaims,
  SERVICES,
  sign,
  stepClaims,
} from '../../support/adapters/issuers.ts';
import { startTokenWorld, type TokenWorld } from '../../support/adapters/token-world.ts';
import { asEpoch } from '../../support/identifiers.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'token-check-'));
let world: TokenWorld;

beforeAll(async () => {
  world = await startTokenWorld();
  mkdirSync(join(folder, 'access'));
  for (const part of ['access', 'templates'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  const entry = { audience: 'rolewright', keys: `${PERSONS}/keys.json`, algorithms: ['RS256'] };
  const configuration = {
    workspaces: [{ slug: 'acme', uuid: acmeUuid }],
    accounts: [{ alias: 'default', id: '111122223333', region: 'eu-central-1', boundaryPolicy: 'boundary' }],
    issuers: [
      {
        ...entry,
        issuer: PERSONS,
        kind: 'person',
        idClaim: 'email',
        groupsClaim: 'groups',
        match: { use: 'login' },
      },
      { ...entry, issuer: PERSONS, kind: 'service', match: { use: 'job' } },
      { ...entry, issuer: SERVICES, kind: 'service' },
    ],
    ownership: [],
  };
  writeFileSync(join(folder, 'config.yaml'), stringify(configuration));
});

beforeEach(() => world.reset());

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.server.close();
});

async function check(input: string) {
  const at = (issuer: string) => `${world.server.url}/${encodeURIComponent(issuer)}`;
  const checked = await checkToken({
    input,
    source: { root: folder, configuration: 'config.yaml', access: 'access', stage: 'prod' },
    locations: { bitbucket: (slug) => at(issuerOf(slug)), company: ({ issuer }) => at(issuer) },
    clock: { now: () => asEpoch(NOW * 1000), sleep: async () => {} },
  });
  for (const part of input.split('.').filter((one) => one.length > 8))
    expect(checked.text).not.toContain(part);
  return checked;
}

const signed = (over: Claims) => sign({ ...personClaims, use: 'login', ...over }, world.person);

describe('a token is checked as a deployment would, and', () => {
  test('one that is accepted shows its entry, its caller, their groups and what they may do', async () => {
    for (const before of ['', 'Bearer ', '\n  ']) {
      expect(await check(`${before}${await signed({ groups: ['approvers', 'staff'] })}\n`)).toEqual({
        outcome: 'accepted',
        text: [
          'fits      /issuers/0  (person)',
          'fits not  /issuers/1  (service)',
          '    use is "login", not "job" (match)',
          '',
          'accepted',
          '',
          'person ada@acme.example',
          'groups  approvers, staff',
          'may     approve, read, freeze, hold, on what the access rules name',
        ].join('\n'),
      });
    }
  });

  test('a caller whom no rule names may do nothing', async () => {
    const { outcome, text } = await check(await signed({ use: 'job' }));
    expect(outcome).toBe('accepted');
    expect(text).toMatch(/service person-1\ngroups {2}none\nmay {5}nothing/);
  });

  test('a pipeline’s shows its workspace', async () => {
    const { outcome, text } = await check(await sign(stepClaims, world.acme));
    expect(outcome).toBe('accepted');
    expect(text).toMatch(
      /^a pipeline’s token of workspace acme\n\naccepted\n\npipeline \{.*\ngroups {2}none\nmay {5}request, read,/,
    );
    expect(stepClaims.iss).toBe(ACME);
  });

  test.each<[string, Claims, RegExp]>([
    [
      'of another issuer',
      { iss: `${PERSONS}/` },
      /iss is {4}https:\/\/login\.acme\.example\/\nknown is {2}https:\/\/login\.acme\.example\n/,
    ],
    ['without an issuer', { iss: undefined }, /iss is {4}absent/],
    [
      'for others',
      { aud: 'payroll' },
      /aud is "payroll", and holds no "rolewright"\n.*\n.*\n.*use is "login"/,
    ],
    ['that lacks the claim of match', { use: undefined }, /use is absent, not "login" \(match\)/],
    ['without groups', { groups: undefined }, /refused {2}The token has no groups/],
    ['that has expired', { exp: NOW - 60 }, /fits {6}\/issuers\/0.*refused {2}The token has expired/s],
    ['whose claims turn the text around', { use: '\u202e' }, /use is "\\u\{202e\}"/],
  ])('one %s is refused with the reason', async (_, over, text) => {
    const checked = await check(await signed(over));
    expect(checked).toEqual({ outcome: 'refused', text: expect.stringMatching(text) });
    expect(checked.text).not.toMatch(/^may /m);
  });

  test('one with another’s signature is refused, whatever it fits', async () => {
    const forged = await sign({ ...personClaims, use: 'login' }, { ...world.acme, kid: world.person.kid });
    expect((await check(forged)).outcome).toBe('refused');
  });

  test.each(['nonsense', 'a.b.c', 'ya29.a0AfH6SMBx', '{"iss":"x"}'])(
    'text that is no token is refused: %s',
    async (input) => {
      expect(await check(input)).toMatchObject({
        outcome: 'refused',
        text: expect.stringMatching(/no signed JWT/),
      });
    },
  );

  test('where the keys cannot be fetched, the caller is shown and said to be unproven', async () => {
    world.server.fault = { status: 500, body: '' };
    const { outcome, text } = await check(await signed({}));
    expect(outcome).toBe('unverified');
    expect(text).toMatch(/signature was not checked/);
    expect(text).toMatch(/person ada@acme\.example\ngroups {2}platform/);
  });
});
