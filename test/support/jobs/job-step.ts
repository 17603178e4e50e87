import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { pipelineStep } from '../../../domain/templates/step/pipeline-step.ts';
import type { Template } from '../../../domain/templates/template.ts';
import { VENV } from '../../../scripts/jobs/install.ts';
import type { BotoCall, Job } from '../../../scripts/jobs/job-schema.ts';
import { rowText } from '../../../scripts/jobs/jobs.ts';
import { asGrantId } from '../identifiers.ts';
import type { AwsCli } from './aws-cli.ts';
import type { AwsProxy } from './aws-proxy.ts';
import { ACCOUNT, ENVIRONMENT, type JobRole } from './job-role.ts';
import type { Moto } from './moto.ts';
import { STUBS } from './stubs.ts';

/** The address of all of AWS. Terraform's S3 backend does not read `AWS_ENDPOINT_URL`. Source: hashicorp/terraform, S3
 *  backend, "Custom Service Endpoints". */
const endpointsAt = (url: string): Record<string, string> =>
  Object.fromEntries(['', '_STS', '_S3', '_DYNAMODB'].map((service) => [`AWS_ENDPOINT_URL${service}`, url]));

/** What a row came to: `allowed`, `refused`, or what went wrong otherwise. */
export type RowOutcome = { does: string; outcome: string };

type Row = { run: string } | BotoCall;

/** One pipeline step with a role. */
export type JobStep = {
  roleName: string;
  /** The folder in which its commands run. */
  dir: string;
  /** The commands of the grant's step. */
  script: readonly string[];
  /** Does each row in order, in the step's folder, and says what IAM said. */
  runAll(rows: readonly Row[]): Promise<RowOutcome[]>;
  /** Runs a step's commands word for word in one shell that has nothing but what Bitbucket sets, the repository's own
   *  variables and the address of the proxy. */
  runPasted(
    script: readonly string[],
    variables?: Record<string, string>,
  ): Promise<{ code: number | null; output: string }>;
  /** What the proxy refused or could not judge since the last look. */
  problems(): string[];
};

type Setting = {
  root: string;
  dir: string;
  template: Template;
  job: Job;
  role: JobRole;
  token: string;
  proxy: AwsProxy;
  moto: Moto;
  cli: AwsCli;
  /** The real Terraform, where it is there. */
  terraform?: string | undefined;
};

const BITBUCKET = {
  BITBUCKET_REPO_SLUG: 'shop',
  BITBUCKET_BUILD_NUMBER: '17',
  BITBUCKET_COMMIT: '1f2e3d4c5b6a79880011223344556677889900aa',
};

