import {
  GetAccountAuthorizationDetailsCommand,
  GetOpenIDConnectProviderCommand,
  type IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListRolesCommand,
  type RoleDetail,
} from '@aws-sdk/client-iam';
import type { InventoryOf, ListedRole, RoleInventory } from '../../domain/drift/inventory.ts';
import { type Account, hubOf, isSpoke } from '../../domain/shared/account.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { type EpochMilliseconds, epochTime, toInstant } from '../../domain/shared/time.ts';
import type { Outgoing } from '../outgoing.ts';
import { callsWithin } from './calls-within.ts';
import { iamClient, parseDocument } from './iam.ts';
import { readerSession, stsClient } from './spoke-session.ts';

/** Roles in one answer of ListRoles, the most that it takes. Source: IAM API Reference, ListRoles, MaxItems. */
const MOST_ITEMS = 1000;

/** Roles in one answer with all their policies. IAM may give fewer. Our choice, IAM's default: each of them may have 10 KB of
 *  inline policies, and a pass keeps one answer at a time. */
const DETAILED_ITEMS = 100;

/** The inventory of each account: that of the hub by the function's own role, that of a spoke by a session of its reading role.
 *  Throws where there is no hub. */
export function awsRoleInventory(
  accounts: readonly Account[],
  clock: Clock,
  outgoing: Outgoing,
): InventoryOf {
  const hub = hubOf(accounts);
  if (!hub) throw new Error('a configuration has a hub');
  const own = iamClient(hub.region, outgoing);
  const sts = stsClient(hub.region, outgoing);
  return ({ account, deadline }) => {
    const scope = { clock, deadline, path: account.rolePath };
    if (!isSpoke(account)) return inventory(own, scope);
    const session = readerSession({ sts, clock }, { account, deadline });
    return inventory(iamClient(account.region, outgoing, session), scope);
  };
}

function inventory(
  client: IAMClient,
  { clock, deadline, path }: { clock: Clock; deadline: EpochMilliseconds; path: string },
): RoleInventory {
  const call = callsWithin(clock, deadline);
  return {
    async roles(Marker) {
      const command = new GetAccountAuthorizationDetailsCommand({
        Filter: ['Role'],
        MaxItems: DETAILED_ITEMS,
        Marker,
      });
      const page = await call('GetAccountAuthorizationDetails', (options) => client.send(command, options));
      return { items: (page.RoleDetailList ?? []).map(toListedRole), next: nextOf(page) };
    },
    async durations(Marker) {
      const command = new ListRolesCommand({ PathPrefix: path, MaxItems: MOST_ITEMS, Marker });
      const page = await call('ListRoles', (options) => client.send(command, options));
      const items = (page.Roles ?? []).map(({ RoleName: name = '', MaxSessionDuration = 3600 }) => ({
        name,
        maxSessionDuration: MaxSessionDuration,
      }));
      return { items, next: nextOf(page) };
    },
    async providerArns() {
      const command = new ListOpenIDConnectProvidersCommand({});
      const found = await call('ListOpenIDConnectProviders', (options) => client.send(command, options));
      return (found.OpenIDConnectProviderList ?? []).map(({ Arn = '' }) => Arn);
    },
    async findProvider(arn) {
      const command = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn });
      try {
        const found = await call('GetOpenIDConnectProvider', (options) => client.send(command, options));
        return { clientIds: found.ClientIDList ?? [] };
      } catch (error) {
        if (error instanceof PortError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      }
    },
  };
}

/** Where the next page begins. A page that is cut and says nothing of the next one is an error: what is missing must not look
 *  like the end. */
function nextOf({ IsTruncated, Marker }: { IsTruncated?: boolean | undefined; Marker?: string | undefined }) {
  if (!IsTruncated) return undefined;
  if (Marker) return Marker;
  throw new PortError(
    'IAM',
    'UNAVAILABLE',
    'IAM returned a part of a list without the position of the next.',
  );
}

function toListedRole(role: RoleDetail): ListedRole {
  const { RoleName: name, RoleId: id, Path: path, CreateDate: created } = role;
  if (!name || !id || !path || !created) {
    throw new PortError('IAM', 'UNAVAILABLE', 'IAM returned only a part of a role.');
  }
  return {
    name,
    id,
    path,
    createdAt: toInstant(epochTime(created.getTime())),
    trustPolicy: parseDocument(role.AssumeRolePolicyDocument),
    boundaryArn: role.PermissionsBoundary?.PermissionsBoundaryArn,
    tags: Object.fromEntries((role.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    inline: (role.RolePolicyList ?? []).map((policy) => ({
      name: policy.PolicyName ?? '',
      document: parseDocument(policy.PolicyDocument),
    })),
    attached: (role.AttachedManagedPolicies ?? []).map(({ PolicyArn = '' }) => PolicyArn),
  };
}
