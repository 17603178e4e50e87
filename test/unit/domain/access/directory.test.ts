import { describe, expect, test } from '@jest/globals';
import {
  entriesOf,
  findPerson,
  findSlackPerson,
  linkedTo,
  type Person,
  principalOf,
} from '../../../../domain/access/directory.ts';
import { parseConfiguration } from '../../../../domain/configuration/configuration.ts';
import { identifiersOf } from '../../../../domain/shared/principal.ts';
import { configurationContent, configurationOf } from '../../../support/domain/samples.ts';

const ACCOUNT = '{8a1d3f52-6c0e-4b7a-9f25-0d4c7e61a001}';
const adaEntry = {
  id: 'ada@acme.example',
  email: 'ada@acme.example',
  slack: 'T01ACME/U01ADA',
  bitbucket: ACCOUNT.toUpperCase(),
  groups: ['platform'],
};
const withPeople = (...people: unknown[]) => ({ ...configurationContent(), people });
const errorsOf = (...people: unknown[]): string[] => {
  const parsed = parseConfiguration(withPeople(...people));
  return parsed.ok ? [] : parsed.problem;
};

describe('the entries of one human', () => {
  const [bare, byEmail, bySlack] = configurationOf(
    withPeople(
      { id: '00u1' },
      { id: 'ada@acme.example', email: 'Ada.L@acme.example' },
      { id: 'someone', slack: 'T01ACME/U01ADA', bitbucket: ACCOUNT },
    ),
  ).people as [Person, Person, Person];
  const people = [bare, byEmail, bySlack];

  test('are that of the id, then those that name the email', () => {
    const found = (id: string, email?: string) => entriesOf({ people }, { id, email });
    expect(found('00u1')).toEqual([bare]);
    expect(found('00u1', 'ada.l@acme.example')).toEqual([bare, byEmail]);
    expect(found('ada@acme.example', 'ada@acme.example')).toEqual([byEmail]);
    expect(found('nobody')).toEqual([]);
  });

  test('are not found by an email that is no email: an id is one only where it has the form', () => {
    const long = `${'a'.repeat(65)}@acme.example`;
    const odd = 'ada@acme.example/x';
    const listed = [...people, ...[long, odd].map((id): Person => ({ id, groups: [] }))];
    for (const email of ['00u1', 'someone', long, odd])
      expect(entriesOf({ people: listed }, { id: 'z', email })).toEqual([]);
  });

  test('link every email, and the first Slack user and Bitbucket account', () => {
    expect(linkedTo(people)).toEqual({
      emails: ['ada.l@acme.example', 'ada@acme.example'],
      slack: ['T01ACME', 'U01ADA'],
      bitbucket: ACCOUNT,
    });
    expect(linkedTo([bare])).toEqual({ emails: [], slack: undefined, bitbucket: undefined });
  });

  test('make a principal with what is verified of them, where anything is', () => {
    expect(principalOf(bare)).toStrictEqual({ kind: 'person', id: '00u1' });
    expect(principalOf(bySlack).identifiers).toEqual(
      identifiersOf({ slack: ['T01ACME', 'U01ADA'], bitbucket: ACCOUNT }),
    );
  });
});

describe('the directory', () => {
  const configuration = configurationOf(withPeople(adaEntry, { id: 'grace@acme.example' }));

  test('finds a person by principal id and by Slack user, and nobody else', () => {
    expect(findPerson(configuration, 'ada@acme.example')).toEqual({ ...adaEntry, bitbucket: ACCOUNT });
    expect(findPerson(configuration, 'Ada@acme.example')).toBeUndefined();
    expect(findSlackPerson(configuration, 'T01ACME', 'U01ADA')?.id).toBe('ada@acme.example');
    expect(findSlackPerson(configuration, 'T02OTHER', 'U01ADA')).toBeUndefined();
    expect(findSlackPerson(configuration, 'T01ACME', 'U01GRACE')).toBeUndefined();
  });

  test('takes a Bitbucket account by its Atlassian account id', () => {
    const account = '557058:8f7b9c2e-1111-4222-8333-444455556666';
    const [person] = configurationOf(withPeople({ id: 'a', bitbucket: account })).people;
    expect(person?.bitbucket).toBe(account);
  });

  test('gives a person without groups none', () => {
    expect(findPerson(configuration, 'grace@acme.example')).toEqual({ id: 'grace@acme.example', groups: [] });
  });

  test('may be left out, and repository admins are off unless switched on', () => {
    expect(configurationOf()).toMatchObject({ people: [], access: { repositoryAdmins: false } });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no id', { id: '' }, '/people/0/id'],
    ['an email that is none', { id: 'a', email: 'ada' }, '/people/0/email'],
    ['a Slack user without a team', { id: 'a', slack: 'U01ADA' }, '/people/0/slack'],
    ['a Bitbucket UUID that is cut off', { id: 'a', bitbucket: '{8a1d}' }, '/people/0/bitbucket'],
    ['a Bitbucket account with a slash', { id: 'a', bitbucket: 'a/b' }, '/people/0/bitbucket'],
    ['a Slack user with something before it', { id: 'a', slack: 'x T01ACME/U01ADA' }, '/people/0/slack'],
    ['a Slack user with something behind it', { id: 'a', slack: 'T01ACME/U01ADA x' }, '/people/0/slack'],
    ['an unknown field', { id: 'a', github: 'ada' }, '/people/0/github'],
    ['an empty group', { id: 'a', groups: [''] }, '/people/0/groups/0'],
  ])('refuses %s', (_, entry, pointer) => {
    expect(errorsOf(entry)).toEqual([expect.stringContaining(`${pointer}: `)]);
  });

  test('refuses whatever could make one person another, all at once', () => {
    const twin = { ...adaEntry, email: 'ADA@acme.example', bitbucket: ACCOUNT };
    expect(errorsOf(adaEntry, twin)).toEqual([
      '/people/1/id: ada@acme.example is given more than once',
      '/people/1/email: ada@acme.example is given more than once',
      '/people/1/slack: T01ACME/U01ADA is given more than once',
      `/people/1/bitbucket: ${ACCOUNT} is given more than once`,
    ]);
  });

  test.each([
    [
      'an email that is the id of another',
      { id: 'a', email: 'GRACE@acme.example' },
      { id: 'grace@acme.example' },
    ],
    [
      'an id that is the email of another',
      { id: 'grace@acme.example' },
      { id: 'a', email: 'grace@acme.example' },
    ],
  ])('refuses two entries of one human: %s', (_, one, other) => {
    expect(errorsOf(one, other)).toEqual([
      expect.stringMatching(/email: grace@acme\.example is the id of \/people\/[01]/),
    ]);
  });

  test.each(['a b', 'a\u200Bb', 'a\u3164', 'e\u0301va', '\u212Aate', 'a\u0000'])(
    'refuses the id %j',
    (id) => {
      expect(errorsOf({ id })).toEqual([expect.stringContaining('/people/0/id: must be')]);
    },
  );
});
