import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { sourceOfStage } from '../../../adapters/settings/source.ts';
import { type LoneStandIns, loneStandInLines, startLoneStandIns } from '../../../sandbox/only/stand-ins.ts';
import { ROOT, serverless, textOf } from '../../support/arch/infrastructure.ts';

let dir: string;
let api: Server;
let url: string;
let standIns: LoneStandIns;
let received: { path: string; body: string }[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'only-'));
  received = [];
  api = createServer(async (request, response) => {
    received.push({ path: request.url ?? '', body: await text(request) });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((done) => api.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(api.address() as AddressInfo).port}/base`;
  standIns = await startLoneStandIns(
    sourceOfStage(ROOT, 'sandbox'),
    { names: new Set(['bitbucket', 'slack']), api: url },
    { dir, ports: { bitbucket: 0, slack: 0 } },
  );
});
afterEach(async () => {
  await standIns.stop();
  api.closeAllConnections();
  await new Promise((done) => api.close(done));
  rmSync(dir, { recursive: true });
});

const post = (address: string, body: object) =>
  fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('webhooks and Slack’s requests are delivered below the URL of the API', async () => {
  await post(`${standIns.slack}/sandbox/command`, { user: 'ada', text: 'help' });
  const repository = { workspace: 'acme', slug: 'billing-service', project: 'WEB' };
  await post(`${standIns.bitbucket}/sandbox/repositories`, repository);
  const paths = () => received.map(({ path }) => path);
  while (!paths().includes('/base/webhooks/bitbucket/acme')) await new Promise(setImmediate);
  expect(paths()).toContain('/base/slack/commands');
});

test('what is printed stores every secret that the functions of stage sandbox read', () => {
  const lines = loneStandInLines(standIns, { names: new Set(['bitbucket']), api: url }, dir).join('\n');
  const { environment } = serverless.provider as { environment: Record<string, string> };
  // The switch that freezes an installation is no secret, and is not there until somebody freezes it.
  const wanted = Object.keys(environment).filter(
    (name) => /PARAMETERS?$/.test(name) && name !== 'FROZEN_PARAMETER',
  );
  const { custom } = parse(textOf('serverless.yml').replaceAll(/!\w+/g, '')) as {
    custom: Record<string, string>;
  };
  for (const name of wanted) {
    const key = environment[name]?.replace(/^\$\{self:custom\.(\w+)\}$/, '$1') ?? '';
    const path = custom[key]?.replace('${sls:stage}', 'sandbox') ?? name;
    const named = standIns.parameters.filter(({ name: one }) => one === path || one.startsWith(`${path}/`));
    expect([name, named.length > 0]).toEqual([name, true]);
    for (const { name: one, value } of named) expect(lines).toContain(`--name ${one} --value '${value}'`);
  }
  expect(wanted).toHaveLength(6);
});
