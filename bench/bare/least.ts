import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { append, fetchRepository, queryEvents } from './calls.ts';
import {
  type BareGrant,
  boundaryArn,
  denyingTrustPolicy,
  grantOf,
  idOf,
  permissionsPolicy,
  toResource,
  trustPolicy,
} from './records.ts';

// One function that makes the fewest calls: it trusts itself, writes IAM itself, and keeps its intent and its outcome in the log.
// What a crash between two calls leaves, nothing finds.

const ACME = '{922e118c-f34f-4226-a897-0e0afbec553d}';

const iam = new IAMClient({ region: 'eu-central-1' });
const keys = createRemoteJWKSet(
  new URL(`${process.env.SANDBOX_BITBUCKET_URL}/sandbox/issuers/login.acme.example/keys.json`),
);

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const token = (event.headers.authorization ?? '').slice('Bearer '.length);
  await jwtVerify(token, keys, {
    issuer: 'https://login.acme.example',
    audience: 'rolewright',
    algorithms: ['RS256'],
  });
  const id = event.pathParameters?.id ?? '';
  switch (event.requestContext.http.method) {
    case 'POST':
      return request(JSON.parse(event.body ?? ''));
    case 'DELETE':
      return revoke(id);
    default:
      return answer(200, grantOf(await queryEvents(id)), 'active');
  }
}

async function request(body: {
  repository: string;
  name: string;
  parameters: { bucket: string };
}): Promise<APIGatewayProxyStructuredResultV2> {
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
  const events = await queryEvents(id);
  if (events.at(-1)?.type === 'GrantActivated') return answer(200, grant, 'active');
  await append(grant, 1, { type: 'GrantRequested', data: { grant } });
  const RoleName = grant.roleName;
  await iam.send(
    new CreateRoleCommand({
      RoleName,
      Path: '/rolewright/',
      AssumeRolePolicyDocument: JSON.stringify(trustPolicy(grant)),
      PermissionsBoundary: boundaryArn,
    }),
  );
  const PolicyDocument = JSON.stringify(permissionsPolicy(grant));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'permissions', PolicyDocument }));
  await append(grant, 2, { type: 'GrantActivated' });
  return answer(201, grant, 'active');
}

async function revoke(id: string): Promise<APIGatewayProxyStructuredResultV2> {
  const events = await queryEvents(id);
  const grant = grantOf(events);
  const seq = events.length + 1;
  await append(grant, seq, { type: 'RevocationRequested' });
  const RoleName = grant.roleName;
  const PolicyDocument = JSON.stringify(denyingTrustPolicy(grant));
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  const PermissionsBoundary = 'arn:aws:iam::aws:policy/AWSDenyAll';
  await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'permissions' }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
  await append(grant, seq + 1, { type: 'GrantRevoked' });
  return answer(200, grant, 'revoked');
}

const answer = (statusCode: number, grant: BareGrant, state: string): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(toResource(grant, state)),
});
