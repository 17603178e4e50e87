import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTemplates } from '../../../../../adapters/settings/files.ts';
import { roleArnOf } from '../../../../../domain/planning/role.ts';
import { exampleParameters } from '../../../../../domain/templates/parameters.ts';
import { combinedStep, pipelineStep, pipeStep } from '../../../../../domain/templates/step/pipeline-step.ts';
import type { StepGrant } from '../../../../../domain/templates/step/step-grant.ts';
import type { Template } from '../../../../../domain/templates/template.ts';
import { GRANT_ID } from '../../../../support/domain/samples.ts';
import {
  bitbucketVariables,
  type Run,
  runScript,
  scriptOf,
  stepsIn,
} from '../../../../support/domain/step-shell.ts';
import { asAccountId } from '../../../../support/identifiers.ts';

const templates = [...readTemplates(join(import.meta.dirname, '..', '..', '..', '..', '..')).values()];
const shipped = (name: string): Template => {
  const found = templates.find((template) => template.name === name);
  if (!found) throw new Error(`there is no template ${name}`);
  return found;
};
const account = {
  alias: 'default',
  id: asAccountId('111122223333'),
  partition: 'aws',
  region: 'eu-central-1',
};

function grantOf(template: Template, differing: Partial<StepGrant> = {}): StepGrant {
  const name = `rw-shop-${template.name.slice(0, 20)}-hrq6egvaok64`;
  return {
    id: GRANT_ID,
    name: 'default',
    template: { name: template.name, step: template },
    parameters: exampleParameters(template),
    account,
    role: { name, arn: roleArnOf({ ...(differing.account ?? account), rolePath: '/rolewright/' }, name) },
    ...differing,
  };
}

const site = grantOf(shipped('s3-static-site'));
/** A template with every parameter, and with the required ones only. */
const requests = templates.flatMap((template): [string, Template, StepGrant['parameters']][] => {
  const all = exampleParameters(template);
  const required = Object.fromEntries(
    Object.entries(all).filter(([name]) => template.parameters[name]?.optional !== true),
  );
  const isSame = Object.keys(required).length === Object.keys(all).length;
  return [
    [template.name, template, all],
    ...(isSame ? [] : [[`${template.name} without options`, template, required] as const]),
  ].map(([name, of, parameters]) => [name, of, parameters] as [string, Template, StepGrant['parameters']]);
});

const siteScript = scriptOf(pipelineStep(site));
const sessionOf = ({ role }: StepGrant) => `arn:aws:sts::111122223333:assumed-role/${role.name}/shop-42`;

/** Calls that do the template's job: all but those of the step itself. */
const jobCalls = ({ calls }: Run) =>
  calls.filter(
    ({ command, args }) =>
      command !== 'sleep' && args[0] !== '--version' && args[1] !== 'get-caller-identity',
  );

describe('the pasted step', () => {
  test.each(requests)(
    'of %s does its job as the role, with nothing around it but what Bitbucket sets',
    async (_, template, parameters) => {
      const grant = grantOf(template, { parameters });
      const run = await runScript(scriptOf(pipelineStep(grant)));
      expect([run.status, run.stderr]).toEqual([0, '']);
      expect(run.stdout).toContain(`Runs as ${sessionOf(grant)}`);
      const taken = run.calls.findIndex(({ args }) => args[1] === 'get-caller-identity');
      const seen = run.calls.slice(taken + 1);
      for (const { profile, region, keyId } of seen) {
        expect([profile, region, keyId]).toEqual([template.name, 'eu-central-1', '']);
      }
      if (template.usage.length > 0) expect(seen).not.toEqual([]);
      expect(pipelineStep(grant)).not.toMatch(/\{\{|\}\}/);
    },
  );

  test.each(requests)(
    'of %s is one command a line, in plain YAML items that Slack shows whole',
    (_, template, parameters) => {
      const text = pipelineStep(grantOf(template, { parameters }));
      const [step] = stepsIn(text);
      expect(step).toMatchObject({ name: template.name, oidc: true });
      expect([step?.image, step?.services]).toEqual([template.image, template.services]);
      const items = text.split('    script:\n')[1]?.trimEnd().split('\n') ?? [];
      expect(items).toHaveLength(step?.script.length ?? 0);
      expect(text.length).toBeLessThan(2700);
    },
  );

  test('hands each argument over as the template means it', async () => {
    const calls = jobCalls(await runScript(siteScript)).map(({ command, args }) => [command, ...args]);
    expect(calls).toContainEqual(['aws', 's3', 'sync', 'public/', 's3://shop-site/', '--delete']);
    expect(calls.at(-1)).toEqual(expect.arrayContaining(['create-invalidation', 'E2SHOPSITE0001', '/*']));
  });

  test('leaves out the line of an optional parameter that the grant lacks', async () => {
    const script = scriptOf(pipelineStep({ ...site, parameters: { bucket: 'shop-site' } }));
    expect(script.join('\n')).not.toContain('cloudfront');
    expect((await runScript(script)).status).toBe(0);
  });

  test('runs in a script that is strict about unset variables', async () => {
    const run = await runScript(['set -u', ...siteScript]);
    expect([run.status, run.stderr]).toEqual([0, '']);
  });

  test('still takes and checks the role where the template is in the bundle no more', async () => {
    const run = await runScript(scriptOf(pipelineStep({ ...site, template: { name: 'gone' } })));
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('Runs as ');
  });
});

