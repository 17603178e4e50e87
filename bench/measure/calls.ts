import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Stack } from '../../sandbox/stack.ts';
import { newSubject, type Operation, operations, type Side, sides } from '../sides.ts';

/** How often each kind of call was made, e.g. `DynamoDB Query events` → 2. */
export type Counts = Record<string, number>;

/** Counts the calls of every operation of both sides in the stand-ins' own journals, and the invocations in the
 *  gateway's log. */
export async function countCalls(
  stack: Stack,
  token: string,
  gatewayLog: string,
): Promise<Record<Operation, Record<Side, Counts>>> {
  const none = () => ({ product: {}, bare: {} });
  const counted = { provision: none(), repeat: none(), read: none(), revoke: none() };
  for (const side of sides) {
    const perform = await newSubject(stack, token, { side, name: 'count' });
    for (const operation of operations) {
      await clearJournals(stack);
      const before = await countInvocations(gatewayLog);
      await perform(operation);
      const invocations = (await countInvocations(gatewayLog)) - before;
      counted[operation][side] = {
        ...(await readJournals(stack)),
        ...(invocations > 0 ? { 'Lambda Invoke': invocations } : {}),
      };
    }
  }
  return counted;
}

/** Milliseconds after which a line of the gateway is in its log. */
const LOG_LAG_MS = 300;

async function countInvocations(gatewayLog: string): Promise<number> {
  await wait(LOG_LAG_MS);
  const lines = readFileSync(gatewayLog, 'utf8').split('\n');
  return lines.filter((line) => /λ: (provisioner|bareProvisioner)\) RequestId/.test(line)).length;
}

const servers = ({ bitbucket, aws, dynamodb }: Stack) => ({ bitbucket, aws, dynamodb });

async function clearJournals(stack: Stack): Promise<void> {
  for (const { url } of Object.values(servers(stack))) {
    await fetch(`${url}/sandbox/calls`, { method: 'DELETE' });
  }
}

type Journal = { items: Record<string, string>[] };

async function readJournals(stack: Stack): Promise<Counts> {
  const read = async ({ url }: { url: string }) =>
    (await (await fetch(`${url}/sandbox/calls`)).json()) as Journal;
  const { bitbucket, aws, dynamodb } = servers(stack);
  const kinds = [
    ...(await read(bitbucket)).items.map(({ path = '' }) => `Bitbucket ${bitbucketKind(path)}`),
    ...(await read(aws)).items.map(({ action }) => `${action === 'GetParameter' ? 'SSM' : 'IAM'} ${action}`),
    ...(await read(dynamodb)).items.map(({ operation, table = '' }) =>
      `DynamoDB ${operation} ${table.split('-').at(-1)}`.trim(),
    ),
  ];
  const counts: Counts = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const bitbucketKind = (path: string): string => {
  if (path.startsWith('/2.0/repositories/')) return 'GET repository';
  return path.endsWith('/keys.json') ? 'GET keys' : `GET ${path}`;
};
