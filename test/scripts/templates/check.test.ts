import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sourceOfStage } from '../../../adapters/settings/source.ts';
import { checkTemplates } from '../../../scripts/templates/check.ts';
import { fitsArn } from '../../../scripts/templates/iam-reference.ts';

const HERE = join(import.meta.dirname, '..', '..', '..');
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'templates-'));
  mkdirSync(join(root, 'templates'));
  mkdirSync(join(root, 'config'));
  cpSync(join(HERE, 'sandbox', 'config.yaml'), join(root, 'config', 'rolewright.yaml'));
});

afterEach(() => rmSync(root, { recursive: true }));

const SOUND = `# yaml-language-server: $schema=./schema.json
name: sound
description: Read one bucket
parameters:
  bucket: { type: s3BucketName, description: The bucket }
statements:
  - sid: Read
    actions:
      - s3:GetObject
    resources:
      - "arn:{{aws.partition}}:s3:::{{bucket}}/*"
    conditions:
      StringEquals:
        aws:ResourceAccount: "{{aws.accountId}}"
`;

/** The errors of one template of this text, without those of generated files. */
async function errorsOf(text: string, name = 'sound.yaml'): Promise<string[]> {
  writeFileSync(join(root, 'templates', name), text);
  const { errors } = await checkTemplates(sourceOfStage(root, 'prod'));
  return errors.filter((fault) => !fault.includes('templates:docs'));
}

const replaced = (from: string, to: string): string => {
  if (!SOUND.includes(from)) throw new Error(`the sample holds no ${from}`);
  return SOUND.replace(from, to);
};

describe('a template that is broken on purpose is told with its line and what to do', () => {
  test('and the sample is sound', async () => {
    expect(await errorsOf(SOUND)).toEqual([]);
  });

  test.each<[string, string, number, RegExp]>([
    ['no YAML', replaced('description: Read', 'description: [Read'), 4, /./],
    ['a field that stands twice', replaced('description:', 'name: sound\ndescription:'), 3, /unique/],
    ['no schema named', SOUND.split('\n').slice(1).join('\n'), 1, /yaml-language-server/],
    ['an unknown field', replaced('statements:', 'owner: x\nstatements:'), 6, /not a known field/],
    [
      'an unknown field of a statement',
      replaced('    actions:', '    effect: Deny\n    actions:'),
      8,
      /known field/,
    ],
    ['an unknown type', replaced('s3BucketName', 'bucketName'), 5, /./],
    ['a missing description', replaced('description: Read one bucket\n', ''), 2, /./],
    ['an unknown placeholder', replaced('{{bucket}}', '{{bukket}}'), 11, /{{bukket}} is neither/],
    ['a placeholder in an action', replaced('s3:GetObject', 's3:{{bucket}}'), 9, /without wildcards/],
    ['a placeholder in an operator', replaced('StringEquals', '"{{bucket}}"'), 13, /no placeholder/],
    [
      'an unused parameter',
      replaced('statements:', '  spare: { type: s3BucketName, description: x }\nstatements:'),
      6,
      /parameter spare is never used/,
    ],
    [
      'a sid that stands twice',
      `${SOUND}${SOUND.slice(SOUND.indexOf('  - sid'))}`,
      15,
      /sid is given more than once: Read/,
    ],
    [
      'a cyclic default',
      replaced('description: The bucket }', 'description: x, default: "{{bucket}}" }'),
      5,
      /cyclic: bucket → bucket/,
    ],
    ['a value in a place of another type', replaced('s3BucketName', 's3KeyPrefix'), 11, /s3KeyPrefix/],
    ['a wildcard behind a value', replaced('{{bucket}}/*', '{{bucket}}*'), 11, /s3BucketName/],
    ['a name from Bitbucket as resource', replaced('{{bucket}}', '{{repository.slug}}'), 11, /default "/],
    ['an action that is none', replaced('s3:GetObject', 's3:ReadObject'), 9, /no action s3:ReadObject/],
    ['a service that is none', replaced('s3:GetObject', 's4:GetObject'), 9, /no action s4:GetObject/],
    [
      'an action on another resource',
      replaced('s3:GetObject', 's3:ListBucket'),
      9,
      /s3:ListBucket does not fit/,
    ],
    ['a bucket action on an object', replaced('{{bucket}}/*', '{{bucket}}'), 9, /s3:GetObject does not fit/],
    [
      'a star for an action with a resource',
      replaced('"arn:{{aws.partition}}:s3:::{{bucket}}/*"', '"*"'),
      9,
      /s3:GetObject supports resources/,
    ],
    [
      'a resource for an action without one',
      replaced('s3:GetObject', 'ec2:DescribeVpcs'),
      9,
      /ec2:DescribeVpcs supports no resources/,
    ],
    [
      'an operator that is none',
      replaced('StringEquals', 'StringEqual'),
      13,
      /no condition operator StringEqual/,
    ],
    [
      'a condition key that is none',
      replaced('aws:ResourceAccount', 'aws:ResourceAccounts'),
      14,
      /no condition key aws:ResourceAccounts/,
    ],
    [
      'a condition key of another action',
      `${SOUND}        s3:prefix: x\n`,
      15,
      /s3:GetObject does not support condition key s3:prefix/,
    ],
    [
      'a broken guardrail',
      replaced('aws:ResourceAccount', 'aws:PrincipalAccount'),
      7,
      /guardrail own-account: .+: add/,
    ],
    ['permissions management', replaced('s3:GetObject', 's3:PutObjectAcl'), 9, /manages permissions/],
    ['another name than its file', replaced('name: sound', 'name: other'), 2, /must be called other.yaml/],
    [
      'usage of what is not there',
      replaced('statements:', 'usage: ["x {{nope}}"]\nstatements:'),
      6,
      /{{nope}}/,
    ],
    ...['amazon/aws-cli', 'Amazon/aws-cli:2', 'a b:1', 'https://a/b:1', 'x:y:z', '', '7', '[a]'].map(
      (image): [string, string, number, RegExp] => [
        `the image ${JSON.stringify(image)}`,
        replaced(
          'statements:',
          `image: ${/^[a-z]/i.test(image) ? image : JSON.stringify(image)}\nstatements:`,
        ),
        6,
        /must be an image reference with a tag/,
      ],
    ),
    [
      'a command of two lines',
      replaced('statements:', 'usage: ["x\\ny"]\nstatements:'),
      6,
      /must be one line/,
    ],
    [
      'a pipe without a version',
      replaced('statements:', 'pipes: [{pipe: atlassian/x, variables: {}}]\nstatements:'),
      6,
      /must be workspace\/pipe:version/,
    ],
  ])('%s', async (_, text, line, words) => {
    const errors = await errorsOf(text);
    const prefix = `templates/sound.yaml:${line}: `;
    expect(errors).toContainEqual(expect.stringMatching(words));
    expect(errors.filter((fault) => words.test(fault)).every((fault) => fault.startsWith(prefix))).toBe(true);
  });

  test('one that can become too large for IAM, whatever is given', async () => {
    const lists = SOUND.replace(
      'bucket: { type: s3BucketName',
      'bucket: { type: s3BucketName, list: { max: 20 }',
    ).replace(
      '      - "arn:{{aws.partition}}:s3:::{{bucket}}/*"\n',
      Array.from({ length: 10 }, (_, n) => `      - "arn:{{aws.partition}}:s3:::{{bucket}}/${n}/*"\n`).join(
        '',
      ),
    );
    expect(await errorsOf(lists)).toEqual([
      expect.stringMatching(/^templates\/sound\.yaml:6: the largest rendering has \d{5} characters/),
    ]);
  });

  test('all errors of all files at once', async () => {
    writeFileSync(join(root, 'templates', 'other.yaml'), replaced('s3:GetObject', 's3:*'));
    writeFileSync(join(root, 'templates', 'third.yaml'), 'name: [');
    const text = replaced('{{bucket}}', '{{a}}/{{b}}').replace('s3:GetObject', 's3:ReadObject');
    const errors = await errorsOf(text);
    expect(errors).toContainEqual(expect.stringContaining('there is no action s3:ReadObject'));
    for (const file of ['other', 'third', 'sound']) {
      expect(errors).toContainEqual(expect.stringContaining(`templates/${file}.yaml:`));
    }
    expect(errors.filter((fault) => fault.includes('neither'))).toHaveLength(2);
  });

  test('a folder without any', async () => {
    rmSync(join(root, 'templates'), { recursive: true });
    expect((await checkTemplates(sourceOfStage(root, 'prod'))).errors).toEqual([
      'templates/: holds no template',
    ]);
  });
});

test('a guardrail in audit mode warns and does not stop the check', async () => {
  const file = join(root, 'config', 'rolewright.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('audit: []', 'audit: [own-account]'));
  writeFileSync(
    join(root, 'templates', 'sound.yaml'),
    replaced('aws:ResourceAccount', 'aws:PrincipalAccount'),
  );
  const { errors, warnings } = await checkTemplates(sourceOfStage(root, 'prod'));
  expect(errors.filter((fault) => !fault.includes('templates:docs'))).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(/^templates\/sound\.yaml:7: guardrail own-account/)]);
});

