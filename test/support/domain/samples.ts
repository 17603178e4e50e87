import type { Repository } from '../../../domain/bitbucket/repository.ts';
import { type Configuration, parseConfiguration } from '../../../domain/configuration/configuration.ts';
import {
  type EntryPoint,
  eventHash,
  type GrantEvent,
  type NewEvent,
  ZERO_HASH,
} from '../../../domain/grants/event.ts';
import { replay } from '../../../domain/grants/evolve/evolve.ts';
import type { Grant } from '../../../domain/grants/grant.ts';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import { type Caller, identifiersOf, type Principal } from '../../../domain/shared/principal.ts';
import type { Result } from '../../../domain/shared/result.ts';
import { parseTemplate, type Template } from '../../../domain/templates/template.ts';
import {
  asAccountId,
  asEnvironmentUuid,
  asGrantId,
  asInstant,
  asProjectUuid,
  asRepositoryUuid,
  asWorkspaceUuid,
} from '../identifiers.ts';

/** The design's example grant: repository-wide, `s3-static-site`, name `default`. */
export const GRANT_ID = asGrantId('gr_hrq6egvaok6463yco36ybujl4g');
export const ACME = { slug: 'acme', uuid: asWorkspaceUuid('{922e118c-f34f-4226-a897-0e0afbec553d}') };
export const GLOBEX = { slug: 'globex', uuid: asWorkspaceUuid('{5b6c0a5e-8a4f-4c1a-9a52-0a3c9e3f7f11}') };
export const SHOP_PROJECT = { key: 'SHOP', uuid: asProjectUuid('{0c6c7d5b-3a4e-4f0e-8f9d-55e6a3d3b001}') };
export const ACCOUNT_ID = asAccountId('111122223333');
export const shop: Repository = {
  uuid: asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}'),
  slug: 'shop',
  fullName: 'acme/shop',
  workspace: ACME,
  project: SHOP_PROJECT,
};
export const web: Repository = {
  uuid: asRepositoryUuid('{2aa2f7a1-1111-4222-8333-444455556666}'),
  slug: 'web',
  fullName: 'acme/web',
  workspace: ACME,
  project: { key: 'WEB', uuid: asProjectUuid('{0c6c7d5b-3a4e-4f0e-8f9d-55e6a3d3b002}') },
};
export const production = {
  uuid: asEnvironmentUuid('{bd715740-c970-486b-b68a-b421ec2a1f8b}'),
  name: 'Production',
};
export const staging = { uuid: asEnvironmentUuid('{46e5f6a4-8a5a-4a0a-b0c1-98a4d9f1c0aa}'), name: 'Staging' };
export const ROLE_NAME = 'rw-shop-s3-static-site-hrq6egvaok64';
export const ROLE_ARN = `arn:aws:iam::111122223333:role/rolewright/${ROLE_NAME}`;

/** Plain content of `config/rolewright.yaml`, sound, for tests to vary. */
export const configurationContent = () => ({
  workspaces: [ACME, GLOBEX],
  accounts: [
    {
      alias: 'default',
      id: '111122223333',
      region: 'eu-central-1',
      boundaryPolicy: 'rolewright-boundary',
    },
  ],
  issuers: [
    {
      issuer: 'https://id.acme.example',
      kind: 'person',
      audience: 'rolewright',
      keys: 'https://id.acme.example/keys',
      algorithms: ['RS256'],
      idClaim: 'email',
    },
  ],
  ownership: [
    { project: { workspace: 'acme', ...SHOP_PROJECT }, owns: { any: ['shop-*'] }, pipeline: ['shop-*'] },
  ] as unknown[],
  limits: { liveGrantsPerRepository: 3, roleQuotaPercent: 80 },
});

/** The content as a configuration; throws on faults. */
export function configurationOf(content: unknown = configurationContent()): Configuration {
  const parsed = parseConfiguration(content);
  if (!parsed.ok) throw new Error(parsed.problem.join('\n'));
  return parsed.value;
}

