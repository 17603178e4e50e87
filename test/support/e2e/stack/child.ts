import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Endpoints } from './stack.ts';

/** A stack in a process of its own. `ports` are all that it listens on, as it printed them. */
export type ChildStack = {
  endpoints: Endpoints;
  ports: number[];
  output(): string;
  /** Sends a signal to the process that was started, and waits for its end. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

const READY_WITHIN_MS = 90_000;
const PORTS = [
  'ROLEWRIGHT_PORT',
  'SANDBOX_LAMBDA_PORT',
  'SANDBOX_BITBUCKET_PORT',
  'SANDBOX_AWS_PORT',
  'SANDBOX_DYNAMODB_PORT',
  'SANDBOX_SLACK_PORT',
];

/** Starts a command that starts the stack, on free ports and with its state in `dir`, and waits until it says that it
 *  is ready. Rejects with all it printed when it ends before. */
export async function startChild(command: string, args: string[], dir: string): Promise<ChildStack> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      SANDBOX_DIR: dir,
      // The functions must not see a developer's own settings.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      ...Object.fromEntries(PORTS.map((name) => [name, '0'])),
    },
  });
  const ended = once(child, 'exit');
  const output = await untilReady(child);
  const url = (what: string) =>
    new RegExp(`${what}\\s+(http://127\\.0\\.0\\.1:\\d+)`).exec(output())?.[1] ?? '';
  const endpoints = {
    api: url('API'),
    lambda: url('Lambda invoke'),
    bitbucket: { url: url('Bitbucket Cloud') },
    aws: { url: url('AWS IAM and STS') },
    dynamodb: { url: url('DynamoDB') },
    slack: { url: url('Slack') },
  };
  const { api, lambda, bitbucket, aws, dynamodb, slack } = endpoints;
  return {
    endpoints,
    ports: [api, lambda, bitbucket.url, aws.url, dynamodb.url, slack.url].map((text) =>
      Number(new URL(text).port),
    ),
    output,
    async end(signal) {
      child.kill(signal);
      await ended;
      return { code: child.exitCode, signal: child.signalCode };
    },
  };
}

async function untilReady(child: ChildProcess): Promise<() => string> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(new Error(`the stack did not start:\n${output}`));
    const timer = setTimeout(fail, READY_WITHIN_MS);
    const look = (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('Ctrl-C stops the stack.')) return;
      clearTimeout(timer);
      child.off('exit', fail);
      resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', fail);
  });
  return () => output;
}

/** The ports of these on which somebody listens. */
export async function portsInUse(ports: number[]): Promise<number[]> {
  const used: number[] = [];
  for (const port of ports) {
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (isFree) await new Promise((resolve) => server.close(resolve));
    else used.push(port);
  }
  return used;
}

/** Runs a command to its end. */
export async function run(command: string, args: string[], variables: Record<string, string>) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...variables },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, output };
}