test('generated files that are not of today are told', async () => {
  writeFileSync(join(root, 'templates', 'sound.yaml'), SOUND);
  expect((await checkTemplates(sourceOfStage(root, 'prod'))).errors).toEqual([
    'templates/schema.json:1: differs from the templates: run npm run templates:docs',
    'docs/templates.md:1: differs from the templates: run npm run templates:docs',
  ]);
});

test('what the repository ships passes, every template of it', async () => {
  expect(await checkTemplates(sourceOfStage(HERE, 'prod'))).toEqual({
    errors: [],
    warnings: [],
    templates: 23,
  });
});

describe('a resource and the format of an ARN', () => {
  const bucket = 'arn:${Partition}:s3:::${BucketName}';
  const object = 'arn:${Partition}:s3:::${BucketName}/${ObjectName}';
  const table = 'arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}';
  const parameter = 'arn:${Partition}:ssm:${Region}:${Account}:parameter/${ParameterNameWithoutLeadingSlash}';
  const packages = 'arn:${Partition}:codeartifact:${Region}:${Account}:package/${D}/${R}/${F}/${N}/${P}';
  test.each([
    ['arn:aws:s3:::shop', bucket],
    ['arn:aws:s3:::shop/*', object],
    ['arn:aws:s3:::shop/a/b/*', object],
    ['arn:aws:s3:::shop/a/b', object],
    ['arn:aws:dynamodb:r:1:table/x', table],
    ['arn:aws:ssm:r:1:parameter/a/b/*', parameter],
    ['arn:aws:codeartifact:r:1:package/d/r/*', packages],
  ])('fit: %s in %s', (resource, format) => {
    expect(fitsArn(resource, format)).toBe(true);
  });

  test.each([
    ['arn:aws:s3:::shop/x', bucket],
    ['arn:aws:s3:::shop', object],
    ['arn:aws:dynamodb:r:1:table/x/index/y', table],
    ['arn:aws:dynamodb:r:1:index/x', table],
    ['arn:aws:sqs:r:1:x', table],
    ['arn:aws:codeartifact:r:1:package/d/r', packages],
  ])('do not fit: %s in %s', (resource, format) => {
    expect(fitsArn(resource, format)).toBe(false);
  });
});