describe('one step for several grants', () => {
  const push = grantOf(shipped('ecr-push'));
  const second = grantOf(shipped('s3-static-site'), { name: 'second', parameters: { bucket: 'shop-docs' } });

  test('takes each role and does its job, one after the other, whatever the order they come in', async () => {
    const text = combinedStep([push, second, site], []);
    expect(combinedStep([site, push, second], [])).toBe(text);
    const run = await runScript(scriptOf(text));
    expect([run.status, run.stderr]).toEqual([0, '']);
    const profiles = [...new Set(jobCalls(run).map(({ profile }) => profile))];
    expect(profiles).toEqual(['ecr-push', 's3-static-site', 's3-static-site.second']);
    const count = (part: string) => text.split(part).length - 1;
    expect([count('aws --version'), count('BITBUCKET_STEP_OIDC_TOKEN'), count('- step:')]).toEqual([1, 1, 1]);
  });

  test('of one grant is its own step', () => {
    for (const [, template, parameters] of requests) {
      const grant = grantOf(template, { parameters });
      expect(combinedStep([grant], [])).toBe(pipelineStep(grant));
    }
  });

  test('has the services, the setup and the environment of all, and says where images differ', () => {
    const environment = { name: 'Production' };
    const terraform = grantOf(shipped('terraform-state'), { environment });
    const text = combinedStep([push, terraform], ['gr_x is left out.\n- step: {}']);
    const [step] = stepsIn(text);
    expect(step).toMatchObject({ deployment: 'Production', services: ['docker'], oidc: true });
    for (const line of shipped('terraform-state').setup) expect(step?.script).toContain(line);
    expect(text).toContain('# The templates name amazon/aws-cli:2.31.0 and hashicorp/terraform:1.13.3');
    expect(text).toContain('# gr_x is left out.\\u{a}- step: {}\n');
    expect(stepsIn(text)).toHaveLength(1);
  });
});

