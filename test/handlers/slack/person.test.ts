import { describe, expect, test } from '@jest/globals';
import type { SlackProfile } from '../../../domain/access/slack-identity.ts';
import { callerOf } from '../../../handlers/slack/person.ts';
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
