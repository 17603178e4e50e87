import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { boundaryArn } from '../../domain/shared/account.ts';
import { visible } from '../../domain/shared/text/visible-text.ts';
import { confirmationOf, isConfirmed } from './confirmation.ts';
import { hubOfStage } from './hub.ts';
import type { TemplateResource } from './recover/adopt.ts';
import { planRecovery, type RecoveryPlan, recover } from './recover/recovery.ts';

const USAGE = `Usage: npm run deploy:recover -- --stage STAGE [--service NAME] [--package FOLDER] [--confirm '<stage> <account of the hub>']
  Shows what a deleted stack has left. Adopts its tables, roles and boundary, and removes empty tables, once stage and account
  are typed. Needs the package of the stage: npm run package -- --stage STAGE.`;

/** What a plan does, for people. */
export const planText = ({ removes, adopts }: RecoveryPlan): string[] => [
  ...removes.map((name) => `remove  ${name}: it is empty`),
  ...adopts.map(({ type, identifier }) => `adopt   ${Object.values(identifier).join()} (${type})`),
];

function packagedResources(folder: string): Record<string, TemplateResource> {
  const file = join(folder, 'cloudformation-template-update-stack.json');
  if (!existsSync(file)) throw new Error(`${file} is missing. Run npm run package -- --stage STAGE first.`);
  return JSON.parse(readFileSync(file, 'utf8')).Resources;
}

/** `npm run deploy:recover`. Exit code 0 where a deployment may follow, 1 where nothing was done, 2 for wrong use. */
async function main(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { stage: text, service: text, package: text, confirm: text },
  });
  const { stage, service = 'rolewright', package: folder = '.serverless', confirm } = values;
  if (!stage) {
    console.error(USAGE);
    return 2;
  }
  const hub = await hubOfStage(stage, process.env);
  const { region } = hub;
  const clients = {
    dynamodb: new DynamoDBClient({ region }),
    iam: new IAMClient({ region }),
    cloudformation: new CloudFormationClient({ region }),
  };
  const recovered = {
    stack: `${service}-${stage}`,
    resources: packagedResources(folder),
    boundaryArn: boundaryArn(hub),
  };
  const plan = await planRecovery(clients, recovered);
  for (const reason of plan.refused) console.error(visible(reason));
  if (plan.refused.length > 0) return 1;
  const lines = planText(plan);
  if (lines.length === 0) {
    console.log(`Nothing is left of ${recovered.stack}. Deploy it.`);
    return 0;
  }
  for (const line of lines) console.log(visible(line));
  const installation = { stage, account: hub.id };
  if (!(await isConfirmed(installation, confirm))) {
    console.error(`Nothing was changed. Confirm with --confirm '${confirmationOf(installation)}'.`);
    return 1;
  }
  await recover(clients, recovered, plan);
  console.log(`Done. Deploy now: npx sls deploy --stage ${stage}`);
  return 0;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
