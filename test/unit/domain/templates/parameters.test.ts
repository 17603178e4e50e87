import { describe, expect, test } from '@jest/globals';
import { parseGrantRequest } from '../../../../domain/grants/request.ts';
import { exampleParameters, parseParameters } from '../../../../domain/templates/parameters.ts';
import { parseTemplate } from '../../../../domain/templates/template.ts';
import { problemOf, successOf, templateContent, templateOf } from '../../../support/domain/samples.ts';

const template = templateOf();
const pointersOf = (given: Record<string, unknown>) =>
  (problemOf(parseParameters(template, given)).errors ?? []).map(({ pointer }) => pointer).sort();

describe('parameters', () => {
  test('are taken as given when each is of its type', () => {
    const given = { bucket: 'shop-site', distribution: 'E2SHOPSITE0001' };
    expect(successOf(parseParameters(template, given))).toEqual(given);
  });

  test('may lack what is optional', () => {
    expect(successOf(parseParameters(template, { bucket: 'shop-site' }))).toEqual({ bucket: 'shop-site' });
  });

  test('are all named at once when faulty: unknown, missing, of another kind, outside the type', () => {
    const problem = problemOf(parseParameters(template, { 'b/uc~ket': 'x', distribution: 'e1' }));
    expect(problem.code).toBe('PARAMETERS_INVALID');
    expect(problem.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/parameters/b~1uc~0ket', detail: expect.stringContaining('not a parameter') },
        { pointer: '/parameters/bucket', detail: 'is missing' },
        { pointer: '/parameters/distribution', detail: expect.stringContaining('CloudFront') },
      ]),
    );
    expect(problem.errors).toHaveLength(3);
  });

  test.each([[1], [null], [true], [['shop-site']], [{ toString: 'shop-site' }], [undefined]])(
    'are texts and never %j',
    (bucket) => {
      expect(pointersOf({ bucket })).toEqual(['/parameters/bucket']);
    },
  );

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'may not be called %s, which objects inherit',
    (name) => {
      const given = JSON.parse(`{"bucket":"shop-site","${name}":"shop-x"}`);
      expect(pointersOf(given)).toEqual([`/parameters/${name}`]);
    },
  );

  test.each(['__proto__', 'constructor'])('called %s are not lost on their way from the body', (name) => {
    const body = JSON.parse(
      `{"repository":"acme/shop","template":"s3-static-site","parameters":{"bucket":"shop-site","${name}":"x"}}`,
    );
    const request = parseGrantRequest(body);
    const refused = request.ok ? parseParameters(template, request.value.parameters) : request;
    expect(problemOf(refused).errors).toEqual([expect.objectContaining({ pointer: `/parameters/${name}` })]);
  });

  test('are not taken from what the object inherits', () => {
    const inherited = Object.create({ bucket: 'shop-site' });
    expect(pointersOf(inherited)).toEqual(['/parameters/bucket']);
  });

  test('work where the template itself uses an inherited name', () => {
    const content = templateContent();
    content.parameters = { constructor: { type: 's3BucketName', description: 'Odd' } };
    content.statements = [
      { sid: 'A', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::{{constructor}}/*'] },
    ];
    const odd = templateOf(content);
    expect(problemOf(parseParameters(odd, {})).errors).toEqual([
      { pointer: '/parameters/constructor', detail: 'is missing' },
    ]);
    expect(successOf(parseParameters(odd, { constructor: 'shop-site' }))).toEqual({
      constructor: 'shop-site',
    });
  });

  test('of the example are valid', () => {
    const example = exampleParameters(template);
    expect(successOf(parseParameters(template, example))).toEqual(example);
    expect(Object.keys(example).sort()).toEqual(['bucket', 'distribution']);
  });
});

describe('a list parameter', () => {
  const content = templateContent();
  content.parameters = {
    functions: { type: 'lambdaFunctionName', list: { max: 3 }, description: 'Functions' },
  };
  content.statements = [
    {
      sid: 'A',
      actions: ['lambda:GetFunction'],
      resources: ['arn:aws:lambda:eu-central-1:111122223333:function:{{functions}}'],
    },
  ];
  const listing = templateOf(content);
  const errorsOf = (functions: unknown) =>
    (problemOf(parseParameters(listing, { functions })).errors ?? []).map(({ pointer }) => pointer);

  test('is taken each value once and sorted, so that order makes no other grant', () => {
    const given = { functions: ['shop-b', 'shop-a', 'shop-b'] };
    expect(successOf(parseParameters(listing, given))).toEqual({ functions: ['shop-a', 'shop-b'] });
  });

  test('names each faulty value at once, by its place', () => {
    expect(errorsOf(['shop-a', 'shop-*', 7])).toEqual(['/parameters/functions/1', '/parameters/functions/2']);
  });

  test.each([['shop-a'], [[]], [['a', 'b', 'c', 'd']], [null], [{ 0: 'shop-a', length: 1 }]])(
    'is a list within its bound and never %j',
    (functions) => {
      expect(errorsOf(functions)).toEqual(['/parameters/functions']);
    },
  );

  test('has an example that is one', () => {
    const example = exampleParameters(listing);
    expect(successOf(parseParameters(listing, example))).toEqual(example);
  });
});

describe('parameters that are given together', () => {
  const pair = () => {
    const content = templateContent();
    content.parameters = {
      ...content.parameters,
      codeBucket: { type: 's3BucketName', description: 'Bucket', optional: true, with: 'codePrefix' },
      codePrefix: { type: 's3KeyPrefix', description: 'Folder', optional: true, with: 'codeBucket' },
    };
    return content;
  };
  const statement = (when: string) => ({
    sid: 'Fetch',
    when,
    actions: ['s3:GetObject'],
    resources: ['arn:{{aws.partition}}:s3:::{{codeBucket}}/{{codePrefix}}/*'],
  });
  const faultsIn = (content: ReturnType<typeof pair>, when = 'codeBucket') => {
    const parsed = parseTemplate(`${content.name}.yaml`, {
      ...content,
      statements: [...content.statements, statement(when)],
    });
    return parsed.ok ? [] : parsed.problem;
  };

  test.each(['codeBucket', 'codePrefix'])('may both stand in a statement that needs %s', (when) => {
    expect(faultsIn(pair(), when)).toEqual([]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['one side alone', { codePrefix: { type: 's3KeyPrefix', description: 'Folder', optional: true } }],
    [
      'a parameter that is always there',
      { codePrefix: { type: 's3KeyPrefix', description: 'Folder', with: 'codeBucket' } },
    ],
    [
      'itself',
      { codePrefix: { type: 's3KeyPrefix', description: 'Folder', optional: true, with: 'codePrefix' } },
    ],
    [
      'one that is not there',
      { codePrefix: { type: 's3KeyPrefix', description: 'Folder', optional: true, with: 'nothing' } },
    ],
  ])('name each other, never %s', (_, over) => {
    const content = pair();
    Object.assign(content.parameters, over);
    expect(faultsIn(content).join('\n')).toMatch(/with must name another optional parameter/);
  });
});
