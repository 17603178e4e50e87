import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCommand } from '../../../handlers/slack/command.ts';
import { wordsOf } from '../../../handlers/slack/tokenizer.ts';
import { runs } from '../../support/domain/arbitraries.ts';
import { templateContent, templateOf } from '../../support/domain/samples.ts';

const content = {
  ...templateContent(),
  name: 'many-buckets',
  parameters: { buckets: { type: 's3BucketName', description: 'Buckets', list: { max: 3 } } },
  statements: [
    { sid: 'Put', actions: ['s3:PutObject'], resources: ['arn:{{aws.partition}}:s3:::{{buckets}}/*'] },
  ],
};
const listed = templateOf(content);
const templates = new Map([
  ['s3-static-site', templateOf()],
  ['many-buckets', listed],
  ['ecr-pull', templateOf()],
  ['ecr-push', templateOf()],
]);
const parse = (text: string) => parseCommand(text, templates);
const requestIn = (text: string) => {
  const command = parse(text);
  if (!('verb' in command) || command.verb !== 'request') throw new Error(JSON.stringify(command));
  return command.request;
};
const errorsOf = (text: string) => {
  const command = parse(text);
  if ('verb' in command) throw new Error(JSON.stringify(command));
  return command.errors.join(' ');
};
const START = 'request acme/shop s3-static-site bucket=shop-site';

describe('a request', () => {
  test('names repository, template and parameters', () => {
    expect(requestIn(START)).toEqual({
      repository: 'acme/shop',
      template: 's3-static-site',
      parameters: { bucket: 'shop-site' },
    });
  });

  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'with a parameter called %s is a mistake like any other, and never passed over',
    (name) => expect(errorsOf(`${START} ${name}=x`)).toContain(`"${name}" is not a parameter.`),
  );

  test.each<[string, object]>([
    ['env=Production', { environment: 'Production' }],
    ['environment="my \'own\' env"', { environment: "my 'own' env" }],
    ['env="Live = EU"', { environment: 'Live = EU' }],
    ['env=“Curly quotes”', { environment: 'Curly quotes' }],
    ['for=30d', { expiresIn: 'P30D' }],
    ['for=12h', { expiresIn: 'PT12H' }],
    ['for=2w', { expiresIn: 'P14D' }],
    ['for=P7D', { expiresIn: 'P7D' }],
    ['name=second', { name: 'second' }],
    ['account=default', { account: 'default' }],
    ['because we release it', { reason: 'we release it' }],
    ['because "we release it"', { reason: 'we release it' }],
    ['BECAUSE bucket=x is ours, "all" of it', { reason: 'bucket=x is ours, "all" of it' }],
    ['because a &lt; b &amp; c', { reason: 'a < b & c' }],
    ['distribution=E2SHOPSITE0001', { parameters: { bucket: 'shop-site', distribution: 'E2SHOPSITE0001' } }],
  ])('takes %s', (more, expected) => {
    expect(requestIn(`${START} ${more}`)).toMatchObject(expected);
  });

  test('takes a list parted by commas where the template takes one', () => {
    expect(requestIn('request acme/shop many-buckets buckets=shop-a,shop-b').parameters).toEqual({
      buckets: ['shop-a', 'shop-b'],
    });
    expect(requestIn('request acme/shop many-buckets buckets="shop-a, shop-b"').parameters).toEqual({
      buckets: ['shop-a', 'shop-b'],
    });
  });

  test('may have its words in any order', () => {
    expect(requestIn('request env=Production acme/shop bucket=shop-site s3-static-site')).toMatchObject({
      repository: 'acme/shop',
      template: 's3-static-site',
      environment: 'Production',
    });
  });
});

