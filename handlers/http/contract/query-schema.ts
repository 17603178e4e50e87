import * as z from 'zod';

/** Items of one page: 1–100, 25 by default. */
export const limitSchema = z
  .string()
  .regex(/^([1-9]\d?|100)$/, 'must be a number from 1 to 100')
  .default('25')
  .transform(Number)
  .describe('Items of one page, 1–100');

/** Where a page begins: what the page before gave, for the same route and filters only. */
export const cursorSchema = z.string().optional().describe('The cursor of the previous page');

/** The query of a list without filters. */
export const pageQuery = z.strictObject({ limit: limitSchema, cursor: cursorSchema });

/** Whether a request is only looked at. */
export const dryRunQuery = z.strictObject({
  dryRun: z.enum(['true', 'false']).default('false').describe('true: plan only; nothing is written'),
});
