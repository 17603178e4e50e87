import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxClient } from '../sandbox/sandbox-client.ts';
import { freePorts, startStack } from '../sandbox/stack.ts';
import { measureAccess } from './measure/access.ts';
import { measureAcknowledgement } from './measure/acknowledgement.ts';
import { countCalls } from './measure/calls.ts';
import { measureModules } from './measure/modules.ts';
import { measureTimes } from './measure/times.ts';
import { type Findings, report } from './report.ts';
import { gatewayFunctions, withServiceFile } from './service-file.ts';

const root = process.cwd();
const rounds = { repetitions: 3, samples: 40, warmUp: 15, loads: 9 };

/** The gateway that has both the product's and the bare functions. */
async function measureGateway(dir: string): Promise<Pick<Findings, 'timings' | 'acknowledgement' | 'calls'>> {
  return withServiceFile({ root, functions: gatewayFunctions }, async (serviceFile) => {
    const stack = await startStack({ root, dir, ports: freePorts, serviceFile });
    try {
      const token = await sandboxClient(stack).token('person', { email: 'ada@acme.example' });
      const timings = await measureTimes(stack, token, rounds);
      const acknowledgement = await measureAcknowledgement(stack, rounds);
      const calls = await countCalls(stack, token, join(dir, 'gateway.log'));
      return { timings, acknowledgement, calls };
    } finally {
      await stack.stop();
    }
  });
}

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'rolewright-bench-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  // The folder is removed at the exit; the gateway ends with this process.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const gateway = await measureGateway(dir);
  const modules = await measureModules(root, dir, rounds.loads);
  const access = await measureAccess(root, rounds.loads);
  const machine = {
    node: process.versions.node,
    cores: availableParallelism(),
    date: new Date().toISOString().slice(0, 10),
  };
  const text = report({ machine, rounds, ...gateway, modules, access });
  writeFileSync(join(root, 'bench/results.md'), text);
  console.log(text);
}

await main();
process.exit(0);