/** An archive without files: the end of a central directory. Source: PKWARE's APPNOTE, 4.3.16. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);

const REFUSALS = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', '403'];

/** Makes a step's folder with the job's files, and the account's things as the job seeds them. */
export async function jobStep(setting: Setting): Promise<JobStep> {
  const { root, dir, job, role, token, proxy, moto } = setting;
  const bin = join(dir, 'bin');
  const python = join(root, VENV, 'bin', 'python');
  const script = join(root, 'test', 'support', 'jobs', 'calls.py');
  mkdirSync(bin, { recursive: true });
  for (const [name, content] of Object.entries(job.files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), name.endsWith('.zip') ? EMPTY_ZIP : content);
  }
  for (const [name, content] of Object.entries(STUBS)) {
    if (name === 'terraform' && setting.terraform) continue;
    writeFileSync(
      join(bin, name),
      content.replaceAll('@CALLS', `${python} ${script}`).replaceAll('@AWS', setting.cli.path),
    );
    chmodSync(join(bin, name), 0o755);
  }
  const terraform = join(bin, 'terraform');
  if (setting.terraform && !existsSync(terraform)) symlinkSync(setting.terraform, terraform);
  const tokenFile = join(dir, '.token');
  writeFileSync(tokenFile, token);
  const clean = {
    PATH: `${bin}:${join(root, VENV, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
    HOME: dir,
    SAM_CLI_TELEMETRY: '0',
    CHECKPOINT_DISABLE: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...BITBUCKET,
  };
  const region = { AWS_REGION: ACCOUNT.region, AWS_DEFAULT_REGION: ACCOUNT.region };
  const asRole = {
    ...clean,
    ...region,
    AWS_ENDPOINT_URL: proxy.url,
    AWS_ROLE_ARN: role.arn,
    AWS_ROLE_SESSION_NAME: 'shop-17',
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
  };
  const asAdministrator = {
    ...clean,
    ...region,
    AWS_ENDPOINT_URL: moto.url,
    AWS_ACCESS_KEY_ID: 'ADMINISTRATOR',
    AWS_SECRET_ACCESS_KEY: 'any',
  };

  async function callAll(calls: readonly BotoCall[], env: Record<string, string>) {
    const input = calls.map(({ call, with: parameters }) => {
      const [service = '', operation = ''] = call.split('.');
      return { service, operation, arguments: parameters };
    });
    const { output } = await execute(python, [script], { dir, env, input: JSON.stringify(input) });
    try {
      return JSON.parse(output) as { ok?: boolean; error?: string; message?: string }[];
    } catch {
      throw new Error(`${script} failed: ${output}`);
    }
  }

  const problems = (): string[] =>
    proxy
      .takeJudged()
      .flatMap(({ call, error, refused }) => (error ? [error] : refused.map((it) => `${call}: ${it}`)));

  for (const [n, { error, message }] of (await callAll(job.seed, asAdministrator)).entries()) {
    if (error) throw new Error(`the seed ${job.seed[n]?.call} failed: ${message}`);
  }

  async function runLine(run: string): Promise<string> {
    const { code, output } = await execute('/bin/sh', ['-c', run], { dir, env: asRole });
    const judged = proxy.takeJudged();
    const error = judged.find((it) => it.error)?.error;
    if (error) return error;
    if (judged.some(({ refused }) => refused.length > 0)) {
      return code === 0 ? 'refused, and the tool did not notice' : 'refused';
    }
    return code === 0 ? 'allowed' : `failed: ${output.trim()}`;
  }

  async function runCalls(calls: readonly BotoCall[]): Promise<string[]> {
    const outcomes = await callAll(calls, asRole);
    const error = proxy.takeJudged().find((it) => it.error)?.error;
    return outcomes.map((it) => {
      if (it.error !== undefined && REFUSALS.includes(it.error)) return 'refused';
      if (error !== undefined) return error;
      // Whatever the emulator says beyond access is no matter of IAM, but a call that never left is a fault of the row.
      return it.error !== undefined &&
        /^(?:ParamValidation|Unknown|NoCredentials|EndpointConnection)/.test(it.error)
        ? `failed: ${it.message}`
        : 'allowed';
    });
  }

  const [pasted] = parse(pastedStep(setting)) as { step: { script: string[] } }[];
  return {
    roleName: role.name,
    dir,
    script: pasted?.step.script ?? [],
    problems,
    async runAll(rows) {
      const outcomes: RowOutcome[] = [];
      for (let n = 0; n < rows.length; ) {
        const row = rows[n];
        if (row && 'run' in row) {
          outcomes.push({ does: rowText(row), outcome: await runLine(row.run) });
          n += 1;
          continue;
        }
        const end = rows.findIndex((one, index) => index > n && 'run' in one);
        const calls = rows.slice(n, end < 0 ? rows.length : end) as BotoCall[];
        const found = await runCalls(calls);
        for (const [index, call] of calls.entries()) {
          outcomes.push({ does: rowText(call), outcome: found[index] ?? 'no outcome' });
        }
        n += calls.length;
      }
      return outcomes;
    },
    runPasted(commands, variables = {}) {
      const env = { ...clean, ...variables, ...endpointsAt(proxy.url), BITBUCKET_STEP_OIDC_TOKEN: token };
      return execute('/bin/sh', ['-e', '-c', commands.join('\n')], { dir, env });
    },
  };
}

const pastedStep = ({ template, role }: Setting): string =>
  pipelineStep({
    id: asGrantId('gr_aaaaaaaaaaaaaaaaaaaaaaaaaa'),
    name: 'default',
    template: { name: template.name, step: template },
    parameters: role.parameters,
    environment: ENVIRONMENT,
    account: ACCOUNT,
    role,
  });

/** Runs a command to its end; standard output and error together. */
async function execute(
  command: string,
  args: string[],
  { dir, env, input = '' }: { dir: string; env: Record<string, string>; input?: string },
): Promise<{ code: number | null; output: string }> {
  const child = spawn(command, args, { cwd: dir, env });
  child.stdin.end(input);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, output: code === 0 ? out : `${out}\n${err}` };
}
