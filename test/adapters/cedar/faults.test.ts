import { describe, expect, test } from '@jest/globals';
import { errorsOf, examples, filesOf, shipped } from '../../support/adapters/access-rules.ts';

const permit = (id: string, scope = 'principal, action, resource', more = '') =>
  `@id("${id}")\npermit (${scope})${more};\n`;
const SHOP = '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}';

test('the rules in force and the examples are sound, and stay so side by side', () => {
  expect(errorsOf(shipped)).toEqual([]);
  expect(errorsOf(examples)).toEqual([]);
  expect(errorsOf({ ...shipped, rules: [...shipped.rules, ...examples.rules] })).toEqual([]);
});

describe('a start is refused for', () => {
  test.each<[string, string, string, RegExp]>([
    ['a syntax error', permit('a').replace(';', ''), ':2', /unexpected end of input/],
    ['a misspelt keyword', '@id("a")\npermitt (principal, action, resource);', ':2', /permitt/],
    [
      'an unknown entity type',
      permit('a', 'principal is Persn, action, resource'),
      ':2',
      /unrecognized.*`Persn`/,
    ],
    [
      'an unknown action',
      permit('a', 'principal, action == Action::"reqest", resource'),
      ':2',
      /unrecognized.*reqest/,
    ],
    [
      'an unknown attribute',
      permit('a', 'principal, action == Action::"read", resource', '\nwhen { resource.public }'),
      ':3',
      /attribute `public`.*not found/,
    ],
    [
      'a context attribute that the action does not have',
      permit('a', 'principal, action == Action::"approve", resource', '\nwhen { context.repositoryAdmin }'),
      ':3',
      /`repositoryAdmin` in context for Action::"approve" not found/,
    ],
    [
      'a kind of principal that there is none of',
      permit(
        'a',
        'principal, action == Action::"approve", resource',
        '\nwhen { context.requesterKinds.contains(Kind::"pipelin") }',
      ),
      ':3',
      /Kind::"pipelin".*not declared/,
    ],
    [
      'a comparison of two types',
      permit('a', 'principal is Person, action, resource', '\nwhen { principal == 7 }'),
      ':3',
      /types/,
    ],
    ['a condition that is always false', permit('a', undefined, '\nwhen { 1 == 2 }'), ':1', /impossible/],
    [
      'a pipeline that would approve',
      permit('a', 'principal is Pipeline, action == Action::"approve", resource'),
      ':1',
      /impossible/,
    ],
    [
      'a log of one deployment environment, which no event names',
      permit('a', `principal, action == Action::"audit", resource in Environment::"${SHOP}"`),
      ':1',
      /impossible/,
    ],
    [
      'a project by its key',
      permit('a', 'principal, action, resource in Project::"SHOP"'),
      ':1',
      /Project::"SHOP" can never apply: a Project is named by its UUID/,
    ],
    [
      'a UUID in upper case',
      permit('a', undefined, `\nwhen { resource in Repository::"${SHOP.toUpperCase()}" }`),
      ':1',
      /can never apply: a Repository/,
    ],
    [
      'an account by its alias',
      permit('a', 'principal, action, resource in Account::"default"'),
      ':1',
      /12 digits/,
    ],
    [
      'a template with spaces',
      permit('a', 'principal, action, resource in Template::"S3 site"'),
      ':1',
      /templates/,
    ],
    ['no @id', 'permit (principal, action, resource);', ':1', /has no @id/],
    ['an empty @id', permit(''), ':1', /has no @id/],
    ['an @id in upper case', permit('Platform'), ':1', /must be lower-case/],
    ['an @id of a rule that is built in', permit('default-deny'), ':1', /built-in rule/],
    ['two @ids on one rule', `@id("b")\n${permit('a')}`, ':2', /duplicate annotation/],
    ['a slot', permit('a', 'principal == ?principal, action, resource'), ':1', /slot/],
    [
      'letters of two scripts in one name',
      permit('a', 'principal == Person::"\u0430da", action, resource'),
      ':1',
      /mixed scripts/,
    ],
  ])('%s', (_, text, line, saying) => {
    const faults = errorsOf(filesOf(text));
    expect(faults).toEqual([expect.stringMatching(saying)]);
    expect(faults[0]).toMatch(new RegExp(`^access/rules\\.cedar${line}: `));
  });

  test('the same @id twice, in whichever files', () => {
    const [first] = filesOf(permit('a')).rules;
    const rules = [...filesOf(permit('b')).rules, { path: 'access/team.cedar', text: `\n${permit('b')}` }];
    expect(first).toBeDefined();
    expect(errorsOf({ ...shipped, rules })).toEqual([
      'access/team.cedar:2: @id("b") is already given at access/rules.cedar:1',
    ]);
  });

  test('no rule at all, and no schema', () => {
    expect(errorsOf({ ...shipped, rules: [] })).toEqual(['access/: holds no rule']);
    expect(errorsOf({ ...shipped, schema: undefined })).toEqual([
      'access/rolewright.cedarschema: is missing',
    ]);
  });

  test('a schema that is wrong, with its line', () => {
    const schema = { path: 'access/rolewright.cedarschema', text: '\nentity Person in [Grup];' };
    expect(errorsOf({ ...shipped, schema })).toEqual([
      expect.stringMatching(/^access\/rolewright\.cedarschema:2: .*`Grup`/),
    ]);
  });

  test('names that the configuration does not know, saying which it knows', () => {
    const known = { Account: ['111122223333'], Template: ['ecr-push'] };
    const scope = (resource: string) => `principal, action, resource in ${resource}`;
    const text = permit('a', scope('Account::"444455556666"')) + permit('b', scope('Template::"ecr-pull"'));
    expect(errorsOf(filesOf(text), known)).toEqual([
      'access/rules.cedar:1: there is no Account::"444455556666"; known: 111122223333',
      'access/rules.cedar:3: there is no Template::"ecr-pull"; known: ecr-push',
    ]);
  });
});

test('every fault of every file is named at once', () => {
  const rules = [
    { path: 'access/a.cedar', text: permit('a').replace(';', '') },
    { path: 'access/b.cedar', text: `${permit('b')}${permit('b')}permit (principal, action, resource);` },
    { path: 'access/c.cedar', text: permit('c', 'principal is Persn, action, resource') },
  ];
  expect(errorsOf({ ...shipped, rules }).map((fault) => fault.split(': ')[0])).toEqual([
    'access/a.cedar:2',
    'access/b.cedar:3',
    'access/b.cedar:5',
    'access/c.cedar:2',
  ]);
});

test('lines are counted in characters, whatever stands before', () => {
  const text = `// ключ – 🔑\n\n${permit('a', 'principal is Persn, action, resource')}`;
  expect(errorsOf(filesOf(text))[0]).toMatch(/^access\/rules\.cedar:4: /);
});
