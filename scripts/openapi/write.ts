import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { ProblemCode } from '../../domain/shared/problem.ts';
import { apiDocument } from './document.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Where the document is kept, and bundled from. */
const FILE = 'docs/openapi.json';

/** Reads the remedy of a code from `docs/errors.md`. Throws for a code that has no row. */
function adviceIn(table: string): (code: ProblemCode) => string {
  return (code) => {
    const advice = new RegExp(`^\\| \`${code}\` \\| \\d{3} \\| (.*) \\|$`, 'm').exec(table)?.[1];
    if (advice) return advice;
    throw new Error(`docs/errors.md has no row for ${code}`);
  };
}

/** The document as the file must hold it. */
export const apiDocumentText = (): string => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  return `${JSON.stringify(apiDocument(version, adviceIn(read('docs/errors.md'))), null, 2)}\n`;
};

/** The linter's findings, each as a sentence with its position. */
export async function lintFindings(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source, absoluteRef: FILE, config });
  return problems.map(
    ({ ruleId, message, location: [at] }) => `${ruleId} at ${at?.pointer ?? '#'}: ${message}`,
  );
}

/** `npm run openapi` writes the document. With `-- --check` it reports whether the file is current, and what the linter
 *  finds. */
async function main(): Promise<void> {
  const text = apiDocumentText();
  const findings = await lintFindings(text);
  if (findings.length > 0) throw new Error(`The API document breaks rules:\n${findings.join('\n')}`);
  if (!process.argv.includes('--check')) {
    writeFileSync(join(root, FILE), text);
    console.log(`${FILE} is written.`);
  } else if (read(FILE) !== text) {
    throw new Error(`${FILE} differs from the code; npm run openapi writes it.`);
  }
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
