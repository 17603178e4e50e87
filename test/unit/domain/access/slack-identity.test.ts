import { describe, expect, test } from '@jest/globals';
import {
  cameBy,
  isUnlisted,
  personOfProfile,
  type SlackProfile,
  slackUserOf,
} from '../../../../domain/access/slack-identity.ts';
import { identifiersOf } from '../../../../domain/shared/principal.ts';

const TEAM = 'T01ACME';
const person = (id: string, more: object = {}) => ({ id, groups: [], ...more });
const settings = {
  people: [
    person('ada@acme.example'),
    person('grace', { email: 'Grace@acme.example', slack: `${TEAM}/U01GRACE` }),
    person('twin', { email: 'twin@acme.example' }),
    person('twin@acme.example'),
  ],
  emailDomains: [{ domain: 'acme.example', groups: ['staff'] }],
};
const profile = (over: Partial<SlackProfile> = {}): SlackProfile => ({
  teamId: TEAM,
  email: 'ada@acme.example',
  isEmailConfirmed: true,
  isBot: false,
  isGuest: false,
  isStranger: false,
  isDeleted: false,
  ...over,
});
const found = (over: Partial<SlackProfile> = {}) =>
  personOfProfile(settings, { team: TEAM, user: 'U01ADA' }, profile(over));

describe('behind the email that Slack has verified', () => {
  test('is the person of the entry with that email', () => {
    expect(found({ email: 'Ada@ACME.example' })).toEqual({ entry: settings.people[0] });
  });

  test('is a person of a configured domain without an entry', () => {
    expect(found({ email: 'Zoe@acme.example' })).toEqual({ unlisted: 'zoe@acme.example' });
  });

  test.each<[string, Partial<SlackProfile>]>([
    ['of a bot', { isBot: true }],
    ['of a guest', { isGuest: true }],
    ['of a stranger', { isStranger: true }],
    ['of a deleted user', { isDeleted: true }],
    ['that is not confirmed', { isEmailConfirmed: false }],
    ['of a user of another workspace', { teamId: 'T02OTHER' }],
    ['that there is not', { email: undefined }],
    ['that is none', { email: 'zoe z@acme.example' }],
    ['of a domain that is not configured', { email: 'zoe@other.example' }],
    ['of an entry that names another Slack user', { email: 'grace@acme.example' }],
    ['of two entries', { email: 'twin@acme.example' }],
  ])('is nobody: one %s', (_, over) => {
    expect(found(over)).toBeUndefined();
  });
});

test('the Slack user of a principal is the one that the entry names in this workspace', () => {
  expect(slackUserOf(settings, TEAM, 'grace')).toBe('U01GRACE');
  expect(slackUserOf(settings, 'T02OTHER', 'grace')).toBeUndefined();
  expect(slackUserOf(settings, TEAM, 'ada@acme.example')).toBeUndefined();
  expect(slackUserOf(settings, TEAM, 'nobody')).toBeUndefined();
});

describe('a person is unlisted', () => {
  const bySlack = identifiersOf({ slack: [TEAM, 'U01ZOE'] });
  const byEmail = identifiersOf({ emails: ['zoe@acme.example'] });

  test.each<[string, string, string[] | undefined, boolean]>([
    ['of a domain who came by Slack', 'zoe@acme.example', [...byEmail, ...bySlack], true],
    ['who did not come by Slack', 'zoe@acme.example', byEmail, false],
    ['of whom nothing is verified', 'zoe@acme.example', undefined, false],
    ['of another domain', 'zoe@other.example', bySlack, false],
    ['who has an entry', 'ada@acme.example', bySlack, false],
    ['whose email an entry names', 'grace@acme.example', bySlack, false],
    ['whose id is no email', 'x y@acme.example', bySlack, false],
  ])('%s: %s', (_, id, identifiers, expected) => {
    const principal = { kind: 'person' as const, id, ...(identifiers ? { identifiers } : {}) };
    expect(isUnlisted(settings, principal)).toBe(expected);
  });

  test('and came by the Slack user that is among the identifiers, of that workspace', () => {
    const zoe = { kind: 'person' as const, id: 'zoe', identifiers: [...byEmail, ...bySlack] };
    expect(cameBy(zoe, { team: TEAM, user: 'U01ZOE' })).toBe(true);
    expect(cameBy(zoe, { team: TEAM, user: 'U01ADA' })).toBe(false);
    expect(cameBy(zoe, { team: 'T02OTHER', user: 'U01ZOE' })).toBe(false);
    expect(cameBy({ kind: 'person', id: 'zoe' }, { team: TEAM, user: 'U01ZOE' })).toBe(false);
  });
});
