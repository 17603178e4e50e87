import { describe, expect, test } from '@jest/globals';
import type { SlackProfile } from '../../../domain/access/slack-identity.ts';
import { identifiersOf } from '../../../domain/shared/principal.ts';
import { callerOf, personOf } from '../../../handlers/slack/person.ts';
import { configurationContent, configurationOf } from '../../support/domain/samples.ts';

const sound: SlackProfile = {
  teamId: 'T0ACME',
  email: 'Lin@acme.example',
  isDeleted: false,
  isBot: false,
  isGuest: false,
  isStranger: false,
  isEmailConfirmed: true,
};
const configuration = (emailLookup: boolean) =>
  configurationOf({
    ...configurationContent(),
    people: [
      { id: 'ada-id', email: 'ada@acme.example', slack: 'T0ACME/U0ADA', groups: ['platform'] },
      { id: 'lin-id', email: 'lin@acme.example', groups: ['platform'] },
      { id: 'kim-id', email: 'kim@acme.example', slack: 'T0ACME/U0KIM' },
    ],
    slack: { team: 'T0ACME', approversChannel: 'C0APPROVALS', emailLookup },
  });

async function whoIs(
  user: { team?: string; user: string },
  { profile, emailLookup = true }: { profile?: SlackProfile | Error; emailLookup?: boolean } = {},
) {
  let asked = 0;
  const ports = {
    configuration: configuration(emailLookup),
    userGroups: { has: async () => true },
    logger: { warn() {} },
    web: {
      profile: async () => {
        asked += 1;
        if (profile instanceof Error) throw profile;
        return profile;
      },
    },
  };
  const caller = await callerOf(ports, { team: 'T0ACME', ...user });
  return { id: caller?.principal.id, groups: caller?.groups, asked };
}

describe('a Slack user', () => {
  test('whom an entry names is that person, and Slack is not asked', async () => {
    expect(await whoIs({ user: 'U0ADA' })).toEqual({ id: 'ada-id', groups: ['platform'], asked: 0 });
  });

  test('of another workspace is nobody, even with a known id', async () => {
    expect(await whoIs({ team: 'T0EVIL', user: 'U0ADA' }, { profile: sound })).toMatchObject({
      id: undefined,
      asked: 0,
    });
  });

  test('is found by the email that Slack has verified, only where that is switched on', async () => {
    expect(await whoIs({ user: 'U0LIN' }, { profile: sound })).toEqual({
      id: 'lin-id',
      groups: ['platform'],
      asked: 1,
    });
    expect(await whoIs({ user: 'U0LIN' }, { profile: sound, emailLookup: false })).toMatchObject({
      id: undefined,
      asked: 0,
    });
  });

  test.each<[string, Partial<SlackProfile>]>([
    ['a bot', { isBot: true }],
    ['a guest', { isGuest: true }],
    ['a stranger', { isStranger: true }],
    ['deleted', { isDeleted: true }],
    ['of an unconfirmed email', { isEmailConfirmed: false }],
    ['of another workspace', { teamId: 'T0OTHER' }],
    ['without an email', { email: undefined }],
    ['of an email in no entry', { email: 'eve@acme.example' }],
    ['of an email whose entry names another Slack user', { email: 'kim@acme.example' }],
  ])('who is %s is nobody', async (_, over) => {
    expect((await whoIs({ user: 'U0LIN' }, { profile: { ...sound, ...over } })).id).toBe(undefined);
  });

  test('who cannot be looked up is not taken for nobody: the failure is told', async () => {
    await expect(whoIs({ user: 'U0LIN' }, { profile: new Error('Slack is down') })).rejects.toThrow(
      'Slack is down',
    );
  });
});

