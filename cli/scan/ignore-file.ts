import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';
import { scanCodes } from '../../domain/scan/codes.ts';
import type { IgnoreRule } from '../../domain/scan/ignore.ts';
import { UsageError } from '../command.ts';
import { plainText } from '../plain-text.ts';

const ruleSchema = z.strictObject({
  code: z.enum(scanCodes as [string, ...string[]], { error: 'must be a code of a finding' }),
  role: z
    .string()
    .regex(/^(?:arn:|[*?])/, 'must be the ARN of a role, * and ? as in IAM, such as "*:role/deploy-*"'),
  reason: z.string().trim().min(1, 'must say why the finding is accepted'),
  until: z.iso.date('must be a day, such as 2027-03-31').optional(),
});

const fileSchema = z.array(ruleSchema, { error: 'must be a list of {code, role, reason, until?}' });

/** Reads the accepted findings of a YAML or JSON file. Throws `UsageError` that names each fault: a rule without a reason is
 *  none. */
export async function readIgnoreFile(file: string): Promise<IgnoreRule[]> {
  const name = plainText(file);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${name}: the file of ignored findings cannot be read.`);
  });
  let content: unknown;
  try {
    content = parse(text, { maxAliasCount: 0 });
  } catch {
    throw new UsageError(`${name}: the file of ignored findings is neither YAML nor JSON.`);
  }
  const result = fileSchema.safeParse(content);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path, message }) => `  ${path.join('.') || 'the file'}: ${message}`,
  );
  throw new UsageError(`${name} is no list of ignored findings:\n${plainLines(faults)}`);
}

const plainLines = (lines: readonly string[]): string => lines.map(plainText).join('\n');
