import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetAccountSummaryCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  type IAMClientConfig,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { PERMISSIONS_POLICY_NAME } from '../../domain/planning/role.ts';
import { policyText } from '../../domain/policy/document.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { type EpochMilliseconds, epochTime, toInstant } from '../../domain/shared/time.ts';
import type { Iam } from '../../domain/use-cases/provisioning/iam.ts';
import { type Outgoing, passThrough, watchClient } from '../outgoing.ts';
import { callsWithin } from './calls-within.ts';
import { failureName } from './error-meanings.ts';
import { withoutRetryOn } from './never-retry.ts';

/** An IAM client, of the function's own role unless others' credentials are given. It retries throttling and network failures, and closes a connection that stays silent. The SDK's
 *  standard mode: decision 14. */
export function iamClient(
  region: string,
  outgoing: Outgoing = passThrough,
  credentials?: IAMClientConfig['credentials'],
): IAMClient {
  const client = new IAMClient({
    region,
    ...(credentials ? { credentials } : {}),
    maxAttempts: 4,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 2000, requestTimeout: 8000 },
  });
  return withoutRetryOn(watchClient(client, 'IAM', outgoing), ['LimitExceededException']);
}

/** CreateRole names one thing that may be missing: the boundary. Any other failure stays as it is. */
function withoutBoundary(boundaryArn: string, error: unknown): unknown {
  if (!(error instanceof PortError) || error.code !== 'NOT_FOUND') return error;
  const [, account, name] = /^arn:[^:]+:iam::(\d{12}):policy\/(.+)$/.exec(boundaryArn) ?? [];
  const detail = `The permissions boundary ${name} does not exist in account ${account}, and no role is created without it. Deploy the stack of the account again: infrastructure/spoke.yml, or Rolewright itself where it runs there.`;
  return new PortError('IAM', 'REJECTED', detail, { certain: error.certain, cause: error });
}

/** Error names that a caller can act on. Source: AWS IAM quotas. IAM uses one error name for the role quota
 *  (CreateRole) and for the size of a document (calls that carry one). */
const ROLE_LIMITS = { LimitExceededException: 'QUOTA_EXCEEDED' } as const;
const DOCUMENT_LIMITS = { LimitExceededException: 'POLICY_TOO_LARGE' } as const;

