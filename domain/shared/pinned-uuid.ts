import * as z from 'zod';
import { parseUuid } from './identifiers.ts';

/** A UUID in the configuration: in braces, in any case; read as lower case. */
export const pinnedUuid = z
  .string({
    error: ({ input }) => (input === undefined ? 'is missing; npm run config:pin fills it in' : undefined),
  })
  .refine((text) => parseUuid(text) !== undefined, 'must be a UUID in braces; npm run config:pin fills it in')
  .transform((text) => text.toLowerCase());