describe('a mistake', () => {
  test.each<[string, string]>([
    ['reqest acme/shop', 'Did you mean "request"?'],
    ['request acme/shop s3-static-sit bucket=shop-site', 'Did you mean "s3-static-site"?'],
    ['request acme/shop s3 bucket=shop-site', 'Did you mean "s3-static-site"?'],
    ['request acme/shop ecr bucket=shop-site', 'Did you mean "ecr-pull" or "ecr-push"?'],
    [`${START} distributoin=E2SHOPSITE0001`, 'Did you mean "distribution"?'],
    [`${START} envrionment=Production`, 'is not a parameter'],
    ['request acme/shop s3-static-site', 'bucket is missing.'],
    ['request acme/shop s3-static-site bucket=Shop', 'bucket must be an S3 bucket name'],
    ['request shop s3-static-site bucket=shop-site', '"shop" is not a repository'],
    [`${START} for=soon`, 'write days as 30d'],
    [`${START} bucket=shop-other`, '"bucket" is given more than once.'],
    [`${START} because`, ''],
    [`${START} lonely`, '"lonely" is not expected here'],
    [`${START} name=UPPER`, 'name must start with a letter'],
    [`${START} env="open`, 'is never closed'],
    ['show', 'Which grant?'],
    ['show gr_short', 'is not a grant id'],
    ['revoke gr_hrq6egvaok6463yco36ybujl4g now', 'is not expected here'],
    [`revoke gr_hrq6egvaok6463yco36ybujl4g because ${'x'.repeat(501)}`, '1 to 500 characters'],
    [`revoke gr_short because ${'x'.repeat(501)}`, '1 to 500 characters'],
    ['list shop', 'is not a repository'],
    ['templates none-such', 'There is no template'],
  ])('%s is answered with what is wrong', (text, part) => {
    if (part === '') expect(requestIn(text)).not.toHaveProperty('reason');
    else expect(errorsOf(text)).toContain(part);
  });

  test('is told together with every other one', () => {
    const told = errorsOf('request shop s3-static-sit bukket=x for=ever');
    for (const part of ['not a repository', 's3-static-site', '"bucket"', '30d'])
      expect(told).toContain(part);
    // The misspelt parameter is not missing as well.
    expect(told).not.toContain('bucket is missing');
  });

  test('comes with an example that is right', () => {
    for (const text of [
      'reqest',
      'request acme/shop s3-static-sit',
      'request',
      'request x y',
      'request acme/shop many-buckets',
    ]) {
      const command = parse(text);
      if ('verb' in command) continue;
      expect(parse(command.example.replace('/aws-role ', ''))).toHaveProperty('verb');
    }
  });
});

test.each([
  ['', 'form'],
  ['request', 'form'],
  ['  help ', 'help'],
  ['HELP', 'help'],
  ['templates', 'templates'],
  ['list', 'list'],
])('%j means %s', (text, verb) => {
  expect(parse(text)).toMatchObject({ verb });
});

test('any text is either understood or answered; nothing throws, nothing foreign becomes a parameter', () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .array(
        fc.oneof(
          fc.constantFrom(
            'request',
            'acme/shop',
            's3-static-site',
            '__proto__=x',
            'constructor=y',
            'bucket=shop-a',
            'because',
            'env="',
            '“',
            '=',
            'for=1d',
          ),
          fc.string({ maxLength: 20 }),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(typed, (text) => {
      const command = parse(text);
      if ('verb' in command && command.verb === 'request') {
        expect(Object.keys(command.request.parameters)).toEqual(
          expect.arrayContaining(['bucket'].slice(0, 0)),
        );
        for (const name of Object.keys(command.request.parameters))
          expect(['bucket', 'distribution', 'buckets']).toContain(name);
      } else if (!('verb' in command)) {
        expect(command.errors.length).toBeGreaterThan(0);
      }
    }),
    runs(500),
  );
});

test('a quoted word comes back as it was meant', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !/["“”„&]/.test(text)),
      (value) => {
        expect(wordsOf(`key="${value}"`)).toEqual({ words: [{ key: 'key', value, isQuoted: true }] });
      },
    ),
  );
});
