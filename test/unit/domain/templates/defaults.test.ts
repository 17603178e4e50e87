import { describe, expect, test } from '@jest/globals';
import { type RoleInputs, renderRole } from '../../../../domain/planning/rendered-role.ts';
import { fillDefaults } from '../../../../domain/templates/defaults.ts';
import { parseParameters } from '../../../../domain/templates/parameters.ts';
import { parseTemplate } from '../../../../domain/templates/template.ts';
import {
  codeOf,
  configurationOf,
  present,
  problemOf,
  shop,
  successOf,
  templateOf,
} from '../../../support/domain/samples.ts';

const configuration = configurationOf();
const account = present(configuration.accounts[0]);

const content = (parameters: Record<string, Record<string, unknown>>) => ({
  name: 'with-defaults',
  description: 'x',
  parameters: Object.fromEntries(
    Object.entries(parameters).map(([name, more]) => [name, { description: 'x', ...more }]),
  ),
  statements: [
    {
      sid: 'A',
      actions: ['s3:GetObject'],
      resources: Object.keys(parameters).map((name) =>
        name === 'bucket' ? 'arn:aws:s3:::{{bucket}}/*' : `arn:aws:s3:::shop-site/{{${name}}}/*`,
      ),
      conditions: { StringEquals: { 'aws:ResourceAccount': '{{aws.accountId}}' } },
    },
  ],
});
const bucket = (more: Record<string, unknown>) =>
  templateOf(content({ bucket: { type: 's3BucketName', ...more } }));
const inputs = (template: RoleInputs['template'], over: Partial<RoleInputs> = {}): RoleInputs => ({
  configuration,
  account,
  repository: { ...shop, slug: 'shop-one', fullName: 'acme/shop-one' },
  template,
  requesterKind: 'person',
  parameters: {},
  name: 'default',
  ...over,
});
const fromSlug = bucket({ default: '{{repository.slug}}' });

describe('a default', () => {
  test('stands where nothing is given, and what is given wins', () => {
    expect(successOf(parseParameters(fromSlug, {}))).toEqual({});
    expect(successOf(renderRole(inputs(fromSlug))).intent.parameters).toEqual({ bucket: 'shop-one' });
    const given = inputs(fromSlug, { parameters: { bucket: 'shop-two' } });
    expect(successOf(renderRole(given)).intent.parameters).toEqual({ bucket: 'shop-two' });
  });

  test('is kept in the intent, so that a renamed repository changes no grant', () => {
    const { intent } = successOf(renderRole(inputs(fromSlug)));
    const renamed = { ...shop, slug: 'shop-other', fullName: 'acme/shop-other' };
    const again = renderRole(
      inputs(fromSlug, { repository: renamed, parameters: intent.parameters, roleName: intent.roleName }),
    );
    expect(successOf(again).intent.permissionsPolicyHash).toBe(intent.permissionsPolicyHash);
  });

  test('must be owned like a given value: a slug that somebody chose opens nothing', () => {
    const impostor = { ...shop, slug: 'web-site', fullName: 'acme/web-site' };
    const { unowned } = successOf(renderRole(inputs(fromSlug, { repository: impostor })));
    expect(unowned).toEqual([expect.objectContaining({ pointer: '/parameters/bucket' })]);
  });

  test.each(['Shop', 'sh', 'shop..site', '*', '${x}', 'shop/x', 'shop:x', '..', '', 'shop-ü'])(
    'must be of the type like a given value: not %j',
    (slug) => {
      const repository = { ...shop, slug };
      const problem = problemOf(renderRole(inputs(fromSlug, { repository })));
      expect(problem).toMatchObject({
        code: 'PARAMETERS_INVALID',
        errors: [{ pointer: '/parameters/bucket' }],
      });
    },
  );

  test('must follow the naming rule and the allow-list like a given value', () => {
    for (const more of [{ pattern: 'shop-*-prod' }, { allowed: ['shop-a'] }]) {
      const template = bucket({ default: '{{repository.slug}}', ...more });
      expect(codeOf(renderRole(inputs(template)))).toBe('PARAMETERS_INVALID');
    }
  });

  test('may be made from other parameters, in any order', () => {
    const template = templateOf(
      content({
        last: { type: 's3KeyPrefix', default: '{{middle}}/c' },
        middle: { type: 's3KeyPrefix', default: '{{first}}/b' },
        first: { type: 's3KeyPrefix', default: 'a' },
        plain: { type: 's3KeyPrefix', list: { max: 2 }, default: ['x', '{{first}}'] },
      }),
    );
    expect(successOf(fillDefaults(template, {}, { account, repository: shop }))).toEqual({
      first: 'a',
      middle: 'a/b',
      last: 'a/b/c',
      plain: ['a', 'x'],
    });
    expect(successOf(fillDefaults(template, { first: 'z' }, { account, repository: shop }))).toMatchObject({
      last: 'z/b/c',
    });
  });

  test('that needs a project asks for the parameter where the repository has none', () => {
    const template = bucket({ default: 'shop-{{project.key}}' });
    const { project: _, ...homeless } = shop;
    expect(problemOf(renderRole(inputs(template, { repository: homeless })))).toMatchObject({
      code: 'PARAMETERS_INVALID',
      errors: [{ pointer: '/parameters/bucket', detail: expect.stringContaining('project.key') }],
    });
  });
});

