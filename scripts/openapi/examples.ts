import type * as z from 'zod';
import { providerArn, providerName } from '../../domain/bitbucket/oidc.ts';
import type { Diagnosis } from '../../domain/explanation/diagnosis.ts';
import { eventHash, ZERO_HASH } from '../../domain/grants/event.ts';
import { accountIdSchema, grantIdSchema, repositoryUuidSchema } from '../../domain/shared/identifiers.ts';
import { instantSchema } from '../../domain/shared/time.ts';
import type {
  eventSchema,
  GrantResource,
  ImpactResource,
  revokedGrantSchema,
} from '../../handlers/http/resources/grant-schema.ts';
import type { templateResourceSchema } from '../../handlers/http/resources/template-resource.ts';

const repository = repositoryUuidSchema.parse('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}');
const workspace = { slug: 'acme', uuid: '{922e118c-f34f-4226-a897-0e0afbec553d}' };
const step = '{759de0c6-eaee-4eaa-b7a6-c507eec759a7}';
const account = { id: accountIdSchema.parse('111122223333'), partition: 'aws' };
const ada = { kind: 'person', id: 'ada@acme.example' } as const;
const at = instantSchema.parse('2026-11-23T09:00:00.000Z');
const key = (name: string) => `${providerName(workspace.slug)}:${name}`;
const audience = 'ari:cloud:bitbucket::workspace/922e118c-f34f-4226-a897-0e0afbec553d';

const grant: GrantResource = {
  id: grantIdSchema.parse('gr_hrq6egvaok6463yco36ybujl4g'),
  state: 'active',
  repository: { uuid: repository, fullName: 'acme/shop', workspace },
  template: { name: 's3-static-site', version: '5d41f0c9a7e3b2d8' },
  name: 'default',
  parameters: { bucket: 'shop-site' },
  account: { alias: 'default', id: account.id },
  role: {
    arn: 'arn:aws:iam::111122223333:role/rolewright/rw-shop-s3-static-site-hrq6egvaok64',
    name: 'rw-shop-s3-static-site-hrq6egvaok64',
    id: 'AROAEXAMPLE0000000001',
    maxSessionDuration: 3600,
  },
  trustPolicy: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: providerArn(account, workspace.slug) },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [key('aud')]: audience },
          StringLike: { [key('sub')]: `${repository}:*` },
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
        Action: ['s3:PutObject', 's3:DeleteObject', 's3:GetObject'],
        Resource: ['arn:aws:s3:::shop-site/*'],
        Condition: { StringEquals: { 'aws:ResourceAccount': account.id } },
      },
    ],
  },
  reason: 'Release the shop from its pipeline',
  requestedBy: ada,
  createdAt: at,
  updatedAt: at,
  pipelineSnippet:
    '- step:\n    name: s3-static-site\n    image: amazon/aws-cli:2.31.0\n    oidc: true\n    script:\n      - …\n      - aws s3 sync public/ s3://shop-site/ --delete\n',
  pipeSnippet:
    '- step:\n    name: s3-static-site\n    oidc: true\n    script:\n      - pipe: atlassian/aws-s3-deploy:1.6.1\n        variables:\n          …\n',
};

const { trustPolicy: _, permissionsPolicy: __, ...listed } = grant;

const revoked: z.infer<typeof revokedGrantSchema> = {
  ...grant,
  state: 'revoked',
  notice:
    'IAM is eventually consistent: the change usually takes effect everywhere within seconds, and AWS guarantees no time. Until then a token may still be admitted and a live session may still act.',
};
Reflect.deleteProperty(revoked, 'role');
Reflect.deleteProperty(revoked, 'pipelineSnippet');
Reflect.deleteProperty(revoked, 'pipeSnippet');

const body = {
  grantId: grant.id,
  seq: 1,
  at,
  type: 'GrantRevoked' as const,
  principal: ada,
  correlationId: 'f7a3c223-2781-4dd8-b522-45a41a0fe7f2',
  entryPoint: 'http' as const,
  data: { repository: { uuid: repository, fullName: 'acme/shop' }, account: account.id },
  prevHash: ZERO_HASH,
};
const event: z.infer<typeof eventSchema> = { ...body, hash: eventHash(body) };

const impact: ImpactResource = {
  grant: grant.id,
  repository: grant.repository,
  account: grant.account,
  name: grant.name,
  version: { from: '5d41f0c9a7e3b2d8', to: '77b2e1d0c4a59f36' },
  risk: 'wider',
  gained: [{ action: 's3:PutObjectTagging', resource: 'arn:aws:s3:::shop-site/*' }],
  lost: [],
  requiresApproval: false,
};

const template: z.infer<typeof templateResourceSchema> = {
  name: 's3-static-site',
  version: '5d41f0c9a7e3b2d8',
  description: 'Publish a static site to one S3 bucket and invalidate one CloudFront distribution',
  scope: 'any',
  approval: 'none',
  requestableBy: ['person', 'service', 'pipeline'],
  maxSessionDuration: 3600,
  parameters: {
    type: 'object',
    properties: { bucket: { type: 'string', description: 'Bucket that serves the site' } },
    required: ['bucket'],
    additionalProperties: false,
  },
  example: { parameters: { bucket: 'shop-site' } },
  image: 'amazon/aws-cli:2.31.0',
  usage: [{ run: 'aws s3 sync public/ s3://{{bucket}}/ --delete' }],
};

const explanation: Diagnosis = {
  admitted: false,
  code: 'WRONG_REPOSITORY',
  verified: true,
  conditions: [
    { key: key('aud'), operator: 'StringEquals', expected: audience, actual: audience, holds: true },
    {
      key: key('sub'),
      operator: 'StringLike',
      expected: `${repository}:*`,
      actual: `{85d08b4e-571d-44e9-a507-fa476535aa98}:${step}`,
      holds: false,
    },
  ],
  advice: `The token comes from a repository other than the grant's, acme/shop (${repository}).`,
};

/** An example of each named schema that an operation answers with. The linter validates each by its schema. */
export const examples: Record<string, unknown> = {
  Grant: grant,
  GrantPage: { items: [listed], cursor: 'eyJhZnRlciI6IiJ9' },
  RevokedGrant: revoked,
  Event: event,
  EventPage: { items: [event] },
  Impact: impact,
  ImpactPage: { items: [impact] },
  Template: template,
  TemplatePage: { items: [template] },
  Explanation: explanation,
  Caller: {
    kind: 'person',
    id: 'ada@acme.example',
    groups: ['platform'],
    issuer: 'https://login.acme.example',
    may: [
      'request',
      'revoke',
      'approve',
      'read',
      'audit',
      'freeze',
      'thaw',
      'repair',
      'release',
      'hold',
      'reconcile',
    ],
  },
  InstallationFreeze: {
    frozen: { by: 'person:ada@acme.example', at: '2026-11-23T08:00:00.000Z', reason: 'Incident' },
  },
  ReconcileRun: { drift: true },
  HeldGrants: { items: [{ id: 'gr_hrq6egvaok6463yco36ybujl4g', state: 'revoked' }] },
  SlackMessage: { response_type: 'ephemeral', text: 'Looking …' },
  SlackFormAnswer: { response_action: 'errors', errors: { reason: 'Give a reason of 1 to 500 characters.' } },
};
