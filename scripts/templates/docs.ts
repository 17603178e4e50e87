import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTemplates } from '../../adapters/settings/files.ts';
import { templateJsonSchema } from '../../domain/templates/schema.ts';
import type { Template } from '../../domain/templates/template.ts';
import { templatePage } from './page.ts';

/** The files that are made from the templates, by path: what editors check them with, and what people read. */
export const generatedFiles = (templates: readonly Template[]): Record<string, string> => ({
  'templates/schema.json': `${JSON.stringify(
    {
      ...templateJsonSchema(),
      title: 'Rolewright permission template',
      description: 'Made by npm run templates:docs from domain/templates/schema.ts.',
    },
    null,
    2,
  )}\n`,
  'docs/templates.md': templatePage(templates),
});

/** `npm run templates:docs`. */
function main(): void {
  const root = join(import.meta.dirname, '..', '..');
  for (const [path, text] of Object.entries(generatedFiles([...readTemplates(root).values()]))) {
    writeFileSync(join(root, path), text);
    console.log(`${path} is written.`);
  }
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
