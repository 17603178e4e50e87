import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { visible } from '../../domain/shared/text/visible-text.ts';
import { clean } from './aws-check/clean.ts';
import { iamSteps } from './aws-check/iam-steps.ts';
import { awsProbe, type Probe } from './aws-check/probe.ts';
import { type Report, reportText, stepLine } from './aws-check/report.ts';
import { stackSteps } from './aws-check/stack-steps.ts';
import { runStep, type Step, type StepResult } from './aws-check/step.ts';
import { storageSteps } from './aws-check/storage-steps.ts';
import { confirmationOf, isConfirmed } from './confirmation.ts';

const USAGE = `Usage: npm run aws:check -- --stage probe --region REGION [--workspace SLUG] [--token-file FILE] [--url ORIGIN] [--clean] [--confirm 'probe <account>']
  Asks a scratch account of AWS what only AWS can say: sixteen steps in about fifteen minutes. docs/aws-checklist.md has them.
  It makes roles, tables and a stack named rolewright-Probe-…, and removes them. --clean removes what a run that died has left.`;

/** The steps, in their order. */
export const steps: readonly Step[] = [...iamSteps, ...storageSteps, ...stackSteps];

/** Why a check is not made in an account; undefined where it may be. Only a stage that is named as a probe is checked, and no account
 *  that a configuration names. */
export function refusal(stage: string | undefined, account: string, configured: string): string | undefined {
  if (stage === undefined || !/^probe(-[a-z0-9-]+)?$/.test(stage)) {
    return 'Only a stage named probe, or probe-…, is checked: use an account in which nothing else lives.';
  }
  return configured.includes(account)
    ? 'The configuration names this account. Use credentials of a scratch account.'
    : undefined;
}

/** The text of every configuration in a folder, but for that of the stage that is checked, whose account is a scratch account. */
export const otherConfigurations = (folder: string, stage: string): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && name !== `${stage}.yaml`)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

/** Runs the steps one after the other, and cleans up whatever became of them. */
export async function check(
  probe: Probe,
  say: (line: string) => void,
): Promise<Pick<Report, 'steps' | 'left'>> {
  const results: StepResult[] = [];
  for (const [n, step] of steps.entries()) {
    const result = await runStep(step, probe);
    results.push(result);
    say(stepLine(result, n));
  }
  say('removing what was made');
  return { steps: results, left: await clean(probe) };
}

/** `npm run aws:check`. Exit code 0 where everything was as expected or skipped and nothing is left, 1 otherwise, 2 for wrong use. */
async function main(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      stage: text,
      region: text,
      workspace: text,
      'token-file': text,
      url: text,
      clean: { type: 'boolean' },
      confirm: text,
    },
  });
  const { stage, region = process.env.AWS_REGION } = values;
  if (!stage || !region) {
    console.error(USAGE);
    return 2;
  }
  const identity = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
  const account = identity.Account ?? '';
  const refused = refusal(stage, account, otherConfigurations('config', stage));
  if (refused) {
    console.error(refused);
    return 2;
  }
  if (!(await isConfirmed({ stage, account }, values.confirm))) {
    console.error(`Nothing was made. Confirm with --confirm '${confirmationOf({ stage, account })}'.`);
    return 1;
  }
  const partition = identity.Arn?.split(':')[1] ?? 'aws';
  const file = values['token-file'];
  const token = file === undefined ? undefined : readFileSync(file, 'utf8').trim();
  const probe = awsProbe(
    { account, region, partition },
    { workspace: values.workspace, token, url: values.url },
  );
  const say = (line: string) => console.log(visible(line.replaceAll(account, '<account>')));
  if (values.clean) {
    const left = await clean(probe);
    for (const line of left) say(line);
    return left.length === 0 ? 0 : 1;
  }
  const found = await check(probe, say);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const report = { version, at: new Date().toISOString(), region, partition, ...found };
  const name = `aws-check-${report.at.slice(0, 10)}.json`;
  writeFileSync(name, reportText(report));
  for (const line of found.left) say(`left: ${line}`);
  say(`The report is ${name}. It holds no account id and no secret.`);
  const isFine = found.steps.every(({ outcome }) => outcome === 'as expected' || outcome === 'skipped');
  return isFine && found.left.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
