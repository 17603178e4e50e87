import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SettingsSource } from '../settings/source.ts';

/** A file of `access/`, e.g. `{path: 'access/rules.cedar', text: 'permit (…);'}`. */
export type AccessFile = { path: string; text: string };

/** The text of the access rules: the schema, if it exists, and every file of rules. */
export type AccessFiles = { schema: AccessFile | undefined; rules: AccessFile[] };

const SCHEMA = 'access/rolewright.cedarschema';

/** The rules to copy from, which are not in force. */
export const EXAMPLES = 'access/examples';

/** Reads the schema, and every `*.cedar` of a folder below `root`, sorted by name. */
export function readAccessFiles({
  root,
  access: folder,
}: Pick<SettingsSource, 'root' | 'access'>): AccessFiles {
  const read = (path: string): AccessFile => ({ path, text: readFileSync(resolve(root, path), 'utf8') });
  const names = existsSync(resolve(root, folder)) ? readdirSync(resolve(root, folder)).sort() : [];
  return {
    schema: existsSync(join(root, SCHEMA)) ? read(SCHEMA) : undefined,
    rules: names.filter((name) => name.endsWith('.cedar')).map((name) => read(`${folder}/${name}`)),
  };
}
