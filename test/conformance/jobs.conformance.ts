import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readTemplates } from '../../adapters/settings/files.ts';
import type { Template } from '../../domain/templates/template.ts';
import { installJobTools } from '../../scripts/jobs/install.ts';
import { readJobs, rowText } from '../../scripts/jobs/jobs.ts';
import { awsClis } from '../support/jobs/aws-cli.ts';
import { type JobWorld, startJobWorld } from '../support/jobs/job-world.ts';

// Every template does its ordinary job with real tools, and nothing beside it: web identity from the sandbox's STS, each call
// judged by the session's policies and boundary, what is allowed passed on to moto.
const ROOT = join(import.meta.dirname, '..', '..');
const templates = readTemplates(ROOT);
const { jobs, errors } = readJobs(ROOT, [...templates.keys()]);
const missing = installJobTools(ROOT);
if (missing !== undefined) console.warn(`The jobs tier is left out. ${missing}`);

const { clis, missing: missingClis } = awsClis(ROOT);
for (const one of missingClis) console.warn(`The jobs tier lacks ${one}`);

const TIMEOUT_MS = 180_000;

test('every template has a job', () => {
  expect(errors).toEqual([]);
});

(missing === undefined ? describe : describe.skip)('with the role of a grant', () => {
  let world: JobWorld;

  beforeAll(async () => {
    world = await startJobWorld(ROOT);
  }, TIMEOUT_MS);

  afterAll(() => world?.close());

  describe.each(clis)('and $name', (cli) => {
    test.each([...jobs])(
      '%s does its job and no more',
      async (name, job) => {
        const step = await world.step(templateOf(name), job, cli);
        expect(await step.runAll(job.allowed)).toEqual(
          job.allowed.map((row) => ({ does: rowText(row), outcome: 'allowed' })),
        );
        expect(await step.runAll(job.refused)).toEqual(
          job.refused.map((row) => ({ does: rowText(row), outcome: 'refused' })),
        );
      },
      TIMEOUT_MS,
    );

    test.each([...jobs])(
      'the pasted step of %s runs word for word',
      async (name, job) => {
        const step = await world.step(templateOf(name), job, cli);
        const { code, output } = await step.runPasted();
        const problems = step.problems();
        expect({ code, problems, output: code === 0 ? '' : output }).toEqual({
          code: 0,
          problems: [],
          output: '',
        });
        expect(output).toContain(`assumed-role/${step.roleName}/shop-17`);
      },
      TIMEOUT_MS,
    );
  });
});

function templateOf(name: string): Template {
  const template = templates.get(name);
  if (!template) throw new Error(`there is no template ${name}`);
  return template;
}
