import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTemplates } from '../../adapters/settings/files.ts';
import { templateJsonSchema } from '../../domain/templates/schema.ts';
import type { Template } from '../../domain/templates/template.ts';
import type { Job } from '../jobs/job-schema.ts';
import { readJobs } from '../jobs/jobs.ts';
import { templatePage } from './page.ts';

/** The files that are made from the templates, by path: what editors check them with, and what people read. */
export const generatedFiles = (
  templates: readonly Template[],
  jobs: ReadonlyMap<string, Job>,
): Record<string, string> => ({
  'templates/schema.json': `${JSON.stringify(
    {
      ...templateJsonSchema(),
      title: 'Rolewright permission template',
      description: 'Made by npm run templates:docs from domain/templates/schema.ts.',
    },
    null,
    2,
  )}\n`,
  'docs/templates.md': templatePage(templates, jobs),
});

/** `npm run templates:docs`. */
function main(): void {
  const root = join(import.meta.dirname, '..', '..');
  const templates = readTemplates(root);
  const { jobs, faults } = readJobs(root, [...templates.keys()]);
  for (const fault of faults) console.warn(fault);
  for (const [path, text] of Object.entries(generatedFiles([...templates.values()], jobs))) {
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
