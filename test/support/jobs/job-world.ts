import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTemplates } from '../../../adapters/settings/files.ts';
import type { Template } from '../../../domain/templates/template.ts';
import { startAwsSandbox } from '../../../sandbox/aws/server.ts';
import { startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';
import { boundaryPolicy } from '../../../sandbox/infrastructure.ts';
import type { Job } from '../../../scripts/jobs/job-schema.ts';
import { readJobs } from '../../../scripts/jobs/jobs.ts';
import type { AwsCli } from './aws-cli.ts';
import { startAwsProxy } from './aws-proxy.ts';
import { ACCOUNT, jobRoles } from './job-role.ts';
import { type JobStep, jobStep } from './job-step.ts';
import { startMoto } from './moto.ts';
import { terraformOnPath } from './terraform.ts';

/** Where jobs run: the stand-ins for Bitbucket and IAM, moto, and the proxy between. */
export type JobWorld = {
  /** A step of acme/shop in Production with the role of a fresh grant, in an account of what the job seeds. */
  step(wanted: WantedStep): Promise<JobStep>;
  close(): Promise<void>;
};

/** `beside` puts the step's role, seed and files into the same account and folder as another step's. `propagationMs` keeps
 *  what opens the role unseen by STS for so long. */
export type WantedStep = {
  template: Template;
  job: Job;
  cli: AwsCli;
  beside?: JobStep;
  propagationMs?: number;
};

const OFFICIAL = 'https://api.bitbucket.org';

/** Starts everything on free ports of 127.0.0.1. */
export async function startJobWorld(root: string): Promise<JobWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'jobs-'));
  const moto = await startMoto(root);
  const bitbucket = await startBitbucketSandbox({ port: 0, dir });
  const aws = await startAwsSandbox({
    port: 0,
    dir,
    accountId: ACCOUNT.id,
    resolveIssuer: (issuer) =>
      issuer.startsWith(`${OFFICIAL}/`) ? issuer.replace(OFFICIAL, bitbucket.url) : undefined,
    managedPolicies: [boundaryOf(root)],
  });
  const proxy = await startAwsProxy({ sandbox: aws.url, moto: moto.url });
  const terraform = terraformOnPath();
  const roles = jobRoles(aws.url);
  await roles.createProvider();
  let steps = 0;
  return {
    async step({ template, job, cli, beside, propagationMs }) {
      if (!beside) await moto.reset();
      steps += 1;
      const role = await roles.create(template, job.parameters, steps);
      if (propagationMs !== undefined) {
        await roles.reopen(role, () => delayNextTrust(aws.url, propagationMs));
      }
      const { application, deploymentGroup } = job.parameters;
      proxy.surroundings = {
        region: ACCOUNT.region,
        account: ACCOUNT.id,
        keys: beside ? { ...proxy.surroundings.keys, ...job.keys } : job.keys,
        foreign: beside ? [...proxy.surroundings.foreign, ...job.foreign] : job.foreign,
        deploymentGroup: `${application}/${deploymentGroup}`,
      };
      proxy.takeJudged();
      const token = await stepToken(bitbucket.url);
      const folder = beside?.dir ?? join(dir, `step-${steps}`);
      return jobStep({ root, dir: folder, template, job, role, token, proxy, moto, cli, terraform });
    },
    async close() {
      roles.close();
      await Promise.all([proxy.close(), aws.close(), bitbucket.close(), moto.close()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The boundary of `infrastructure/boundary.yml`, with the roles that the jobs pass and assume in its two lists. */
function boundaryOf(root: string): { arn: string; document: object } {
  const names = {
    accountId: ACCOUNT.id,
    partition: ACCOUNT.partition,
    region: ACCOUNT.region,
    prefix: 'rolewright',
    boundaryPolicy: ACCOUNT.boundaryPolicy,
  };
  const { arn, document } = boundaryPolicy(root, names);
  const jobs = [...readJobs(root, [...readTemplates(root).keys()]).jobs.values()];
  const arns = (list: string[]) =>
    JSON.stringify(list.map((name) => `arn:aws:iam::${ACCOUNT.id}:role/${name}`));
  const listOf = (field: 'passable' | 'assumable') => arns([...new Set(jobs.flatMap((job) => job[field]))]);
  const text = JSON.stringify(document)
    .replaceAll(/\["arn:[^"]*:role\/none-is-passable"\]/g, listOf('passable'))
    .replaceAll(/\["arn:[^"]*:role\/none-is-assumable"\]/g, listOf('assumable'));
  return { arn, document: JSON.parse(text) as object };
}

async function delayNextTrust(sandbox: string, delayMs: number): Promise<void> {
  const response = await fetch(`${sandbox}/sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ match: 'UpdateAssumeRolePolicy', effect: 'propagation', delayMs }),
  });
  if (!response.ok) throw new Error(`the fault was refused with ${response.status}`);
}

async function stepToken(bitbucket: string): Promise<string> {
  const response = await fetch(`${bitbucket}/sandbox/step-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ repository: 'acme/shop', deployment: 'Production' }),
  });
  return ((await response.json()) as { token: string }).token;
}