const errorsOf = (parameters: Record<string, Record<string, unknown>>) => {
  const parsed = parseTemplate('with-defaults.yaml', content(parameters));
  return parsed.ok ? [] : parsed.problem;
};

describe('a template is refused for', () => {
  const type = 's3KeyPrefix';
  test.each<[string, Record<string, Record<string, unknown>>, string]>([
    ['a default of itself', { a: { type, default: '{{a}}' } }, 'cyclic: a → a'],
    ['a default that is faulty', { bucket: { type: 's3BucketName', default: 'Shop' } }, 'Shop must be an S3'],
    ['a default outside the allow-list', { a: { type, default: 'x', allowed: ['y'] } }, 'x must be one of y'],
    ['an allowed value that is faulty', { a: { type, allowed: ['y', '*'] } }, '/allowed/1: * must be'],
    ['an allowed value outside the rule', { a: { type, allowed: ['y'], pattern: 'x*' } }, 'naming rule x*'],
    ['an example that is faulty', { a: { type, example: '/' } }, '/example: / must be'],
    ['a default that is optional', { b: { type, default: 'x', optional: true } }, 'optional'],
    ['a list with one default', { a: { type, list: { max: 2 }, default: 'x' } }, 'must be a list'],
    ['one value with a list as default', { a: { type, default: ['x'] } }, 'must be one text'],
    ['too long a default', { a: { type, list: { max: 1 }, default: ['x', 'y'] } }, 'no more than 1'],
    ['a default of nothing', { a: { type, default: '{{nope}}' } }, '{{nope}} is neither'],
    [
      'a default of what objects inherit',
      { a: { type, default: '{{toString}}' } },
      '{{toString}} is neither',
    ],
    ['a default of the environment', { a: { type, default: '{{environment.name}}' } }, 'needs scope'],
    ['stray braces', { a: { type, default: '{x}' } }, 'stray braces'],
    ['a naming rule that is an expression', { a: { type, pattern: '(a+)+$' } }, '/pattern: may hold'],
    ['an empty allow-list', { a: { type, allowed: [] } }, '/allowed'],
    ['a list of twenty-one', { a: { type, list: { max: 21 } } }, '/list/max'],
  ])('%s', (_, parameters, words) => {
    const errors = errorsOf(parameters);
    expect(errors.join('\n')).toContain(words);
    expect(errors.every((fault) => fault.startsWith('templates/with-defaults.yaml/'))).toBe(true);
  });

  test('a cycle over several defaults, at each that is part of it', () => {
    const errors = errorsOf({
      a: { type, default: '{{b}}' },
      b: { type, default: '{{c}}' },
      c: { type, default: '{{a}}' },
      d: { type, default: '{{a}}' },
    });
    expect(errors).toEqual([
      expect.stringContaining('/parameters/a/default: the default is cyclic: a → b → c → a'),
      expect.stringContaining('/parameters/b/default: the default is cyclic: b → c → a → b'),
      expect.stringContaining('/parameters/c/default: the default is cyclic: c → a → b → c'),
    ]);
  });
});