/** Content of a sound template file, for tests to vary. */
export const templateContent = () => ({
  name: 's3-static-site',
  description: 'Publish a static site',
  parameters: {
    bucket: { type: 's3BucketName', description: 'Bucket that serves the site' },
    distribution: { type: 'cloudFrontDistributionId', optional: true, description: 'Its distribution' },
  } as Record<string, unknown>,
  requestableBy: ['person', 'service', 'pipeline'],
  statements: [
    {
      sid: 'PublishObjects',
      actions: ['s3:PutObject', 's3:DeleteObject'],
      resources: ['arn:{{aws.partition}}:s3:::{{bucket}}/*'],
      conditions: { StringEquals: { 'aws:ResourceAccount': '{{aws.accountId}}' } },
    },
    {
      sid: 'Invalidate',
      when: 'distribution',
      actions: ['cloudfront:CreateInvalidation'],
      resources: ['arn:{{aws.partition}}:cloudfront::{{aws.accountId}}:distribution/{{distribution}}'],
    },
  ] as Record<string, unknown>[],
});

/** The content as a template; throws on faults. */
export function templateOf(content: { name: string } = templateContent()): Template {
  const parsed = parseTemplate(`${content.name}.yaml`, content);
  if (!parsed.ok) throw new Error(parsed.problem.join('\n'));
  return parsed.value;
}

/** An intent of the design's example grant. */
export const intent = (over: Partial<GrantIntent> = {}): GrantIntent => ({
  repository: { uuid: shop.uuid, fullName: shop.fullName },
  workspace: ACME,
  project: SHOP_PROJECT,
  account: ACCOUNT_ID,
  template: { name: 's3-static-site', version: '0123456789abcdef' },
  name: 'default',
  parameters: { bucket: 'shop-site' },
  roleName: ROLE_NAME,
  maxSessionDuration: 3600,
  trustPolicyHash: 'a'.repeat(64),
  permissionsPolicyHash: 'b'.repeat(64),
  ...over,
});

export const subject = {
  repository: { uuid: shop.uuid, fullName: shop.fullName },
  account: ACCOUNT_ID,
};
export const role = { name: ROLE_NAME, arn: ROLE_ARN };
export const createdRole = { ...role, id: 'AROAEXAMPLE0000000001' };
export const documents = { trustPolicy: { Version: 't' }, permissionsPolicy: { Version: 'p' } };
export const hashes = {
  trustPolicyHash: 'a'.repeat(64),
  permissionsPolicyHash: 'b'.repeat(64),
  maxSessionDuration: 3600,
};
/** A person as a token of the samples' issuer names them. */
export const personOf = (email: string) =>
  ({
    kind: 'person',
    id: email,
    identifiers: identifiersOf({ sub: ['https://id.acme.example', email], emails: [email] }),
  }) as const satisfies Principal;
export const ada = personOf('ada@acme.example');
export const grace = personOf('grace@acme.example');

/** What a requester may not do. */
const BY_GRACE: readonly string[] = ['GrantApproved', 'GrantThawed', 'RepairRequested', 'HoldReleased'];

/** A valid stream of the given events, one second apart from 2026-01-01 on. Ada does everything but approve and open again. */
export function chain(
  events: readonly NewEvent[],
  grantId = GRANT_ID,
  from: readonly GrantEvent[] = [],
  principal?: Principal,
): GrantEvent[] {
  const stream = [...from];
  for (const event of events) {
    const seq = stream.length + 1;
    const body = {
      ...event,
      grantId,
      seq,
      at: asInstant(new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString()),
      principal: principal ?? (BY_GRACE.includes(event.type) ? grace : ada),
      correlationId: `request-${seq}`,
      entryPoint: 'http' as EntryPoint,
      prevHash: stream.at(-1)?.hash ?? ZERO_HASH,
    };
    stream.push({ ...body, hash: eventHash(body) });
  }
  return stream;
}

/** A caller of any kind; a pipeline comes from the sample repository. */
export function callerOfKind(kind: Principal['kind'], id: string, groups: readonly string[] = []): Caller {
  const pipeline = { workspaceUuid: ACME.uuid, workspaceSlug: ACME.slug, repositoryUuid: shop.uuid };
  return kind === 'pipeline'
    ? { principal: { kind, id }, groups, pipeline }
    : { principal: { kind, id }, groups };
}

/** Folds events into a grant; throws when they make none. */
export function grantAfter(...events: NewEvent[]): Grant {
  return present(replay(chain(events)));
}

/** The value, which must be there. */
export function present<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error('a value was expected here');
  return value;
}

/** The value of a success; throws with the problem of a failure. */
export function successOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problem.code}: ${JSON.stringify(result.problem)}`);
  return result.value;
}

/** The problem of a failure; throws on a success. */
export function problemOf(result: Result<unknown>) {
  if (result.ok) throw new Error('a failure was expected here');
  return result.problem;
}

/** The code of a failure, or `ok`. */
export const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.problem.code);
