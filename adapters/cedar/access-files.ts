import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of `access/`, e.g. `{path: 'access/rules.cedar', text: 'permit (…);'}`. */
export type AccessFile = { path: string; text: string };

/** The text of the access rules: the schema, if it exists, and every file of rules. */
export type AccessFiles = { schema: AccessFile | undefined; rules: AccessFile[] };

const SCHEMA = 'access/rolewright.cedarschema';

/** Reads the schema and every `*.cedar` of a folder below `root`, sorted by name. Rules in `access/examples` are not in
 *  force. */
export function readAccessFiles(root: string, folder: 'access' | 'access/examples' = 'access'): AccessFiles {
  const read = (path: string): AccessFile => ({ path, text: readFileSync(join(root, path), 'utf8') });
  const names = existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : [];
  return {
    schema: existsSync(join(root, SCHEMA)) ? read(SCHEMA) : undefined,
    rules: names.filter((name) => name.endsWith('.cedar')).map((name) => read(`${folder}/${name}`)),
  };
}
