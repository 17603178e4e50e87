import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Iam } from '../../domain/use-cases/provisioning/iam.ts';
import { AUDIENCE, BOUNDARY, ISSUER, PROVIDER, role } from '../support/adapters/aws.ts';
import { forEachItem } from '../support/adapters/batches.ts';
import { present } from '../support/domain/samples.ts';

/** An account without roles and providers, and what other hands and the network do to it. */
export type IamWorld = {
  iam: Iam;
  /** When the account's clock stands still, in ISO 8601. */
  now: string;
  /** The port with another deadline, in milliseconds from now. */
  within(milliseconds: number): Iam;
  /** Policies that somebody puts on the role by hand. */
  addByHand(roleName: string, policies: { inline: string[]; attached: string[] }): Promise<unknown>;
  /** Has the next creation of a role stay unseen for long. */
  delayPropagation(): Promise<unknown>;
  /** Has the next creation of a role go wrong: refused, or done without anybody hearing of it. */
  breakCreateRole(how: 'refused' | 'lostReply'): Promise<unknown>;
  close(): Promise<unknown>;
};

const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const provider = { url: ISSUER, clientId: AUDIENCE, tags: { 'rolewright:grant': 'gr_1' } };

const trust = present(role.trustPolicy.Statement[0]);
const permission = present(role.permissionsPolicy.Statement[0]);

/** What every IAM keeps to. What our own credentials may not do is not part of it: the roles in `infrastructure/` have
 *  tests of their own. */
