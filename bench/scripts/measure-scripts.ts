import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Stack } from '../../sandbox/stack.ts';
import { newSubject } from '../sides.ts';

const run = promisify(execFile);

/** Seconds that one way takes for so many grants; undefined where its tool is not installed. */
export type ScriptFigures = { way: string; seconds: (number | undefined)[] };

/** How many grants are made in a row. */
export const scriptCounts = [1, 20] as const;

/** The environment that `npm run jobs:install` makes. */
const TOOLS = '.venv-jobs/bin';

/** Times scripts that only make roles, each a new process, and one caller of the API who waits for each answer. */
export async function measureScripts(
  stack: Stack,
  token: string,
  { root, dir }: { root: string; dir: string },
): Promise<ScriptFigures[]> {
  const folder = join(dir, 'scripts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'trust.json'), JSON.stringify(TRUST));
  writeFileSync(join(folder, 'permissions.json'), JSON.stringify(PERMISSIONS));
  const python = join(root, TOOLS, 'python3');
  const cli = join(root, TOOLS, 'aws');
  const scripts = join(root, 'bench/scripts');
  const ways: [string, string, (count: number) => string[] | undefined][] = [
    [
      'AWS CLI 1',
      'cli',
      (n) => (existsSync(cli) ? ['/bin/sh', join(scripts, 'grants.sh'), cli, `${n}`] : undefined),
    ],
    [
      'boto3',
      'boto3',
      (n) => (existsSync(python) ? [python, join(scripts, 'grants.py'), `${n}`] : undefined),
    ],
    ['JavaScript SDK', 'sdk', (n) => [process.execPath, join(scripts, 'grants.ts'), `${n}`]],
  ];
  const figures: ScriptFigures[] = [];
  for (const [way, name, commandOf] of ways) {
    const seconds: (number | undefined)[] = [];
    for (const count of scriptCounts) {
      const command = commandOf(count);
      seconds.push(command && (await timed([...command, `bench-${name}-${count}`, folder], stack)));
    }
    figures.push({ way, seconds });
  }
  const product: number[] = [];
  for (const count of scriptCounts) {
    const began = performance.now();
    for (let n = 0; n < count; n += 1) {
      const name = `script-${count}-${n}`;
      await (await newSubject(stack, token, { side: 'product', name }))('provision');
    }
    product.push((performance.now() - began) / 1000);
  }
  return [{ way: 'Rolewright, one request each', seconds: product }, ...figures];
}

async function timed([command = '', ...args]: string[], { aws }: Stack): Promise<number> {
  const began = performance.now();
  await run(command, args, {
    env: {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: 'SANDBOX',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_IAM: aws.url,
    },
  });
  return (performance.now() - began) / 1000;
}

const PROVIDER = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${PROVIDER}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: { [`${PROVIDER}:sub`]: '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}:*' } },
    },
  ],
};
const PERMISSIONS = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::shop-site/*'] }],
};
