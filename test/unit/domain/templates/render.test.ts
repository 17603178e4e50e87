import { describe, expect, test } from '@jest/globals';
import { fillPlaceholders } from '../../../../domain/templates/placeholder.ts';
import { type RenderingContext, renderPermissionsPolicy } from '../../../../domain/templates/render.ts';
import {
  codeOf,
  configurationOf,
  present,
  problemOf,
  production,
  SHOP_PROJECT,
  shop,
  successOf,
  templateContent,
  templateOf,
} from '../../../support/domain/samples.ts';

const account = present(configurationOf().accounts[0]);
const context = (over: Partial<RenderingContext> = {}): RenderingContext => ({
  account,
  repository: shop,
  parameters: { bucket: 'shop-site' },
  ...over,
});

/** A template of one statement with these resources, and whatever else is given. */
function using(
  resources: string[],
  over: Record<string, unknown> = {},
  statement: Record<string, unknown> = {},
) {
  const content = templateContent();
  content.parameters = {};
  content.statements = [{ sid: 'A', actions: ['s3:GetObject'], resources, ...statement }];
  return templateOf({ ...content, ...over });
}
const resourcesOf = (template: ReturnType<typeof using>, over: Partial<RenderingContext> = {}) =>
  successOf(renderPermissionsPolicy(template, context({ parameters: {}, ...over }))).Statement[0]?.Resource;