export function iamContract(name: string, open: () => Promise<IamWorld>): void {
  let world: IamWorld;
  let iam: Iam;

  async function createRole(): Promise<string> {
    const created = await iam.createRole(role);
    if (created.outcome !== 'created') throw new Error('the role exists');
    return created.id;
  }

  describe(`IAM ${name}`, () => {
    beforeEach(async () => {
      world = await open();
      iam = world.iam;
    });

    afterEach(() => world.close());

    test('a provider is missing, then created with the audience, then exists', async () => {
      expect(await iam.findProvider(PROVIDER)).toBeUndefined();
      expect(await iam.createProvider(provider)).toBe('created');
      expect(await iam.findProvider(PROVIDER)).toEqual({ clientIds: [AUDIENCE] });
      expect(await iam.createProvider({ ...provider, clientId: 'another' })).toBe('exists');
      expect(await iam.findProvider(PROVIDER)).toEqual({ clientIds: [AUDIENCE] });
    });

    test('a role is created with its path, boundary, session duration, tags and trust policy, and no permissions', async () => {
      expect(await iam.findRole(role.name)).toBeUndefined();
      const id = await createRole();
      expect(await iam.findRole(role.name)).toEqual({
        id,
        path: '/rolewright/',
        createdAt: world.now,
        trustPolicy: role.trustPolicy,
        boundaryArn: BOUNDARY,
        maxSessionDuration: 7200,
        tags: role.tags,
      });
      expect(await iam.findPermissionsPolicy(role.name)).toBeUndefined();
      expect(await iam.listPolicies(role.name)).toEqual({ inline: [], attached: [] });
    });

    test('a name that is taken exists, in whatever case, and the role that has it stays as it was', async () => {
      await createRole();
      const before = await iam.findRole(role.name);
      for (const taken of [role.name, role.name.toUpperCase()]) {
        const another = { ...role, name: taken, maxSessionDuration: 3600 };
        expect(await iam.createRole(another)).toEqual({ outcome: 'exists' });
      }
      expect(await iam.findRole(role.name)).toEqual(before);
    });

    test('of five that create one role at once exactly one did', async () => {
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => iam.createRole(role)));
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
        'created',
        ...Array.from({ length: 4 }, () => 'exists'),
      ]);
    });

    test('a role that is created again is another one', async () => {
      const first = await createRole();
      await iam.deleteRole(role.name);
      expect(await createRole()).not.toBe(first);
    });

    test('documents come back as they were put', async () => {
      await createRole();
      await iam.putPermissionsPolicy(role.name, role.permissionsPolicy);
      expect(await iam.findPermissionsPolicy(role.name)).toEqual(role.permissionsPolicy);
      const { Condition: _, ...bare } = trust;
      const denying = { ...role.trustPolicy, Statement: [{ ...bare, Effect: 'Deny' as const }] };
      await iam.putTrustPolicy(role.name, denying);
      expect((await iam.findRole(role.name))?.trustPolicy).toEqual(denying);
    });

    test('what was shown of a role does not change with it', async () => {
      await createRole();
      const before = await iam.findRole(role.name);
      await iam.putMaxSessionDuration(role.name, 3600);
      expect(before?.maxSessionDuration).toBe(7200);
      expect((await iam.findRole(role.name))?.maxSessionDuration).toBe(3600);
    });

    test('the boundary is changed, and what remains can be taken off under the new one', async () => {
      await createRole();
      await iam.putPermissionsPolicy(role.name, role.permissionsPolicy);
      await iam.putBoundary(role.name, DENY_ALL);
      expect((await iam.findRole(role.name))?.boundaryArn).toBe(DENY_ALL);
      await iam.deleteInlinePolicy(role.name, 'permissions');
      await iam.deleteRole(role.name);
      expect(await iam.findRole(role.name)).toBeUndefined();
    });

    test('every policy is listed, many too, and can be taken off; only then the role goes', async () => {
      await createRole();
      const inline = Array.from({ length: 120 }, (_, n) => `extra-${String(n).padStart(3, '0')}`);
      await world.addByHand(role.name, { inline, attached: [READ_ONLY, BOUNDARY] });
      const found = await iam.listPolicies(role.name);
      expect(found.inline.sort()).toEqual(inline);
      expect(found.attached.sort()).toEqual([BOUNDARY, READ_ONLY].sort());

      const refused = { code: 'CONFLICT', certain: true };
      await expect(iam.deleteRole(role.name)).rejects.toMatchObject(refused);
      await forEachItem(found.inline, (policy) => iam.deleteInlinePolicy(role.name, policy));
      await expect(iam.deleteRole(role.name)).rejects.toMatchObject(refused);
      for (const arn of found.attached) await iam.detachPolicy(role.name, arn);
      expect(await iam.listPolicies(role.name)).toEqual({ inline: [], attached: [] });
      await iam.deleteRole(role.name);
      expect(await iam.findRole(role.name)).toBeUndefined();
    });

    test('a call about a role that is not there is NOT_FOUND, and certain', async () => {
      const calls = [
        () => iam.putPermissionsPolicy(role.name, role.permissionsPolicy),
        () => iam.putTrustPolicy(role.name, role.trustPolicy),
        () => iam.putBoundary(role.name, DENY_ALL),
        () => iam.putMaxSessionDuration(role.name, 3600),
        () => iam.listPolicies(role.name),
        () => iam.deleteInlinePolicy(role.name, 'permissions'),
        () => iam.detachPolicy(role.name, READ_ONLY),
        () => iam.deleteRole(role.name),
      ];
      for (const call of calls) {
        await expect(call()).rejects.toMatchObject({ system: 'IAM', code: 'NOT_FOUND', certain: true });
      }
      expect(await iam.findPermissionsPolicy(role.name)).toBeUndefined();
    });

    test('taking off a policy that is not on the role is NOT_FOUND', async () => {
      await createRole();
      const calls = [
        () => iam.deleteInlinePolicy(role.name, 'permissions'),
        () => iam.detachPolicy(role.name, READ_ONLY),
      ];
      for (const call of calls) {
        await expect(call()).rejects.toMatchObject({ code: 'NOT_FOUND', certain: true });
      }
    });

    test('a role that has not propagated cannot be seen or written, and its name is taken', async () => {
      await world.delayPropagation();
      await createRole();
      expect(await iam.findRole(role.name)).toBeUndefined();
      await expect(iam.putPermissionsPolicy(role.name, role.permissionsPolicy)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      expect(await iam.createRole(role)).toEqual({ outcome: 'exists' });
    });

    test("the account's role count and quota are told", async () => {
      const before = await iam.roleQuota();
      await createRole();
      expect(await iam.roleQuota()).toEqual({ roles: before.roles + 1, quota: before.quota });
    });

    test('a document that is too large is refused for good, certainly, and says so', async () => {
      await createRole();
      const Resource = Array.from({ length: 300 }, (_, n) => `arn:aws:s3:::shop-${n}-${'x'.repeat(30)}/*`);
      const permissions = { ...role.permissionsPolicy, Statement: [{ ...permission, Resource }] };
      const Statement = Array.from({ length: 10 }, () => trust);
      const refused = { code: 'REJECTED', problemCode: 'POLICY_TOO_LARGE', certain: true };
      await expect(iam.putPermissionsPolicy(role.name, permissions)).rejects.toMatchObject(refused);
      await expect(
        iam.putTrustPolicy(role.name, { ...role.trustPolicy, Statement } as typeof role.trustPolicy),
      ).rejects.toMatchObject(refused);
      expect(await iam.findPermissionsPolicy(role.name)).toBeUndefined();
      expect((await iam.findRole(role.name))?.trustPolicy).toEqual(role.trustPolicy);
    });

    test('a refused write did nothing, and that is certain', async () => {
      await world.breakCreateRole('refused');
      await expect(iam.createRole(role)).rejects.toMatchObject({ code: 'DENIED', certain: true });
      expect(await iam.findRole(role.name)).toBeUndefined();
    });

    test('a write whose reply was lost is done, and not known to be without effect', async () => {
      await world.breakCreateRole('lostReply');
      await expect(iam.createRole(role)).rejects.toMatchObject({ code: 'UNAVAILABLE', certain: false });
      expect(await iam.findRole(role.name)).toBeDefined();
    });

    test('no call begins after the deadline, nor at it', async () => {
      for (const milliseconds of [0, -1]) {
        const late = world.within(milliseconds);
        const expected = { system: 'IAM', code: 'UNAVAILABLE', certain: true };
        await expect(late.createRole(role)).rejects.toMatchObject(expected);
        await expect(late.findRole(role.name)).rejects.toMatchObject(expected);
        await expect(late.listPolicies(role.name)).rejects.toMatchObject(expected);
      }
      expect(await iam.findRole(role.name)).toBeUndefined();
    });
  });
}
