import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Job, jobSchema } from './job-schema.ts';

/** Reads the jobs of the templates below `root`, by template. `errors` name what is wrong with a file, and each of
 *  `templates` that has none: a template whose job is not tried may fail everyone's first step. */
export function readJobs(
  root: string,
  templates: readonly string[],
): { jobs: Map<string, Job>; errors: string[] } {
  const folder = join(root, 'templates', 'jobs');
  const jobs = new Map<string, Job>();
  const errors: string[] = [];
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : [];
  for (const file of files.sort()) {
    const name = file.slice(0, -'.yaml'.length);
    const read = jobSchema.safeParse(parse(readFileSync(join(folder, file), 'utf8')));
    if (!templates.includes(name)) errors.push(`templates/jobs/${file}:1: is the job of no template`);
    else if (read.success) jobs.set(name, read.data);
    else {
      for (const { path, message } of read.error.issues) {
        errors.push(`templates/jobs/${file}:1: /${path.join('/')}: ${message}`);
      }
    }
  }
  for (const name of templates.filter((one) => !files.includes(`${one}.yaml`))) {
    errors.push(
      `templates/${name}.yaml:1: has no job: write templates/jobs/${name}.yaml with what its tools do, and run npm run test:conformance`,
    );
  }
  return { jobs, errors };
}

/** What a row does, as the docs show it. */
export const rowText = (row: { run: string } | { call: string; with: Record<string, unknown> }): string =>
  'run' in row ? row.run : `${row.call}(${Object.keys(row.with).join(', ')})`;
