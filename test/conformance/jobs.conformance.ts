import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readTemplates } from '../../adapters/settings/files.ts';
import { installJobTools } from '../../scripts/jobs/install.ts';
import { readJobs, rowText } from '../../scripts/jobs/jobs.ts';
import { type JobWorld, startJobWorld } from '../support/jobs/job-world.ts';

// Every template does its ordinary job with real tools, and nothing beside it: web identity from the sandbox's STS, each call
// judged by the session's policies and boundary, what is allowed passed on to moto.
const ROOT = join(import.meta.dirname, '..', '..');
const templates = readTemplates(ROOT);
const { jobs, faults } = readJobs(ROOT, [...templates.keys()]);
const missing = installJobTools(ROOT);
if (missing !== undefined) console.warn(`The jobs tier is left out. ${missing}`);

const TIMEOUT_MS = 120_000;

test('every template has a job', () => {
  expect(faults).toEqual([]);
});

(missing === undefined ? describe : describe.skip)('with the role of a grant', () => {
  let world: JobWorld;

  beforeAll(async () => {
    world = await startJobWorld(ROOT);
  }, TIMEOUT_MS);

  afterAll(() => world?.close());

  test.each([...jobs])(
    '%s does its job and no more',
    async (name, job) => {
      const template = templates.get(name);
      if (!template) throw new Error(`there is no template ${name}`);
      const step = await world.step(template, job);
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
      const template = templates.get(name);
      if (!template) throw new Error(`there is no template ${name}`);
      const step = await world.step(template, job);
      const { code, output } = await step.runPasted();
      expect({ code, problems: step.problems() }).toEqual({
        code: 0,
        problems: [],
        ...(code === 0 ? {} : { output }),
      });
      expect(output).toContain(`assumed-role/${step.roleName}/shop-17`);
    },
    TIMEOUT_MS,
  );
});