describe('credentials of another kind in the step', () => {
  const foreign = {
    AWS_ACCESS_KEY_ID: 'AKIAOLDPIPELINEUSER1',
    AWS_SECRET_ACCESS_KEY: 'old-secret',
    AWS_SESSION_TOKEN: 'old-session',
    AWS_SECURITY_TOKEN: 'old-session',
    AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/old-deploy',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/old/token',
    AWS_ROLE_SESSION_NAME: 'old-build',
    AWS_PROFILE: 'old',
    AWS_DEFAULT_PROFILE: 'old',
    AWS_CONFIG_FILE: '/old/config',
    AWS_SHARED_CREDENTIALS_FILE: '/old/credentials',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
  };

  test('never run the step as another, whichever of them are set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(Object.keys(foreign) as (keyof typeof foreign)[]), async (names) => {
        const set = Object.fromEntries(names.map((name) => [name, foreign[name]]));
        const run = await runScript(siteScript, { env: { ...bitbucketVariables, ...set } });
        expect([run.status, run.stderr]).toEqual([0, '']);
        expect(run.stdout).toContain(`Runs as ${sessionOf(site)}`);
        for (const { profile, region, keyId } of jobCalls(run)) {
          expect([profile, region, keyId]).toEqual(['s3-static-site', 'eu-central-1', '']);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('are named in the log where they are keys, without their values', async () => {
    const { stdout } = await runScript(siteScript, { env: { ...bitbucketVariables, ...foreign } });
    expect(stdout).toContain('AWS_ACCESS_KEY_ID is set and is not used here');
    expect(stdout).not.toMatch(/AKIAOLD|old-secret|old-session/);
    expect((await runScript(siteScript)).stdout).not.toContain('AWS_ACCESS_KEY_ID');
  });
});

describe('before the first command', () => {
  test.each([
    ['the old user', 'arn:aws:iam::111122223333:user/old'],
    ['the same role name in another account', sessionOf(site).replace('111122223333', '444455556666')],
    ['a role whose name begins alike', sessionOf(site).replace('/shop-42', '-2/shop-42')],
    ['nothing that is an ARN', 'None'],
  ])('the step stops where AWS says that it is %s', async (_, identity) => {
    const run = await runScript(siteScript, { identity });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain(`the role is ${site.role.name}, but AWS says ${identity}`);
    expect(run.stderr).toContain(site.id);
    expect(jobCalls(run)).toEqual([]);
  });

  test.each([1, 5, 11])('it waits while STS refuses a new role %i times, and goes on', async (refusals) => {
    const run = await runScript(siteScript, { refusals });
    expect(run.status).toBe(0);
    const pauses = run.calls.filter(({ command }) => command === 'sleep').map(({ args }) => Number(args[0]));
    expect(pauses).toHaveLength(refusals);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThan(60);
    expect(jobCalls(run)).toHaveLength(2);
  });

  test('it stops after a minute of refusals, and says where to ask', async () => {
    const run = await runScript(siteScript, { refusals: 12 });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('but AWS says nothing; ask POST /v1/explain about gr_');
    expect(jobCalls(run)).toEqual([]);
    const slept = run.calls
      .filter(({ command }) => command === 'sleep')
      .reduce((sum, { args }) => sum + Number(args[0]), 0);
    expect(slept).toBe(55);
  });

  test.each([[{}], [{ BITBUCKET_STEP_OIDC_TOKEN: '' }]])(
    'it stops with a clear line without a token: %j',
    async (token) => {
      const { BITBUCKET_STEP_OIDC_TOKEN: _, ...rest } = bitbucketVariables;
      const run = await runScript(siteScript, { env: { ...rest, ...token } });
      expect(run.status).not.toBe(0);
      expect(run.stderr).toContain('BITBUCKET_STEP_OIDC_TOKEN: is empty, the step lacks oidc');
      expect(jobCalls(run)).toEqual([]);
    },
  );
});

test("the session's name leads to the build, and is one that STS takes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.stringMatching(/^[a-z0-9._-]{1,62}$/),
      fc.integer({ min: 1, max: 2 ** 40 }),
      async (BITBUCKET_REPO_SLUG, build) => {
        const env = { ...bitbucketVariables, BITBUCKET_REPO_SLUG, BITBUCKET_BUILD_NUMBER: String(build) };
        const [, session = ''] =
          /Runs as \S+\/(\S+)/.exec((await runScript(siteScript, { env })).stdout) ?? [];
        expect(session).toMatch(/^[\w+=,.@-]{2,64}$/);
        expect(session).toBe(`${BITBUCKET_REPO_SLUG.slice(0, 40)}-${build}`);
      },
    ),
    { numRuns: 20 },
  );
});

