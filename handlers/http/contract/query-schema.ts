import * as z from 'zod';
import { epochOf, toInstant } from '../../../domain/shared/time.ts';

/** Items of one page: 1–100, 25 by default. */
export const limitSchema = z
  .string()
  .regex(/^([1-9]\d?|100)$/, 'must be a number from 1 to 100')
  .default('25')
  .transform(Number)
  .meta({
    description: 'Items of one page, 1–100',
    typed: { type: 'integer', minimum: 1, maximum: 100, default: 25 },
  });

/** Where a page begins: what the page before gave, for the same caller, route and filters only, within an hour. */
export const cursorSchema = z
  .string()
  .optional()
  .describe('The cursor of the previous page, for the same caller and filters, within an hour');

/** A time: ISO 8601 with an offset, or a day, which begins at midnight UTC. */
export const instantSchema = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'must be an ISO 8601 time' })
  .transform((text) => toInstant(epochOf(text)));

/** A filter that is on or absent. */
export const flagSchema = z.literal('true').meta({ typed: { type: 'boolean', enum: [true] } });

/** A principal as `kind:id`. */
export const principalQuery = z
  .string()
  .regex(/^(person|service|pipeline|system):.{1,256}$/, 'must be kind:id, such as person:ada@example.com');

/** The query of a list without filters. */
export const pageQuery = z.strictObject({ limit: limitSchema, cursor: cursorSchema });

/** Whether a request is only looked at. */
export const dryRunQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .default('false')
    .meta({
      description: 'true: plan only; nothing is written',
      typed: { type: 'boolean', default: false },
    }),
});
