import type { ZodError } from 'zod';

/** Every faulty field as `/path/to/field: what is wrong`. */
export function faultyFields(error: ZodError): string[] {
  return error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`);
}