describe('people without a list', () => {
  const unlistedOf = { ...sound, email: 'Zoe@acme.example' };
  const settings = configurationOf({
    ...configurationContent(),
    people: [
      { id: 'ada-id', email: 'ada@acme.example', slack: 'T0ACME/U0ADA', groups: ['platform'] },
      { id: 'lin@acme.example', groups: ['approvers'] },
    ],
    emailDomains: [{ domain: 'acme.example', groups: ['staff'] }],
    slack: {
      team: 'T0ACME',
      approversChannel: 'C0APPROVALS',
      emailLookup: true,
      userGroups: [
        { id: 'S0SHOP', groups: ['shop-developers', 'staff'] },
        { id: 'S0WEB', groups: ['web-developers'] },
      ],
    },
  });
  const warned: unknown[] = [];
  const portsOf = (profile: SlackProfile, has: (id: string, user: string) => Promise<boolean>) => ({
    configuration: settings,
    web: { profile: async () => profile },
    userGroups: { has },
    logger: { warn: (...line: unknown[]) => warned.push(line) as never },
  });
  const inShop = async (id: string) => id === 'S0SHOP';
  const failing = () => Promise.reject(new Error('ratelimited'));

  test('a person of a configured domain is that email, with the groups of domain and user groups, and is unlisted', async () => {
    expect(await callerOf(portsOf(unlistedOf, inShop), { team: 'T0ACME', user: 'U0ZOE' })).toEqual({
      principal: {
        kind: 'person',
        id: 'zoe@acme.example',
        identifiers: identifiersOf({ emails: ['zoe@acme.example'], slack: ['T0ACME', 'U0ZOE'] }),
      },
      groups: ['staff', 'shop-developers'],
      unlisted: true,
    });
  });

  test('a person with an entry has its groups besides, and is not unlisted', async () => {
    const ada = await callerOf(portsOf(sound, inShop), { team: 'T0ACME', user: 'U0ADA' });
    expect(ada?.groups).toEqual(['platform', 'staff', 'shop-developers']);
    expect(ada).not.toHaveProperty('unlisted');
    const lin = await callerOf(portsOf(sound, inShop), { team: 'T0ACME', user: 'U0LIN' });
    expect(lin).toMatchObject({
      principal: { id: 'lin@acme.example' },
      groups: ['approvers', 'staff', 'shop-developers'],
    });
    expect(lin).not.toHaveProperty('unlisted');
  });

  test.each<[string, Partial<SlackProfile>]>([
    ['of another domain', { email: 'zoe@evil.example' }],
    ['of a domain below', { email: 'zoe@sub.acme.example' }],
    ['of a domain that only ends so', { email: 'zoe@evilacme.example' }],
    ['with a dot at the end', { email: 'zoe@acme.example.' }],
    ['with letters that look alike', { email: 'zo\u0435@acme.example' }],
    ['of an entry of another Slack user', { email: 'ada@acme.example' }],
    ['unconfirmed', { isEmailConfirmed: false }],
    ['of a guest', { isGuest: true }],
    ['of a bot', { isBot: true }],
    ['of a deleted user', { isDeleted: true }],
    ['of a stranger', { isStranger: true }],
    ['of another workspace', { teamId: 'T0OTHER' }],
  ])('an email %s makes nobody, whatever user groups they are in', async (_, over) => {
    const everywhere = portsOf({ ...unlistedOf, ...over }, async () => true);
    expect(await callerOf(everywhere, { team: 'T0ACME', user: 'U0ZOE' })).toBe(undefined);
  });

  test('whose user groups cannot be looked up: the unlisted are told, and an approver goes on without', async () => {
    const unlisted = callerOf(portsOf(unlistedOf, failing), { team: 'T0ACME', user: 'U0ZOE' });
    await expect(unlisted).rejects.toThrow('ratelimited');
    warned.length = 0;
    const ada = await callerOf(portsOf(sound, failing), { team: 'T0ACME', user: 'U0ADA' });
    expect(ada?.groups).toEqual(['platform', 'staff']);
    expect(warned).toHaveLength(1);
  });

  test('are identified without a look-up of user groups where only that is asked', async () => {
    expect(await personOf(portsOf(unlistedOf, failing), { team: 'T0ACME', user: 'U0ZOE' })).toMatchObject({
      principal: { id: 'zoe@acme.example' },
      unlisted: true,
    });
  });
});
