import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, it } from '@jest/globals';
import { expectProblem } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const anyone = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
});
const everything = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

/** What becomes of roles that somebody else made or altered. */
export function foreignRoleRules(world: () => World): void {
  const plan = async (body: object) =>
    (await world().request({ ...body }, world().ada, '?dryRun=true')).json as {
      id: string;
      role: { name: string };
      trustPolicy: unknown;
    };
  const live = async (bucket: string) => {
    const repository = await world().repository();
    const grant = await world().granted(siteBody(repository, bucket));
    const token = await world().step(repository.fullName);
    const session = await world().session(grant.role.arn, token);
    return { ...grant, token, session, fullName: repository.fullName, RoleName: grant.role.name };
  };

  describe('a foreign role under the name of a grant’s role', () => {
    it.each([
      ['elsewhere', '/', (name: string) => name],
      ['below our path', '/rolewright/', (name: string) => name],
      ['in other letters', '/', (name: string) => name.toUpperCase()],
    ])('%s is never touched, and the request is told so', async (_where, Path, spell) => {
      const body = siteBody(await world().repository(), 'shop-taken');
      const planned = await plan(body);
      const RoleName = spell(planned.role.name);
      const AssumeRolePolicyDocument = JSON.stringify(planned.trustPolicy);
      await world().iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument }));
      const before = await world().role(RoleName);

      const { value, iamWrites } = await world().trace(() => world().request(body));
      expectProblem(value, 409, 'ROLE_NAME_TAKEN');
      expect(iamWrites.map(({ name }) => name)).toEqual(['CreateRole']);
      const revoke = await world().trace(() => world().revoke(planned.id));
      expect([revoke.value.status, revoke.value.json.state]).toEqual([200, 'failed']);
      expect(revoke.iamWrites).toEqual([]);
      expect(await world().role(RoleName)).toEqual(before);

      await world().iam.send(new DeleteRoleCommand({ RoleName }));
      expect((await world().request(body)).status).toBe(201);
    });

    it('that replaced ours is left alone by the revoke', async () => {
      const { id, RoleName } = await live('shop-replaced');
      await world().iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'permissions' }));
      await world().iam.send(new DeleteRoleCommand({ RoleName }));
      const role = { RoleName, Path: '/rolewright/', AssumeRolePolicyDocument: anyone };
      await world().iam.send(new CreateRoleCommand(role));
      const before = await world().role(RoleName);
      const { value, iamWrites } = await world().trace(() => world().revoke(id));
      expect([value.status, value.json.state, iamWrites]).toEqual([200, 'revoked', []]);
      expect(await world().role(RoleName)).toEqual(before);
    });
  });

  describe('a role of ours that somebody altered', () => {
    it('is ended with everything on it: policies attached, boundary gone, trust opened', async () => {
      const { id, RoleName, token, session, role } = await live('shop-tampered');
      const { iam } = world();
      await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: ADMINISTRATOR }));
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'more', PolicyDocument: everything }));
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: anyone }));
      expect(await world().canAct(session, 'iam:CreateUser', '*')).toBe(true);

      const { value, iamWrites } = await world().trace(() => world().revoke(id));
      expect([value.status, value.json.state]).toEqual([200, 'revoked']);
      expect(iamWrites[0]?.name).toBe('PutRolePermissionsBoundary');
      expect(await world().role(RoleName)).toBeUndefined();
      expect(await world().canAct(session, 'iam:CreateUser', '*')).toBe(false);
      expect(await world().assume(role.arn, token)).toEqual({ code: 'AccessDenied' });
      const found = (await world().events(id)).find(({ type }) => type === 'ForeignPoliciesFound');
      expect(found?.data).toMatchObject({ inline: ['more'], attached: [ADMINISTRATOR] });
    });

    it('and opened to more gets boundary and trust back with the next change', async () => {
      const { RoleName, fullName } = await live('shop-mended');
      const before = await world().role(RoleName);
      const trust = before?.trustPolicy as { Version: string; Statement: object[] };
      const more = { ...trust, Statement: [...trust.Statement, ...JSON.parse(anyone).Statement] };
      await world().iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
      const PolicyDocument = JSON.stringify(more);
      await world().iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
      expect((await world().request(siteBody(fullName, 'shop-mended-2'))).status).toBe(200);
      const after = await world().role(RoleName);
      expect(after?.role.PermissionsBoundary).toEqual(before?.role.PermissionsBoundary);
      expect(after?.trustPolicy).toEqual(before?.trustPolicy);
    });

    it('is not touched while it lacks our tag, and ended once that is back', async () => {
      const { id, RoleName } = await live('shop-untagged');
      await world().iam.send(new UntagRoleCommand({ RoleName, TagKeys: ['rolewright:grant'] }));
      const { value, iamWrites } = await world().trace(() => world().revoke(id));
      expect([value.status, value.json.state, iamWrites]).toEqual([202, 'revoking', []]);
      expect(value.json.lastError).toMatchObject({ detail: expect.stringContaining('rolewright:grant') });
      const Tags = [{ Key: 'rolewright:grant', Value: id }];
      await world().iam.send(new TagRoleCommand({ RoleName, Tags }));
      expect((await world().revoke(id)).status).toBe(200);
      expect(await world().role(RoleName)).toBeUndefined();
    });

    it('and deleted is not believed to be gone in its first minute', async () => {
      const { id, RoleName } = await live('shop-vanished');
      await world().iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'permissions' }));
      await world().iam.send(new DeleteRoleCommand({ RoleName }));
      const { status, json } = await world().revoke(id);
      expect([status, json.state]).toEqual([202, 'revoking']);
    });
  });
}