const toTags = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** The IAM port over the SDK. Each call is given what remains until `deadline`, and none begins after it. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of the port's functions is short.
export function awsIam(client: IAMClient, clock: Clock, deadline: EpochMilliseconds): Iam {
  const call = callsWithin(clock, deadline);
  const orMissing = async <T>(found: Promise<T>): Promise<T | undefined> => {
    try {
      return await found;
    } catch (error) {
      if (error instanceof PortError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  };
  /** A policy of another account, or one that the role may not read, is not known. */
  const orUnreadable = async <T>(found: Promise<T>): Promise<T | undefined> => {
    try {
      return await found;
    } catch (error) {
      const isUnreadable = error instanceof PortError && ['NOT_FOUND', 'DENIED'].includes(error.code);
      if (isUnreadable && error.problemCode === undefined) return undefined;
      throw error;
    }
  };
  const orExists = async <T>(created: Promise<T>): Promise<T | 'exists'> => {
    try {
      return await created;
    } catch (error) {
      if (error instanceof PortError && failureName(error.cause) === 'EntityAlreadyExistsException') {
        return 'exists';
      }
      throw error;
    }
  };

  return {
    async roleQuota() {
      const { SummaryMap } = await call('GetAccountSummary', (o) =>
        client.send(new GetAccountSummaryCommand({}), o),
      );
      const roles = SummaryMap?.Roles;
      const quota = SummaryMap?.RolesQuota;
      if (roles === undefined || quota === undefined) {
        throw new PortError('IAM', 'UNAVAILABLE', 'IAM did not return the number of roles in the account.');
      }
      return { roles, quota };
    },
    async findProvider(arn) {
      const command = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn });
      const found = await orMissing(call('GetOpenIDConnectProvider', (o) => client.send(command, o)));
      return found && { clientIds: found.ClientIDList ?? [] };
    },
    async createProvider({ url, clientId, tags }) {
      // No thumbprints are given: IAM reads them from the issuer's certificate chain.
      const command = new CreateOpenIDConnectProviderCommand({
        Url: url,
        ClientIDList: [clientId],
        Tags: toTags(tags),
      });
      const created = await orExists(
        call('CreateOpenIDConnectProvider', (o) => client.send(command, o), ROLE_LIMITS),
      );
      return created === 'exists' ? 'exists' : 'created';
    },
    async createRole(role) {
      const command = new CreateRoleCommand({
        RoleName: role.name,
        Path: role.path,
        AssumeRolePolicyDocument: policyText(role.trustPolicy),
        PermissionsBoundary: role.boundaryArn,
        MaxSessionDuration: role.maxSessionDuration,
        Tags: toTags(role.tags),
      });
      const created = await orExists(call('CreateRole', (o) => client.send(command, o), ROLE_LIMITS)).catch(
        (error: unknown) => {
          throw withoutBoundary(role.boundaryArn, error);
        },
      );
      if (created === 'exists') return { outcome: 'exists' };
      const id = created.Role?.RoleId;
      if (!id) throw new PortError('IAM', 'UNAVAILABLE', 'IAM did not return the role that it created.');
      return { outcome: 'created', id };
    },
    async findRole(name) {
      const found = await orMissing(
        call('GetRole', (o) => client.send(new GetRoleCommand({ RoleName: name }), o)),
      );
      if (!found) return undefined;
      const role = found.Role;
      if (!role?.RoleId || !role.Path || !role.CreateDate) {
        throw new PortError('IAM', 'UNAVAILABLE', 'IAM returned only a part of the role.');
      }
      return {
        id: role.RoleId,
        path: role.Path,
        createdAt: toInstant(epochTime(role.CreateDate.getTime())),
        trustPolicy: parseDocument(role.AssumeRolePolicyDocument),
        boundaryArn: role.PermissionsBoundary?.PermissionsBoundaryArn,
        maxSessionDuration: role.MaxSessionDuration ?? 3600,
        tags: Object.fromEntries((role.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
      };
    },
    async findPermissionsPolicy(roleName) {
      const command = new GetRolePolicyCommand({ RoleName: roleName, PolicyName: PERMISSIONS_POLICY_NAME });
      const found = await orMissing(call('GetRolePolicy', (o) => client.send(command, o)));
      return found && parseDocument(found.PolicyDocument);
    },
    async putPermissionsPolicy(roleName, document) {
      const command = new PutRolePolicyCommand({
        RoleName: roleName,
        PolicyName: PERMISSIONS_POLICY_NAME,
        PolicyDocument: policyText(document),
      });
      await call('PutRolePolicy', (o) => client.send(command, o), DOCUMENT_LIMITS);
    },
    async putTrustPolicy(roleName, document) {
      const command = new UpdateAssumeRolePolicyCommand({
        RoleName: roleName,
        PolicyDocument: policyText(document),
      });
      await call('UpdateAssumeRolePolicy', (o) => client.send(command, o), DOCUMENT_LIMITS);
    },
    async putBoundary(roleName, boundaryArn) {
      const command = new PutRolePermissionsBoundaryCommand({
        RoleName: roleName,
        PermissionsBoundary: boundaryArn,
      });
      await call('PutRolePermissionsBoundary', (o) => client.send(command, o));
    },
    async putMaxSessionDuration(roleName, seconds) {
      const command = new UpdateRoleCommand({ RoleName: roleName, MaxSessionDuration: seconds });
      await call('UpdateRole', (o) => client.send(command, o));
    },
    async putTags(roleName, tags) {
      const command = new TagRoleCommand({ RoleName: roleName, Tags: toTags(tags) });
      await call('TagRole', (o) => client.send(command, o));
    },
    async findInlinePolicy(roleName, policyName) {
      const command = new GetRolePolicyCommand({ RoleName: roleName, PolicyName: policyName });
      const found = await orMissing(call('GetRolePolicy', (o) => client.send(command, o)));
      return found && parseDocument(found.PolicyDocument);
    },
    async findManagedPolicy(arn) {
      const policy = await orUnreadable(
        call('GetPolicy', (o) => client.send(new GetPolicyCommand({ PolicyArn: arn }), o)),
      );
      const VersionId = policy?.Policy?.DefaultVersionId;
      if (!VersionId) return undefined;
      const command = new GetPolicyVersionCommand({ PolicyArn: arn, VersionId });
      const found = await orUnreadable(call('GetPolicyVersion', (o) => client.send(command, o)));
      return found && parseDocument(found.PolicyVersion?.Document);
    },
    async listPolicies(roleName) {
      const [inline, attached] = await Promise.all([
        everyPage(async (Marker) => {
          const command = new ListRolePoliciesCommand({ RoleName: roleName, Marker });
          const page = await call('ListRolePolicies', (o) => client.send(command, o));
          return { items: page.PolicyNames ?? [], next: page.IsTruncated ? page.Marker : undefined };
        }),
        everyPage(async (Marker) => {
          const command = new ListAttachedRolePoliciesCommand({ RoleName: roleName, Marker });
          const page = await call('ListAttachedRolePolicies', (o) => client.send(command, o));
          const items = (page.AttachedPolicies ?? []).flatMap(({ PolicyArn }) =>
            PolicyArn ? [PolicyArn] : [],
          );
          return { items, next: page.IsTruncated ? page.Marker : undefined };
        }),
      ]);
      return { inline, attached };
    },
    async deleteInlinePolicy(roleName, policyName) {
      const command = new DeleteRolePolicyCommand({ RoleName: roleName, PolicyName: policyName });
      await call('DeleteRolePolicy', (o) => client.send(command, o));
    },
    async detachPolicy(roleName, policyArn) {
      const command = new DetachRolePolicyCommand({ RoleName: roleName, PolicyArn: policyArn });
      await call('DetachRolePolicy', (o) => client.send(command, o));
    },
    async deleteRole(roleName) {
      await call('DeleteRole', (o) => client.send(new DeleteRoleCommand({ RoleName: roleName }), o));
    },
  };
}

async function everyPage(
  read: (marker: string | undefined) => Promise<{ items: string[]; next: string | undefined }>,
): Promise<string[]> {
  const all: string[] = [];
  let marker: string | undefined;
  do {
    const page = await read(marker);
    all.push(...page.items);
    marker = page.next;
  } while (marker);
  return all;
}

/** Decodes a policy document, which IAM sends URL-encoded (RFC 3986). Undefined if it cannot be parsed: then it is not
 *  one of ours. */
export function parseDocument(encoded: string | undefined): unknown {
  try {
    return JSON.parse(decodeURIComponent(encoded ?? ''));
  } catch {
    return undefined;
  }
}
