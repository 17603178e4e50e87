import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Stack } from '../../sandbox/stack.ts';
import { median } from '../statistics.ts';
import { slackCommand, webhook } from './acknowledgement.ts';
import { bareAnswerPath, type FunctionName, functionNames, modulePath } from './modules.ts';

const run = promisify(execFile);

/** Milliseconds of the first and the second answer of a new process, and of the load before them. */
export type FirstAnswer = { loadMs: number; firstMs: number; secondMs: number };

const ANSWERS = 3;

type HttpEvent = {
  method: string;
  path: string;
  body?: string;
  headers?: Record<string, string>;
  id?: string;
};

/** The product's functions, and the bare one that reads a grant as `grants` does. */
export type Answering = FunctionName | 'bare';
export type FirstAnswers = Record<Answering, FirstAnswer>;

/** Has every packaged function below `packages` answer in `rounds` new processes, on a running stack. */
export async function measureFirstAnswers(
  stack: Stack,
  token: string,
  { root, dir, packages, rounds }: { root: string; dir: string; packages: string; rounds: number },
): Promise<FirstAnswers> {
  const folder = join(dir, 'first-answers');
  mkdirSync(folder, { recursive: true });
  const grants = {
    product: await makeGrant(`${stack.api}/v1/grants`, token),
    bare: await makeGrant(`${stack.api}/bare/grants`, token),
  };
  const found: [Answering, FirstAnswer][] = [];
  for (const name of ['bare', ...functionNames] as const) {
    const module = name === 'bare' ? bareAnswerPath(packages) : modulePath(packages, name);
    const grantId = name === 'bare' ? grants.bare : grants.product;
    const measured: { loadMs: number; answerMs: number[] }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const file = join(folder, `${name}-${round}.json`);
      const events = Array.from({ length: ANSWERS }, () => eventOf(name, { stack, token, grantId }));
      writeFileSync(file, JSON.stringify(events));
      const script = join(root, 'bench/measure/first-answer-process.ts');
      const { stdout } = await run(process.execPath, [script, module, file], {
        cwd: dirname(dirname(module)),
        env: { ...stack.variables, POWERTOOLS_LOG_LEVEL: 'SILENT' },
      });
      measured.push(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    }
    const middle = (of: (one: (typeof measured)[number]) => number) => median(measured.map(of));
    found.push([
      name,
      {
        loadMs: middle(({ loadMs }) => loadMs),
        firstMs: middle(({ answerMs }) => answerMs[0] ?? Number.NaN),
        secondMs: middle(({ answerMs }) => answerMs[1] ?? Number.NaN),
      },
    ]);
  }
  return Object.fromEntries(found) as FirstAnswers;
}

async function makeGrant(url: string, token: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      repository: 'acme/shop',
      template: 's3-static-site',
      parameters: { bucket: 'shop-site' },
      name: 'first',
    }),
  });
  return String(((await response.json()) as { id: unknown }).id);
}

type Known = { stack: Stack; token: string; grantId: string };

/** What each function is asked: as little as shows it at work. */
function eventOf(name: Answering, { stack, token, grantId }: Known): unknown {
  const headers = { authorization: `Bearer ${token}` };
  const post = (path: string, signed: { headers: Record<string, string>; body: string }) =>
    http({ method: 'POST', path, ...signed });
  const events: Record<Answering, () => unknown> = {
    bare: () => http({ method: 'GET', path: `/bare/grants/${grantId}`, headers, id: grantId }),
    grants: () => http({ method: 'GET', path: `/v1/grants/${grantId}`, headers, id: grantId }),
    revocations: () => http({ method: 'DELETE', path: `/v1/grants/${grantId}`, headers, id: grantId }),
    audit: () => http({ method: 'GET', path: '/v1/events', headers }),
    catalogue: () => http({ method: 'GET', path: '/v1/templates', headers }),
    explain: () =>
      post('/v1/explain', {
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ grantId, claims: { iss: 'https://example.test', aud: 'x', sub: 'y' } }),
      }),
    fallback: () => http({ method: 'GET', path: '/healthz' }),
    webhooks: () => post('/webhooks/bitbucket/acme', webhook()),
    slack: () => post('/slack/commands', slackCommand(stack.slack.url)),
    worker: () => ({
      source: 'bitbucket',
      workspace: 'acme',
      deliveryId: 'first-answer',
      event: 'repo:updated',
      repository: { fullName: 'acme/shop' },
    }),
    provisioner: () => ({ grantId }),
    reconciler: () => ({}),
  };
  return events[name]();
}

const http = ({ method, path, body, headers = {}, id }: HttpEvent) => ({
  version: '2.0',
  routeKey: `${method} ${path}`,
  rawPath: path,
  rawQueryString: '',
  headers,
  pathParameters: id ? { id } : { workspace: 'acme' },
  requestContext: { http: { method, path } },
  ...(body === undefined ? {} : { body }),
  isBase64Encoded: false,
});
