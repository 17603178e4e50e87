import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { append, fetchRepository, getItem, getRows, loadEvents, lookForFreeze, update } from './calls.ts';
import {
  type BareEvent,
  type BareGrant,
  grantOf,
  idOf,
  toDueMark,
  toEnrolment,
  toNaming,
  toResource,
  toRow,
} from './records.ts';

// The bare HTTP function: token, JSON, and the product's calls in the product's order. Nothing is validated, decided,
// hashed, authorised or logged.

const ACME = '{922e118c-f34f-4226-a897-0e0afbec553d}';
const HASH = '0'.repeat(64);

const lambda = new LambdaClient({ maxAttempts: 1 });
const keys = createRemoteJWKSet(
  new URL(`${process.env.SANDBOX_BITBUCKET_URL}/sandbox/issuers/login.acme.example/keys.json`),
);

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const token = (event.headers.authorization ?? '').slice('Bearer '.length);
  const { payload } = await jwtVerify(token, keys, {
    issuer: 'https://login.acme.example',
    audience: 'rolewright',
    algorithms: ['RS256'],
  });
  const principal = `person:${payload.email}`;
  const id = event.pathParameters?.id ?? '';
  switch (event.requestContext.http.method) {
    case 'POST':
      return request(JSON.parse(event.body ?? ''), principal);
    case 'DELETE':
      return revoke(id, principal);
    default:
      return read(id);
  }
}

async function read(id: string): Promise<APIGatewayProxyStructuredResultV2> {
  const events = await loadEvents(id);
  await getRows([`repository#${grantOf(events).repository.uuid}`]);
  return answer(200, events);
}

async function request(
  body: { repository: string; name: string; parameters: { bucket: string } },
  principal: string,
): Promise<APIGatewayProxyStructuredResultV2> {
  const found = await fetchRepository(ACME, body.repository.split('/')[1] ?? '');
  const id = idOf(found.uuid, body.name);
  const grant: BareGrant = {
    id,
    repository: { uuid: found.uuid, fullName: found.full_name, slug: found.slug },
    workspace: { uuid: found.workspace.uuid, slug: found.workspace.slug },
    project: { key: found.project.key, uuid: found.project.uuid },
    name: body.name,
    parameters: body.parameters,
    roleName: `rw-${found.slug.slice(0, 24)}-s3-static-site-${id.slice(3, 15)}`,
  };
  await getItem(`resource#${body.parameters.bucket}`);
  const events = await loadEvents(id);
  if (events.at(-1)?.type === 'GrantActivated') return answer(200, events);
  await lookForFreeze();
  await getItem(`resource#${body.parameters.bucket}`);
  await getItem(`repository#${found.uuid}`);
  await update(toDueMark(id, 1));
  const { key, uuid } = found.project;
  const names = [toNaming(found.full_name, found.uuid), toNaming(key, uuid), toNaming(key, uuid)];
  await Promise.all([toEnrolment(grant), ...names].map(update));
  await append(grant, 1, {
    type: 'GrantRequested',
    data: { grant, trustPolicyHash: HASH, permissionsPolicyHash: HASH, maxSessionDuration: 3600 },
    principal,
  });
  await update(toRow(grant, 1, { state: 'provisioning', isDue: true }));
  await invoke(id);
  return answer(201, await loadEvents(id));
}

async function revoke(id: string, principal: string): Promise<APIGatewayProxyStructuredResultV2> {
  const events = await loadEvents(id);
  const grant = grantOf(events);
  const seq = events.length + 1;
  await update(toDueMark(id, seq));
  await append(grant, seq, { type: 'RevocationRequested', data: { cause: 'requested' }, principal });
  await invoke(id);
  return answer(200, await loadEvents(id));
}

async function invoke(grantId: string): Promise<void> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({
      FunctionName: process.env.BARE_PROVISIONER_FUNCTION,
      Payload: JSON.stringify({ grantId }),
    }),
  );
  if (FunctionError) throw new Error(`the bare provisioner failed: ${Payload?.transformToString()}`);
}

function answer(statusCode: number, events: BareEvent[]): APIGatewayProxyStructuredResultV2 {
  const state = events.at(-1)?.type === 'GrantActivated' ? 'active' : 'revoked';
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(toResource(grantOf(events), state)),
  };
}
