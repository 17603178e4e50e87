import {
  CreateRoleCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { type Account, hubOf } from '../../domain/shared/account.ts';
import { canonicalHash } from '../../domain/shared/canonical-hash.ts';
import { type AppliedGrant, appliedRoleOf } from '../../domain/use-cases/drift/applied-role.ts';
import { copyOf, fill, type Pattern } from '../filled/fill.ts';
import type { FilledWorld } from '../filled/world.ts';

/** Roles that are made at the same time: the stand-in writes its state for all of them at once. */
const AT_ONCE = 50;

const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';

/** Fills tables and IAM with grants whose roles are as their logs say. */
export type DriftedGrants = {
  /** Makes copies `from` to `to` of the pattern with a role each. */
  grow(from: number, to: number): Promise<void>;
  /** Ends what sessions of so many roles from `from` on may do, as an operator does in an incident. */
  close(from: number, count: number): Promise<void>;
  stop(): void;
};

/** Makes grants with roles in a world. */
export function driftedGrants(world: FilledWorld, pattern: Pattern): DriftedGrants {
  const account = hubOf(world.ports.configuration.accounts);
  if (!account) throw new Error('a configuration has a hub');
  const credentials = { accessKeyId: 'OPERATOR', secretAccessKey: 'any' };
  const endpoint = world.standIns.aws.url;
  const iam = new IAMClient({ region: account.region, endpoint, credentials });
  const more = new Map<number, [string, string][]>();
  const names = new Map<number, string>();
  return {
    async grow(from, to) {
      for (let first = from; first < to; first += AT_ONCE) {
        const numbers = Array.from({ length: Math.min(AT_ONCE, to - first) }, (_, i) => first + i);
        await Promise.all(
          numbers.map(async (n) => {
            const { name, replaced } = await makeRole(iam, { pattern, account }, n);
            more.set(n, replaced);
            names.set(n, name);
          }),
        );
      }
      await fill(world, pattern, { from, to, moreOf: (n) => more.get(n) ?? [] });
    },
    async close(from, count) {
      for (let n = from; n < from + count; n += 1) {
        const ROLE_NAME = names.get(n);
        await iam.send(
          new PutRolePermissionsBoundaryCommand({ RoleName: ROLE_NAME, PermissionsBoundary: DENY_ALL }),
        );
      }
    },
    stop: () => iam.destroy(),
  };
}

/** Makes the role of a copy, and says what the copy's stream has in place of the pattern's. */
async function makeRole(
  iam: IAMClient,
  { pattern, account }: { pattern: Pattern; account: Account },
  n: number,
): Promise<{ name: string; replaced: [string, string][] }> {
  const own = pattern.grant as AppliedGrant;
  const copied = copyOf(pattern, n).grant as AppliedGrant;
  const hashes: [string, string] = [
    own.request.intent.trustPolicyHash,
    canonicalHash(copied.documents.trustPolicy),
  ];
  const grant = copyOf(pattern, n, { more: [hashes] }).grant as AppliedGrant;
  const applied = appliedRoleOf(grant, account);
  if (!applied) throw new Error(`copy ${n} has other documents than its hashes say`);
  const ROLE_NAME = grant.role.name;
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: ROLE_NAME,
      Path: applied.path,
      AssumeRolePolicyDocument: JSON.stringify(applied.trustPolicy),
      PermissionsBoundary: applied.boundaryArn,
      MaxSessionDuration: applied.maxSessionDuration,
      Tags: Object.entries(applied.tags).map(([KEY, VALUE]) => ({ Key: KEY, Value: VALUE })),
    }),
  );
  const POLICY_DOCUMENT = JSON.stringify(applied.permissionsPolicy);
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: ROLE_NAME,
      PolicyName: 'permissions',
      PolicyDocument: POLICY_DOCUMENT,
    }),
  );
  return { name: ROLE_NAME, replaced: [hashes, [own.role.id, Role?.RoleId ?? '']] };
}
