import { createHmac, randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { signatureOf } from '../../../adapters/bitbucket/webhook-signature.ts';
import { webhookSecrets } from '../../../sandbox/bitbucket/seed.ts';
import { slackSeed } from '../../../sandbox/slack/seed.ts';
import { textOf } from '../../support/arch/infrastructure.ts';
import type { Json } from '../../support/e2e/http.ts';
import type { World } from '../../support/e2e/stack/stack.ts';
import { thawInstallation } from './installation-freeze.ts';

type Parameter = { name: string; in: 'path' | 'query'; example?: string };
type Documented = {
  operationId: string;
  security: Record<string, unknown>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { example: Json }> };
  responses: Record<string, unknown>;
};
const { paths } = JSON.parse(textOf('docs/openapi.json')) as {
  paths: Record<string, Record<string, Documented>>;
};
const documented = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

/** The example of an operation as a request; `filled` stands in for values that only a running stack knows. */
function exampleOf(operationId: string, filled: { id?: string; body?: Json } = {}) {
  const found = documented.find(({ operation }) => operation.operationId === operationId);
  if (!found) throw new Error(`the document has no operation ${operationId}`);
  const { path, method, operation } = found;
  const given = (operation.parameters ?? []).filter(({ example }) => example !== undefined);
  const concrete = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    String((name === 'id' && filled.id) || given.find((one) => one.name === name)?.example),
  );
  const query = new URLSearchParams(
    Object.fromEntries(
      given.filter((one) => one.in === 'query').map(({ name, example = '' }) => [name, example]),
    ),
  );
  const [[type, content] = ['', undefined]] = Object.entries(operation.requestBody?.content ?? {});
  const json = content && { ...content.example, ...filled.body };
  const body =
    json && type === 'application/x-www-form-urlencoded'
      ? new URLSearchParams(json as Record<string, string>).toString()
      : json && JSON.stringify(json);
  const [[access] = []] = operation.security.map((one) => Object.keys(one));
  return { path: query.size > 0 ? `${concrete}?${query}` : concrete, method, access, type, body };
}

/** What proves who sends a request, by the security scheme that the document names. */
function proofOf(access: string | undefined, body = ''): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const slack = createHmac('sha256', slackSeed.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  const proofs: Record<string, Record<string, string>> = {
    bitbucket: {
      'x-hub-signature': signatureOf(webhookSecrets.acme ?? '', body),
      'x-request-uuid': randomUUID(),
      'x-event-key': 'repo:push',
    },
    slack: { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${slack}` },
    caller: {},
  };
  return proofs[access ?? ''] ?? {};
}

/** The API's document, held to a running stack, whose repository of the examples has no grant yet. */
export function apiDocumentRules(world: () => World): void {
  /** Sends the example of an operation. */
  async function send(operationId: string, filled: { id?: string; body?: Json; token?: string } = {}) {
    const { path, method, access, type, body } = exampleOf(operationId, filled);
    const headers = { ...(body === undefined ? {} : { 'content-type': type }), ...proofOf(access, body) };
    const token = access === 'caller' ? (filled.token ?? world().ada) : undefined;
    return world().api(method, path, { token, headers, ...(body === undefined ? {} : { body }) });
  }

  /** A request that waits for approval, because nobody owns the bucket. */
  async function waiting(name: string) {
    const { json } = await send('requestGrant', { body: { name, parameters: { bucket: 'payroll' } } });
    return { id: String(json.id), body: { planHash: (json.plan as Json).hash } };
  }

  test('each operation of the API’s document takes its example with nothing asked before, and answers as it says', async () => {
    const grace = await world().person('grace@acme.example');
    const joan = await world().person('joan@acme.example', { groups: ['platform'] });
    // Who repaired or thawed a grant has asked for it, and releases nothing of it.
    const mary = await world().person('mary@acme.example', { groups: ['platform'] });
    const statuses = {
      requestGrant: (await send('requestGrant')).status,
      listGrants: (await send('listGrants')).status,
      showGrant: (await send('showGrant')).status,
      listGrantEvents: (await send('listGrantEvents')).status,
      searchEvents: (await send('searchEvents')).status,
      upgradeGrant: (await send('upgradeGrant')).status,
      approveGrant: (await send('approveGrant', { ...(await waiting('approved')), token: grace })).status,
      rejectGrant: (await send('rejectGrant', { ...(await waiting('rejected')), token: grace })).status,
      freezeGrant: (await send('freezeGrant')).status,
      thawGrant: (await send('thawGrant', { token: grace })).status,
      repairGrant: (await send('repairGrant', { token: joan })).status,
      explainAdmission: (await send('explainAdmission')).status,
      listTemplates: (await send('listTemplates')).status,
      showTemplate: (await send('showTemplate')).status,
      showTemplateImpact: (await send('showTemplateImpact')).status,
      showCaller: (await send('showCaller')).status,
      takeDelivery: (await send('takeDelivery')).status,
      takeCommand: (await send('takeCommand')).status,
      takeInteraction: (await send('takeInteraction')).status,
      checkHealth: (await send('checkHealth')).status,
      readApiDocument: (await send('readApiDocument')).status,
      revokeGrant: (await send('revokeGrant')).status,
      revokeRepository: (await send('revokeRepository')).status,
      releaseRepository: (await send('releaseRepository', { token: mary })).status,
      reconcileInstallation: (await send('reconcileInstallation')).status,
      freezeInstallation: (await send('freezeInstallation')).status,
    };
    await thawInstallation(world());
    expect(Object.keys(statuses).sort()).toEqual(
      documented.map(({ operation }) => operation.operationId).sort(),
    );
    expect(statuses).toEqual({
      ...Object.fromEntries(Object.keys(statuses).map((id) => [id, 200])),
      requestGrant: 201,
      reconcileInstallation: 202,
      takeDelivery: 204,
    });
  });

  test('the running API gives the very document of the repository', async () => {
    const { json } = await world().api('GET', '/openapi.json');
    expect(json).toEqual(JSON.parse(textOf('docs/openapi.json')));
  });
}
