import { describe, expect, it } from '@jest/globals';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const OBJECT = 'arn:aws:s3:::shop-gone/index.html';

/** What a revoke ends, and how a grant begins again. */
export function revokeRules(world: () => World): void {
  describe('a revoke', () => {
    it('leaves nothing in IAM that admits a token or lets a live session act', async () => {
      const repository = await world().repository();
      const { id, role } = await world().granted(siteBody(repository, 'shop-gone'));
      const token = await world().step(repository.fullName);
      const session = await world().session(role.arn, token);
      expect(await world().canAct(session, 's3:PutObject', OBJECT)).toBe(true);

      const { value, iamWrites } = await world().trace(() => world().revoke(id));
      expect(value.status).toBe(200);
      expect(value.json).toMatchObject({ id, state: 'revoked', notice: expect.stringMatching(/IAM/) });
      expect(value.json).not.toHaveProperty('role');
      expect(iamWrites.map(({ name }) => name)).toEqual([
        'UpdateAssumeRolePolicy',
        'PutRolePermissionsBoundary',
        'DeleteRolePolicy',
        'DeleteRole',
      ]);
      expect(await world().role(role.name)).toBeUndefined();
      expect(await world().canAct(session, 's3:PutObject', OBJECT)).toBe(false);
      expect(await world().assume(role.arn, token)).toEqual({ code: 'AccessDenied' });
      expect((await world().get(`/v1/grants/${id}`)).json.state).toBe('revoked');
    });

    it('asked for again is answered 200 and does nothing', async () => {
      const { id } = await world().granted(siteBody(await world().repository(), 'shop-again'));
      await world().revoke(id);
      const before = await world().events(id);
      const { value, iam, dynamodbWrites } = await world().trace(() => world().revoke(id));
      expect([value.status, value.json.state, iam, dynamodbWrites]).toEqual([200, 'revoked', [], []]);
      expect(await world().events(id)).toEqual(before);
    });

    it('may be followed by a request: 201, another RoleId, the same stream', async () => {
      const repository = await world().repository();
      const body = siteBody(repository, 'shop-gone');
      const first = await world().granted(body);
      const session = await world().session(first.role.arn, await world().step(repository.fullName));
      await world().revoke(first.id);
      const before = await world().events(first.id);
      const again = await world().request(body);
      expect(again.status).toBe(201);
      expect(again.headers.get('location')).toBe(`/v1/grants/${first.id}`);
      expect(again.json).toMatchObject({ id: first.id, state: 'active', role: { arn: first.role.arn } });
      expect((again.json.role as { id: string }).id).not.toBe(first.role.id);
      const after = await world().events(first.id);
      expect(after.slice(0, before.length)).toEqual(before);
      expect(after.slice(before.length).map(({ type }) => type)).toEqual([
        'GrantRequested',
        'ProvisioningStarted',
        'RoleCreated',
        'GrantActivated',
      ]);
      expect(await world().canAct(session, 's3:PutObject', OBJECT)).toBe(false);
    });

    it('works on a grant whose repository is gone from Bitbucket', async () => {
      const repository = await world().repository();
      const { id, role } = await world().granted(siteBody(repository, 'shop-orphan'));
      await world().deleteRepository(repository);
      expect((await world().revoke(id)).status).toBe(200);
      expect(await world().role(role.name)).toBeUndefined();
    });

    it('leaves the identity provider and other grants alone', async () => {
      const repository = await world().repository();
      const kept = await world().granted({ ...siteBody(repository, 'shop-kept'), name: 'kept' });
      const ended = await world().granted({ ...siteBody(repository, 'shop-ended'), name: 'ended' });
      await world().revoke(ended.id);
      const session = await world().session(kept.role.arn, await world().step(repository.fullName));
      expect(await world().canAct(session, 's3:PutObject', 'arn:aws:s3:::shop-kept/a')).toBe(true);
    });
  });
}
