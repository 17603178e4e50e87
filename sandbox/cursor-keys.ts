import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { stateFile } from './state-file.ts';

const keys = z.strictObject({ keys: z.string().min(44) });

/** The keys of the lists' cursors, made at the first start in `dir` and kept there. */
export function cursorKeys(dir: string): string {
  const file = stateFile(dir, 'cursor-keys.json', keys);
  const kept = file.read();
  if (kept) return kept.keys;
  const made = { keys: randomBytes(32).toString('base64') };
  file.write(made);
  return made.keys;
}