describe('several grants in one step', () => {
  const push = grantOf(shipped('ecr-push'));
  const deploy = grantOf(shipped('ecs-deploy'));
  const both = scriptOf(pipelineStep(push), pipelineStep(deploy));

  test('each do their job as their own role, and stay at hand as profiles', async () => {
    const run = await runScript([...both, `AWS_PROFILE=ecr-push aws sts get-caller-identity`]);
    expect(run.status).toBe(0);
    const identities = run.stdout.match(/arn:aws:sts::\S+/g);
    expect(identities).toEqual([sessionOf(push), sessionOf(deploy), sessionOf(push)]);
    const profiles = jobCalls(run).map(({ profile }) => profile);
    expect(profiles).toEqual([...profiles].sort());
    expect(new Set(profiles)).toEqual(new Set(['ecr-push', 'ecs-deploy']));
  });

  test('may be one grant twice', async () => {
    const run = await runScript(scriptOf(pipelineStep(push), pipelineStep(deploy), pipelineStep(push)));
    expect([run.status, run.stderr]).toEqual([0, '']);
    const order = jobCalls(run).map(({ profile }) => profile);
    expect(order.filter((profile, n) => profile !== order[n - 1])).toEqual([
      'ecr-push',
      'ecs-deploy',
      'ecr-push',
    ]);
  });

  test('have profiles of their own even with one template, by name and account', async () => {
    const staging = { ...account, alias: 'staging', id: asAccountId('444455556666') };
    const grants = [
      site,
      {
        ...site,
        name: 'docs',
        role: { name: 'rw-docs', arn: roleArnOf({ ...account, rolePath: '/rolewright/' }, 'rw-docs') },
      },
      grantOf(shipped('s3-static-site'), { account: staging }),
    ];
    const run = await runScript(scriptOf(...grants.map(pipelineStep)));
    expect(run.status).toBe(0);
    expect([...new Set(jobCalls(run).map(({ profile }) => profile))]).toEqual([
      's3-static-site',
      's3-static-site.docs',
      's3-static-site.staging',
    ]);
  });
});

describe('a deployment environment', () => {
  const names = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom(
      ...[
        'a "b"',
        "it's",
        '$(rm -rf ~)',
        '`id`',
        'a\nb',
        '- x: y # z',
        '\u202eevil',
        '\u2028',
        '\u0085',
        '😀',
        'null',
        '*',
        '{{x}}',
        '%s',
        '\\',
      ],
    ),
  );

  test('is named exactly, whatever it is called, in text that shows itself', () => {
    fc.assert(
      fc.property(names, (name) => {
        for (const text of [pipelineStep, pipeStep].map((write) =>
          write({ ...site, environment: { name } }),
        )) {
          expect(stepsIn(text ?? '').map(({ deployment }) => deployment)).toEqual([name]);
          expect(text).not.toMatch(/[^\n\P{C}]|[\u2028\u2029]/u);
        }
      }),
    );
  });

  test('is left out of the step of a grant for the whole repository', () => {
    expect(stepsIn(pipelineStep(site))[0]).not.toHaveProperty('deployment');
  });
});

describe("Atlassian's pipes", () => {
  test.each(requests)(
    'of %s get role and region, and the variables of the job',
    (_, template, parameters) => {
      const grant = grantOf(template, { parameters, environment: { name: 'Production' } });
      const text = pipeStep(grant);
      const fitting = template.pipes.filter(
        ({ when, unless }) =>
          (when === undefined || when in parameters) &&
          ![unless ?? []].flat().some((name) => name in parameters),
      );
      if (fitting.length === 0) return expect(text).toBe(undefined);
      const [step] = stepsIn(text ?? '');
      expect(step).toMatchObject({ name: template.name, oidc: true, deployment: 'Production' });
      expect(step?.script).toHaveLength(fitting.length);
      for (const item of step?.script ?? []) {
        expect(item).toMatchObject({
          pipe: expect.stringMatching(/^atlassian\/[a-z0-9-]+:\d+\.\d+\.\d+$/),
          variables: { AWS_OIDC_ROLE_ARN: grant.role.arn, AWS_DEFAULT_REGION: 'eu-central-1' },
        });
        for (const value of Object.values((item as { variables: object }).variables)) {
          expect(value).toEqual(expect.stringMatching(/^(?!.*\{\{)/s));
        }
      }
    },
  );

  test('leave out what depends on a parameter that the grant lacks', () => {
    const [step] = stepsIn(pipeStep({ ...site, parameters: { bucket: 'shop-site' } }) ?? '');
    expect(step?.script).toEqual([
      {
        pipe: expect.stringContaining('aws-s3-deploy'),
        variables: expect.objectContaining({ S3_BUCKET: 'shop-site' }),
      },
    ]);
  });
});
