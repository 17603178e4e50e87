import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceOfStage } from '../adapters/settings/source.ts';
import { operate } from './demo/accounts.ts';
import { approve } from './demo/approval.ts';
import { writeCompanyConfiguration } from './demo/company.ts';
import { explain } from './demo/explanation.ts';
import { repeat, request, revoke, use } from './demo/grant.ts';
import { verify } from './demo/log.ts';
import { follow } from './demo/repository.ts';
import { StoryBroken, screen } from './demo/screen.ts';
import { chat } from './demo/slack.ts';
import { type SandboxClient, sandboxClient } from './sandbox-client.ts';
import { freePorts, startStack } from './stack.ts';

async function play(client: SandboxClient): Promise<void> {
  screen.title('Rolewright: a role for one Bitbucket pipeline, and for no other');
  const ada = await client.token('person', { email: 'ada@acme.example' });
  const grace = await client.token('person', { email: 'grace@acme.example' });
  const { grant, arn } = await request(client, ada);
  const grantId = String(grant.id);
  const session = await use(client, ada, { grantId, arn });
  await explain(client, ada, grantId);
  await repeat(client, ada);
  await approve(client, ada, grace);
  await chat(client);
  await follow(client, ada);
  await operate(client, ada);
  await revoke(client, ada, { grantId, arn, session });
  await verify(client, ada, grantId);
}

async function main(): Promise<number> {
  const began = Date.now();
  const dir = mkdtempSync(join(tmpdir(), 'rolewright-demo-'));
  try {
    const root = process.cwd();
    const configuration = writeCompanyConfiguration(root, dir);
    const source = { ...sourceOfStage(root, 'sandbox'), configuration };
    const stack = await startStack({ root, dir, ports: freePorts, webhooks: true, source });
    const stop = () => stack.stop().finally(() => process.exit(130));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    try {
      await play(sandboxClient(stack));
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      screen.title(
        `The demo ran over real HTTP with real signatures in ${seconds} s. To use the stack yourself: npm start.`,
      );
      return 0;
    } finally {
      await stack.stop();
    }
  } catch (error) {
    console.error(error instanceof StoryBroken ? `\nThe demo failed. Expected: ${error.message}.` : error);
    return 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

process.exit(await main());
