import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readTemplates } from '../../adapters/settings/files.ts';
import type { Template } from '../../domain/templates/template.ts';
import { installJobTools } from '../../scripts/jobs/install.ts';
import type { Job } from '../../scripts/jobs/job-schema.ts';
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
        const step = await world.step({ template: templateOf(name), job, cli });
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
        const step = await world.step({ template: templateOf(name), job, cli });
        const { code, output } = await step.runPasted(step.script);
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

    test.each([
      ['a lock file', []],
      ['a lock file and a key', ['kmsKey']],
      ['a lock table', ['lockTable']],
    ])(
      'terraform-state keeps state with %s',
      async (_, optional) => {
        const job = jobOf('terraform-state');
        const wanted = ['bucket', 'prefix', ...optional];
        const parameters = Object.fromEntries(
          Object.entries(job.parameters).filter(([name]) => wanted.includes(name)),
        );
        const keys = optional.includes('kmsKey') ? job.keys : {};
        const template = templateOf('terraform-state');
        const step = await world.step({ template, job: { ...job, parameters, keys }, cli });
        const { code, output } = await step.runPasted([...step.script, 'terraform apply -auto-approve']);
        const problems = step.problems();
        expect({ code, problems, output: code === 0 ? '' : output }).toEqual({
          code: 0,
          problems: [],
          output: '',
        });
      },
      TIMEOUT_MS,
    );

    test.each([
      ['access keys', { AWS_ACCESS_KEY_ID: 'AKIAOLDPIPELINEUSER1', AWS_SECRET_ACCESS_KEY: 'x' }],
      [
        'a session',
        { AWS_ACCESS_KEY_ID: 'ASIAOLDSESSION000001', AWS_SECRET_ACCESS_KEY: 'x', AWS_SESSION_TOKEN: 'x' },
      ],
      ['a profile', { AWS_PROFILE: 'old', AWS_DEFAULT_PROFILE: 'old', AWS_CONFIG_FILE: '/old' }],
      [
        'another web identity',
        { AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/old', AWS_WEB_IDENTITY_TOKEN_FILE: '/old' },
      ],
    ])(
      'a repository variable that sets %s does not become the caller of the step',
      async (kind, variables) => {
        const step = await world.step({ ...staticSite(), cli });
        const { code, output } = await step.runPasted(step.script, variables);
        expect({ code, problems: step.problems() }).toEqual({ code: 0, problems: [] });
        expect(output).toContain(`assumed-role/${step.roleName}/shop-17`);
        if (kind === 'access keys') expect(output).toContain('AWS_ACCESS_KEY_ID is set and is not used here');
      },
      TIMEOUT_MS,
    );

    test(
      'a step waits until STS sees that its role is open',
      async () => {
        const step = await world.step({ ...staticSite(), cli, propagationMs: 6_000 });
        const { code, output } = await step.runPasted(step.script);
        expect({ code, problems: step.problems() }).toEqual({ code: 0, problems: [] });
        expect(output).toContain(`assumed-role/${step.roleName}/shop-17`);
      },
      TIMEOUT_MS,
    );

    test(
      'a step without an open role stops before the first command of its template',
      async () => {
        const step = await world.step({ ...staticSite(), cli, propagationMs: 60_000 });
        const script = step.script.map((command) => command.replaceAll('sleep $pause', 'true'));
        const { code, output } = await step.runPasted(script);
        expect({ code, problems: step.problems() }).toEqual({ code: 1, problems: [] });
        expect(output).toContain(`Stopped, the role is ${step.roleName}, but AWS says nothing`);
      },
      TIMEOUT_MS,
    );

    test.each([
      ['ecr-push', 'ecs-deploy'],
      ['ecs-deploy', 'ecr-push'],
      ['s3-static-site', 'lambda-deploy'],
    ])(
      'the commands of %s and %s run one after the other in one step, each with its own role',
      async (first, second) => {
        const one = await world.step({ template: templateOf(first), job: jobOf(first), cli });
        const two = await world.step({
          template: templateOf(second),
          job: jobOf(second),
          cli,
          beside: one,
        });
        const stillNamed = `aws --profile ${first} sts get-caller-identity`;
        const { code, output } = await one.runPasted([...one.script, ...two.script, stillNamed]);
        const problems = one.problems();
        expect({ code, problems, output: code === 0 ? '' : output }).toEqual({
          code: 0,
          problems: [],
          output: '',
        });
        const callers = [...output.matchAll(/assumed-role\/([^/]+)\/shop-17/g)].map(([, role]) => role);
        expect(callers).toEqual([one.roleName, two.roleName, one.roleName]);
      },
      TIMEOUT_MS,
    );
  });
});

const staticSite = () => ({ template: templateOf('s3-static-site'), job: jobOf('s3-static-site') });

function jobOf(name: string): Job {
  const job = jobs.get(name);
  if (!job) throw new Error(`there is no job for ${name}`);
  return job;
}

function templateOf(name: string): Template {
  const template = templates.get(name);
  if (!template) throw new Error(`there is no template ${name}`);
  return template;
}
