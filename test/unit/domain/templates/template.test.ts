import { describe, expect, test } from '@jest/globals';
import { parseTemplate, type Template } from '../../../../domain/templates/template.ts';
import { templateContent, templateOf } from '../../../support/domain/samples.ts';

type Content = ReturnType<typeof templateContent> & Record<string, unknown>;

function errorsOf(change: (content: Content) => void, fileName = 's3-static-site.yaml'): string[] {
  const content: Content = templateContent();
  change(content);
  const parsed = parseTemplate(fileName, content);
  return parsed.ok ? [] : parsed.problem;
}

function changed(change: (content: Content) => void): Template {
  const content: Content = templateContent();
  change(content);
  return templateOf(content);
}

const statement = (over: Record<string, unknown> = {}) => ({
  sid: 'Extra',
  actions: ['s3:ListBucket'],
  resources: ['arn:aws:s3:::{{bucket}}'],
  ...over,
});

describe('a template', () => {
  test('is sound as the design shows it, with the defaults filled in', () => {
    const content: Record<string, unknown> = templateContent();
    delete content.requestableBy;
    const template = templateOf({ ...content, name: 's3-static-site' });
    expect(template).toMatchObject({
      scope: 'any',
      approval: 'none',
      requestableBy: ['person', 'service'],
      maxSessionDuration: 3600,
      version: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  test.each<[string, (content: Content) => void, string]>([
    ['an unknown field', (c) => Object.assign(c, { owner: 'x' }), '/owner'],
    [
      'an unknown field of a statement',
      (c) => c.statements.push(statement({ effect: 'Allow' })),
      '/statements/2/effect',
    ],
    [
      'an unknown field of a parameter',
      (c) => Object.assign(c.parameters, { a: { type: 's3BucketName', description: 'x', regex: '.*' } }),
      '/parameters/a/regex',
    ],
    ['a missing description', (c) => Reflect.deleteProperty(c, 'description'), '/description'],
    [
      'an unknown parameter type',
      (c) => Object.assign(c.parameters, { a: { type: 'string', description: 'x' } }),
      '/parameters/a/type',
    ],
    [
      'a parameter name with a dot',
      (c) => Object.assign(c.parameters, { 'aws.x': { type: 's3BucketName', description: 'x' } }),
      '/parameters/aws.x',
    ],
    [
      'a placeholder in an action',
      (c) => c.statements.push(statement({ actions: ['s3:{{bucket}}'] })),
      '/statements/2/actions/0',
    ],
    [
      'a wildcard action',
      (c) => c.statements.push(statement({ actions: ['s3:*'] })),
      '/statements/2/actions/0',
    ],
    ['every action', (c) => c.statements.push(statement({ actions: ['*'] })), '/statements/2/actions/0'],
    [
      'a partly wild action',
      (c) => c.statements.push(statement({ actions: ['s3:Get*'] })),
      '/statements/2/actions/0',
    ],
    ['no action', (c) => c.statements.push(statement({ actions: [] })), '/statements/2/actions'],
    ['no resource', (c) => c.statements.push(statement({ resources: [] })), '/statements/2/resources'],
    ['no statement', (c) => Object.assign(c, { statements: [] }), '/statements'],
    [
      'an unknown kind of principal',
      (c) => Object.assign(c, { requestableBy: ['anyone'] }),
      '/requestableBy/0',
    ],
    ['nobody who may request it', (c) => Object.assign(c, { requestableBy: [] }), '/requestableBy'],
    [
      'a session a second too short',
      (c) => Object.assign(c, { maxSessionDuration: 3599 }),
      '/maxSessionDuration',
    ],
    [
      'a session a second too long',
      (c) => Object.assign(c, { maxSessionDuration: 43_201 }),
      '/maxSessionDuration',
    ],
    [
      'a session that is no whole number',
      (c) => Object.assign(c, { maxSessionDuration: 3600.5 }),
      '/maxSessionDuration',
    ],
    ['a sid with a hyphen', (c) => c.statements.push(statement({ sid: 'A-b' })), '/statements/2/sid'],
    [
      'a placeholder in a condition key',
      (c) => c.statements.push(statement({ conditions: { StringEquals: { 's3:{{bucket}}': 'x' } } })),
      '/statements/2/conditions',
    ],
    [
      'a placeholder in a condition operator',
      (c) => c.statements.push(statement({ conditions: { '{{bucket}}': { a: 'x' } } })),
      '/statements/2/conditions',
    ],
  ])('is refused for %s', (_, change, pointer) => {
    const errors = errorsOf(change);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`templates/s3-static-site.yaml${pointer}`);
  });

  test.each<[string, (content: Content) => void, string]>([
    [
      'an unknown placeholder',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::{{bukket}}'] })),
      '{{bukket}}',
    ],
    [
      'a placeholder that objects inherit',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::{{constructor}}'] })),
      '{{constructor}}',
    ],
    [
      'an unknown built-in value',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::{{aws.secret}}'] })),
      '{{aws.secret}}',
    ],
    [
      'a placeholder with blanks',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::{{ bucket }}'] })),
      '{{ bucket }}',
    ],
    [
      'an empty placeholder',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::{{}}'] })),
      '{{}}',
    ],
    [
      'a placeholder in a condition value',
      (c) => c.statements.push(statement({ conditions: { StringLike: { a: ['x', '{{nope}}'] } } })),
      '{{nope}}',
    ],
    [
      'an unused parameter',
      (c) => Object.assign(c.parameters, { spare: { type: 's3BucketName', description: 'x' } }),
      'parameter spare',
    ],
    [
      'a sid that stands twice',
      (c) => c.statements.push(statement({ sid: 'Invalidate' })),
      'sid is given more than once',
    ],
    [
      'an optional parameter without when',
      (c) =>
        c.statements.push(statement({ resources: ['arn:aws:cloudfront::1:distribution/{{distribution}}'] })),
      'needs when: distribution',
    ],
    [
      'when naming a parameter that is required',
      (c) => c.statements.push(statement({ when: 'bucket' })),
      'not an optional parameter',
    ],
    [
      'two lists in one text',
      (c) => {
        for (const [name, type] of Object.entries({ a: 's3BucketName', b: 's3KeyPrefix' })) {
          Object.assign(c.parameters, { [name]: { type, list: { max: 2 }, description: 'x' } });
        }
        c.statements.push(statement({ resources: ['arn:aws:s3:::{{a}}/{{b}}'] }));
      },
      'more than one list: a, b',
    ],
    [
      'when naming nothing',
      (c) => c.statements.push(statement({ when: 'nothing' })),
      'not an optional parameter',
    ],
    [
      'when naming what objects inherit',
      (c) => c.statements.push(statement({ when: 'constructor' })),
      'not an optional parameter',
    ],
    [
      'a placeholder that is not closed',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::{{bucket}'] })),
      'stray braces',
    ],
    [
      'a placeholder that is not opened',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::bucket}}'] })),
      'stray braces',
    ],
    [
      'single braces',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::{bucket}/*'] })),
      'stray braces',
    ],
    [
      'braces around a placeholder',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::{{{bucket}}}'] })),
      'stray braces',
    ],
    [
      'a placeholder inside an IAM variable',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::${{{bucket}}}'] })),
      'stray braces',
    ],
    [
      'the environment without its scope',
      (c) => c.statements.push(statement({ resources: ['arn:aws:s3:::{{bucket}}/{{environment.name}}/*'] })),
      'needs scope: environment',
    ],
  ])('is refused for %s', (_, change, words) => {
    expect(errorsOf(change)).toEqual([expect.stringContaining(words)]);
  });

  test('is told all its errors at once', () => {
    const errors = errorsOf((content) => {
      content.statements.push(statement({ resources: ['{{a}}', '{{b}}'] }));
      Object.assign(content.parameters, { spare: { type: 's3BucketName', description: 'x' } });
    });
    expect(errors).toHaveLength(3);
  });

  test('must stand in the file of its name', () => {
    expect(errorsOf(() => {}, 'other.yaml')).toEqual([expect.stringContaining('s3-static-site.yaml')]);
  });

  test.each([undefined, null, [], 'text', 1])('is not %j', (content) => {
    expect(parseTemplate('x.yaml', content)).toMatchObject({ ok: false });
  });

  test('may use the environment where it is granted to environments only, and variables of IAM', () => {
    const template = changed((content) => {
      content.scope = 'environment';
      content.statements.push(
        statement({ resources: ['arn:aws:s3:::{{bucket}}/{{environment.name}}/${aws:PrincipalTag/team}/*'] }),
      );
    });
    expect(template.scope).toBe('environment');
  });

  test.each([3600, 43_200])('may allow sessions of %i seconds', (maxSessionDuration) => {
    expect(changed((content) => Object.assign(content, { maxSessionDuration })).maxSessionDuration).toBe(
      maxSessionDuration,
    );
  });
});

describe('a template that acts through other roles', () => {
  const acting = (action: string, over: object = {}) =>
    errorsOf((content) => {
      content.statements = content.statements.map((one) => ({ ...one, actions: [action] }));
      Object.assign(content, over);
    }).map((fault) => fault.replace('templates/s3-static-site.yaml/', ''));
  const borrowed = {
    actsThrough: 'All that the role may do.',
    scope: 'environment',
    approval: 'required',
    ownership: 'named',
  };

  test.each([
    'sts:AssumeRole',
    'sts:assumerole',
    'cloudformation:CreateChangeSet',
    'cloudformation:ExecuteChangeSet',
    'cloudformation:DeleteStack',
    'cloudformation:RollbackStack',
    'cloudformation:continueupdaterollback',
    'cloudformation:CancelUpdateStack',
    'lambda:InvokeFunction',
    'lambda:invokeFunctionUrl',
  ])('by %s says so, is for environments and needs an approval: it amounts to what they may do', (action) => {
    expect(acting(action)).toEqual([
      expect.stringMatching(/^actsThrough: .*describe what the grant amounts to/),
      expect.stringMatching(/^scope: .*must be environment/),
      expect.stringMatching(/^approval: .*must be required/),
    ]);
    expect(acting(action, { ...borrowed, approval: 'none' })).toEqual([expect.stringMatching(/^approval: /)]);
    expect(acting(action, { ...borrowed, scope: 'any' })).toEqual([expect.stringMatching(/^scope: /)]);
    expect(acting(action, borrowed)).toEqual([]);
  });

  test('by passing roles says so', () => {
    expect(acting('iam:PassRole')).toEqual([expect.stringMatching(/^actsThrough: /)]);
    expect(
      acting('iam:PassRole', { actsThrough: 'Services act with the roles.', ownership: 'named' }),
    ).toEqual([]);
  });
});
