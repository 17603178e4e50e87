import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IAMClient } from '@aws-sdk/client-iam';
import { awsIam, iamClient } from '../../../adapters/aws/iam.ts';
import type { OutgoingCall } from '../../../adapters/outgoing.ts';
import { issuerOf, providerArn } from '../../../domain/bitbucket/oidc.ts';
import type { RoleSpecification } from '../../../domain/planning/role.ts';
import type { Clock } from '../../../domain/shared/clock.ts';
import type { Iam } from '../../../domain/use-cases/provisioning/iam.ts';
import { type AwsSandbox, startAwsSandbox } from '../../../sandbox/aws/server.ts';
import { asEpoch } from '../identifiers.ts';
import { useAwsEnvironment } from './environment.ts';
import { ACCOUNT, grantIdNumber } from './events.ts';
import { startScriptedServer } from './http-server.ts';

export const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/rolewright-boundary`;
export const PROVIDER = providerArn({ id: ACCOUNT, partition: 'aws' }, 'acme');
export const ISSUER = issuerOf('acme');
export const AUDIENCE = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';

const NAME = 'rw-shop-s3-static-site-hrq6egvaok64';

/** The role of the examples, as the domain specifies it. */
export const role: RoleSpecification = {
  name: NAME,
  arn: `arn:aws:iam::${ACCOUNT}:role/rolewright/${NAME}`,
  path: '/rolewright/',
  boundaryArn: BOUNDARY,
  maxSessionDuration: 7200,
  tags: { 'rolewright:grant': grantIdNumber(1), 'rolewright:template': 's3-static-site' },
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: PROVIDER },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${ISSUER.slice('https://'.length)}:aud`]: AUDIENCE },
          StringLike: {
            [`${ISSUER.slice('https://'.length)}:sub`]: '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}:*',
          },
        },
      },
    ],
  },
  permissionsPolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'PublishObjects',
        Effect: 'Allow',
        Action: ['s3:PutObject'],
        Resource: ['arn:aws:s3:::shop-site/*', 'arn:aws:s3:::shop-100%+é/*'],
      },
    ],
  },
};

/** When the clock of these tests stands. */
export const NOW = Date.parse('2026-11-23T09:00:00.000Z');

export type AwsWorld = {
  sandbox: AwsSandbox;
  client: IAMClient;
  iam: Iam;
  /** Each attempt of each call. */
  attempts: OutgoingCall[];
  /** The port with another deadline, in milliseconds from now. */
  within(milliseconds: number): Iam;
  close(): Promise<void>;
};

/** A sandbox with the boundary, and the adapter over it; its clock stands still. */
export async function awsWorld(): Promise<AwsWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'adapter-aws-'));
  const discovery = await startScriptedServer();
  const sandbox = await startAwsSandbox({
    port: 0,
    dir,
    accountId: ACCOUNT,
    resolveIssuer: (issuer) => (issuer === ISSUER ? discovery.url : undefined),
    now: () => asEpoch(NOW),
    managedPolicies: [
      {
        arn: BOUNDARY,
        document: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
        },
      },
    ],
  });
  useAwsEnvironment({ iam: sandbox.url });
  const attempts: OutgoingCall[] = [];
  const client = iamClient('us-east-1', (call, send) => {
    attempts.push(call);
    return send();
  });
  const clock: Clock = { now: () => asEpoch(NOW), sleep: async () => {} };
  const within = (milliseconds: number) => awsIam(client, clock, asEpoch(NOW + milliseconds));
  return {
    sandbox,
    client,
    iam: within(60_000),
    attempts,
    within,
    async close() {
      client.destroy();
      await sandbox.close();
      await discovery.close();
      rmSync(dir, { recursive: true });
    },
  };
}
