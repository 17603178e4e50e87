import * as z from 'zod';
import { problemCodes } from '../../../domain/shared/problem.ts';

/** An RFC 9457 problem document. */
export const problemSchema = z
  .strictObject({
    type: z.string().describe('urn:rolewright:problem: and the code in lower case, with hyphens'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong here, and what to do'),
    code: z.enum(problemCodes).describe('Stable'),
    instance: z.string().describe("The request's id, by which the operators find it in the logs"),
    errors: z
      .array(z.strictObject({ pointer: z.string().describe('JSON pointer, RFC 6901'), detail: z.string() }))
      .optional()
      .describe('Every field error'),
  })
  .meta({ id: 'Problem' });
