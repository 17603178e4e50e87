import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { grantRequestSchema } from '../../../../domain/grants/request.ts';
import { fieldRule } from '../../../../domain/shared/field-messages.ts';
import { toFieldErrors } from '../../../../domain/shared/problem.ts';

const said = (schema: z.ZodType, value: unknown): string[] => {
  const parsed = schema.safeParse(value, { error: fieldRule });
  return parsed.success
    ? []
    : toFieldErrors(parsed.error).map(({ pointer, detail }) => `${pointer} ${detail}`);
};

test.each<[z.ZodType, unknown, string]>([
  [z.string(), undefined, 'is missing'],
  [z.string(), 5, 'must be text'],
  [z.number(), '5', 'must be a number'],
  [z.int(), 1.5, 'must be a whole number'],
  [z.boolean(), 'yes', 'must be true or false'],
  [z.array(z.string()), {}, 'must be a list'],
  [z.strictObject({}), [], 'must be an object'],
  [z.record(z.string(), z.string()), 'a', 'must be an object'],
  [z.enum(['true', 'false']), 'maybe', 'must be one of true, false'],
  [z.enum(['true', 'false']), undefined, 'is missing: must be one of true, false'],
  [z.literal('aws'), 'aws-cn', 'must be aws'],
  [z.string().min(1), '', 'must hold at least 1 character'],
  [z.string().max(3), 'four', 'must hold at most 3 characters'],
  [z.array(z.string()).min(1), [], 'must hold at least 1 item'],
  [z.int().max(100), 101, 'must be at most 100'],
])('a fault is told by what the field must be: %#', (schema, value, expected) => {
  expect(said(z.strictObject({ field: schema }), { field: value })).toEqual([`/field ${expected}`]);
});

test("a schema's own words stand", () => {
  expect(said(z.string().regex(/^a$/, 'must be an a'), 'b')).toEqual([' must be an a']);
});

test('an empty request is told each missing field', () => {
  expect(said(grantRequestSchema, {})).toEqual([
    '/repository is missing',
    '/template is missing',
    '/parameters is missing',
  ]);
});
