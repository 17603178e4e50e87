import { describe, expect, test } from '@jest/globals';
import type { Template } from '../../../../domain/templates/template.ts';
import { templateContent, templateOf } from '../../../support/domain/samples.ts';

type Content = ReturnType<typeof templateContent> & Record<string, unknown>;

function changed(change: (content: Content) => void): Template {
  const content: Content = templateContent();
  change(content);
  return templateOf(content);
}

describe("a template's version", () => {
  const { version } = templateOf();

  test.each<[string, (content: Content) => void]>([
    ['its description', (c) => Object.assign(c, { description: 'Other words' })],
    [
      "a parameter's description",
      (c) => Object.assign(c.parameters, { bucket: { type: 's3BucketName', description: 'y' } }),
    ],
    [
      "a parameter's example",
      (c) =>
        Object.assign(c.parameters, {
          bucket: { type: 's3BucketName', description: 'y', example: 'shop-x' },
        }),
    ],
    ['the order of requestableBy', (c) => c.requestableBy.reverse()],
    [
      'the order of its parameters',
      (c) => Object.assign(c, { parameters: Object.fromEntries(Object.entries(c.parameters).reverse()) }),
    ],
    [
      'a default that is written out',
      (c) => Object.assign(c, { approval: 'none', scope: 'any', maxSessionDuration: 3600 }),
    ],
  ])('stays with another %s', (_, change) => {
    expect(changed(change).version).toBe(version);
  });

  test('stays with other words for what it acts through', () => {
    const acting = (actsThrough: string) => (c: Content) =>
      Object.assign(c, { actsThrough, ownership: 'named' });
    expect(changed(acting('Amounts to more')).version).toBe(changed(acting('Amounts to all')).version);
  });

  test.each<[string, (content: Content) => void]>([
    ['an action', (c) => Object.assign(c.statements[0] ?? {}, { actions: ['s3:PutObject'] })],
    [
      'a resource',
      (c) => Object.assign(c.statements[0] ?? {}, { resources: ['arn:aws:s3:::{{bucket}}/a/*'] }),
    ],
    [
      'a condition',
      (c) => Object.assign(c.statements[0] ?? {}, { conditions: { StringEquals: { a: 'b' } } }),
    ],
    ['a statement', (c) => c.statements.push({ ...c.statements[0], sid: 'Extra' })],
    ['its session duration', (c) => Object.assign(c, { maxSessionDuration: 7200 })],
    ['its approval', (c) => Object.assign(c, { approval: 'required' })],
    ['its scope', (c) => Object.assign(c, { scope: 'environment' })],
    ['who may request it', (c) => Object.assign(c, { requestableBy: ['person'] })],
    [
      'the type of a parameter',
      (c) => {
        Object.assign(c.parameters, { bucket: { type: 's3KeyPrefix', description: 'x' } });
        Object.assign(c.statements[0] ?? {}, { resources: ['arn:aws:s3:::site/{{bucket}}/*'] });
      },
    ],
    ...Object.entries({
      pattern: 'shop-*',
      allowed: ['shop-site'],
      default: 'shop-site',
      list: { max: 2 },
    }).map(([field, value]): [string, (content: Content) => void] => [
      `the ${field} of a parameter`,
      (c) =>
        Object.assign(c.parameters, {
          bucket: { type: 's3BucketName', description: 'x', [field]: value },
        }),
    ]),
  ])('changes with %s', (_, change) => {
    expect(changed(change).version).not.toBe(version);
  });
});