describe('a permissions policy', () => {
  test('is the template with its placeholders filled, and nothing else', () => {
    const parameters = { bucket: 'shop-site', distribution: 'E2SHOPSITE0001' };
    expect(successOf(renderPermissionsPolicy(templateOf(), context({ parameters })))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'PublishObjects',
          Effect: 'Allow',
          Action: ['s3:PutObject', 's3:DeleteObject'],
          Resource: ['arn:aws:s3:::shop-site/*'],
          Condition: { StringEquals: { 'aws:ResourceAccount': '111122223333' } },
        },
        {
          Sid: 'Invalidate',
          Effect: 'Allow',
          Action: ['cloudfront:CreateInvalidation'],
          Resource: ['arn:aws:cloudfront::111122223333:distribution/E2SHOPSITE0001'],
        },
      ],
    });
  });

  test('leaves out a statement whose parameter was not given', () => {
    const { Statement: statements } = successOf(renderPermissionsPolicy(templateOf(), context()));
    expect(statements.map(({ Sid: sid }) => sid)).toEqual(['PublishObjects']);
  });

  test('is the same twice and shares nothing with the template', () => {
    const template = templateOf();
    const first = successOf(renderPermissionsPolicy(template, context()));
    first.Statement[0]?.Action.push('s3:GetObject');
    const second = successOf(renderPermissionsPolicy(template, context()));
    expect(second.Statement[0]?.Action).toEqual(['s3:PutObject', 's3:DeleteObject']);
  });

  test("leaves IAM's own variables as they are, in resources and condition values", () => {
    const variable = '${aws:PrincipalTag/team}';
    const template = using(
      [`arn:aws:s3:::shop/${variable}/*`],
      {},
      { conditions: { StringLike: { a: variable } } },
    );
    const [statement] = successOf(renderPermissionsPolicy(template, context({ parameters: {} }))).Statement;
    expect(statement?.Resource).toEqual(['arn:aws:s3:::shop/${aws:PrincipalTag/team}/*']);
    expect(statement?.Condition).toEqual({ StringLike: { a: '${aws:PrincipalTag/team}' } });
  });

  test('fills every value of a list of condition values', () => {
    const conditions = { StringEquals: { a: ['{{aws.accountId}}', 'x', '{{repository.slug}}'] } };
    const template = using(['arn:aws:s3:::shop/*'], {}, { conditions });
    const [statement] = successOf(renderPermissionsPolicy(template, context({ parameters: {} }))).Statement;
    expect(statement?.Condition).toEqual({ StringEquals: { a: ['111122223333', 'x', 'shop'] } });
  });

  describe('multiplies', () => {
    const listing = (resources: string[], over: Record<string, unknown> = {}) =>
      using(
        resources,
        { parameters: { buckets: { type: 's3BucketName', list: { max: 5 }, description: 'x' } } },
        over,
      );
    const parameters = { buckets: ['shop-a', 'shop-b'] };

    test('a resource by the values of a list, and leaves other resources once', () => {
      const template = listing(['arn:aws:s3:::{{buckets}}/*', 'arn:aws:s3:::shop']);
      expect(resourcesOf(template, { parameters })).toEqual([
        'arn:aws:s3:::shop-a/*',
        'arn:aws:s3:::shop-b/*',
        'arn:aws:s3:::shop',
      ]);
    });

    test('condition values, too; one value stays a text', () => {
      const template = listing(['arn:aws:s3:::x'], { conditions: { StringLike: { a: '{{buckets}}' } } });
      const conditionOf = (buckets: string[]) =>
        successOf(renderPermissionsPolicy(template, context({ parameters: { buckets } }))).Statement[0]
          ?.Condition;
      expect(conditionOf(['shop-a', 'shop-b'])).toEqual({ StringLike: { a: ['shop-a', 'shop-b'] } });
      expect(conditionOf(['shop-a'])).toEqual({ StringLike: { a: 'shop-a' } });
    });
  });

  test.each([
    ['aws.partition', 'aws'],
    ['aws.accountId', '111122223333'],
    ['aws.region', 'eu-central-1'],
    ['repository.slug', 'shop'],
    ['repository.uuid', '1de489be-ce6a-42a0-a8c8-eadbf1174ac7'],
    ['project.key', 'SHOP'],
  ])('knows %s', (name, value) => {
    expect(resourcesOf(using([`arn:aws:s3:::x/{{${name}}}`]))).toEqual([`arn:aws:s3:::x/${value}`]);
  });

  test.each([
    ['environment.name', 'Production'],
    ['environment.uuid', 'bd715740-c970-486b-b68a-b421ec2a1f8b'],
  ])('knows %s of a grant to an environment', (name, value) => {
    const template = using([`arn:aws:s3:::x/{{${name}}}`], { scope: 'environment' });
    expect(resourcesOf(template, { environment: production })).toEqual([`arn:aws:s3:::x/${value}`]);
  });

  test.each([
    '*',
    '?',
    'prod*',
    '${aws:username}',
    'a/b',
    'a:b',
    'My Prod',
    '"',
    'prod\n',
    '..',
    '',
    'Prodüktion',
  ])('is refused for an environment called %j where its name is used', (name) => {
    const template = using(['arn:aws:s3:::x/{{environment.name}}'], { scope: 'environment' });
    const environment = { ...production, name };
    const problem = problemOf(renderPermissionsPolicy(template, context({ environment, parameters: {} })));
    expect(problem.code).toBe('REQUEST_INVALID');
    expect(problem.errors).toEqual([{ pointer: '/environment', detail: expect.any(String) }]);
  });

  test('is made for an environment called * where only its UUID counts', () => {
    expect(
      codeOf(renderPermissionsPolicy(templateOf(), context({ environment: { ...production, name: '*' } }))),
    ).toBe('ok');
  });

  test('is refused where the repository has no project and the template needs its key', () => {
    const template = using(['arn:aws:s3:::x/{{project.key}}']);
    const { project: _, ...homeless } = shop;
    const problem = problemOf(
      renderPermissionsPolicy(template, context({ repository: homeless, parameters: {} })),
    );
    expect(problem.errors).toEqual([
      { pointer: '/repository', detail: expect.stringContaining('project.key') },
    ]);
  });

  test('is refused with every unsafe built-in value named once', () => {
    const template = using(['arn:aws:s3:::x/{{project.key}}/{{repository.slug}}/{{project.key}}']);
    const repository = { ...shop, slug: 'a*', project: { ...SHOP_PROJECT, key: '*' } };
    const problem = problemOf(renderPermissionsPolicy(template, context({ repository, parameters: {} })));
    expect(problem.errors).toHaveLength(2);
  });
});

describe('filling', () => {
  test.each(['$&', '$1', '*', 'a b', ''])('throws rather than put %j into a policy', (value) => {
    expect(() => fillPlaceholders('a/{{x}}', new Map([['x', value]]))).toThrow();
  });

  test('throws where a value is missing', () => {
    expect(() => fillPlaceholders('a/{{x}}', new Map())).toThrow();
  });

  test('never fills what a value brings along', () => {
    expect(() =>
      fillPlaceholders(
        '{{x}}',
        new Map([
          ['x', '{{y}}'],
          ['y', 'z'],
        ]),
      ),
    ).toThrow();
  });
});
