import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { siteBody, siteOf } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const ACME = '922e118c-f34f-4226-a897-0e0afbec553d';
const PROVIDER = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const BOUNDARY = 'arn:aws:iam::111122223333:policy/rolewright-boundary';

/** The trust policy of the contract, as text. */
const trustText = (subject: string) =>
  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/${PROVIDER}"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"${PROVIDER}:aud":"ari:cloud:bitbucket::workspace/${ACME}"},"StringLike":{"${PROVIDER}:sub":"${subject}:*"}}}]}`;

/** The grant's id by the contract, computed with nothing of the product. */
function idOf(repositoryUuid: string, environmentUuid: string, template: string, name: string): string {
  const identity = JSON.stringify(['111122223333', repositoryUuid, environmentUuid, template, name]);
  const bits = [...createHash('sha256').update(identity).digest()]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const characters = bits
    .slice(0, 130)
    .match(/.{5}/g)
    ?.map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)]);
  return `gr_${characters?.join('')}`;
}

/** What a request makes, repeats and changes. */
export function requestRules(world: () => World): void {
  describe('a request', () => {
    it('is answered 201 with the grant, its role and both documents, byte for byte as contracted', async () => {
      const body = { ...siteBody('acme/shop', 'shop-site'), reason: 'Release the shop' };
      const reply = await world().request(body);
      expect(reply.status).toBe(201);
      expect(reply.headers.get('content-type')).toMatch(/^application\/json\b/);
      expect(reply.headers.get('location')).toBe('/v1/grants/gr_hrq6egvaok6463yco36ybujl4g');
      expect(reply.text).toContain(`"trustPolicy":${trustText('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}')}`);
      const { plan, ...grant } = reply.json;
      expect(plan).toMatchObject({ risk: 'new', replaces: [], warnings: [] });
      expect(grant).toEqual({
        id: 'gr_hrq6egvaok6463yco36ybujl4g',
        state: 'active',
        repository: {
          uuid: '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}',
          fullName: 'acme/shop',
          workspace: { slug: 'acme', uuid: `{${ACME}}` },
          project: { key: 'SHOP', uuid: '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}' },
        },
        template: { name: 's3-static-site', version: expect.stringMatching(/^[0-9a-f]{16}$/) },
        name: 'default',
        parameters: { bucket: 'shop-site' },
        account: { alias: 'default', id: '111122223333' },
        role: {
          arn: 'arn:aws:iam::111122223333:role/rolewright/rw-shop-s3-static-site-hrq6egvaok64',
          name: 'rw-shop-s3-static-site-hrq6egvaok64',
          id: expect.stringMatching(/^AROA[A-Z0-9]{17}$/),
          maxSessionDuration: 3600,
        },
        trustPolicy: JSON.parse(trustText('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}')),
        permissionsPolicy: siteOf('shop-site'),
        reason: 'Release the shop',
        requestedBy: { kind: 'person', id: 'ada@acme.example' },
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        updatedAt: expect.any(String),
        pipelineSnippet: expect.stringContaining('rw-shop-s3-static-site-hrq6egvaok64'),
        pipeSnippet: expect.stringContaining('rw-shop-s3-static-site-hrq6egvaok64'),
      });
    });

    it('makes a role below the path with boundary, tags, duration and one inline policy', async () => {
      const repository = await world().repository();
      const environment = await world().environment(repository, 'Production');
      const body = { ...siteBody(repository, 'shop-env'), environment: 'Production', name: 'release' };
      const grant = await world().granted(body);
      expect(grant.id).toBe(idOf(repository.uuid, environment, 's3-static-site', 'release'));
      expect(grant.environment).toEqual({ uuid: environment, name: 'Production' });
      const seen = await world().role(grant.role.name);
      expect(seen?.role).toMatchObject({
        Path: '/rolewright/',
        Arn: grant.role.arn,
        RoleId: grant.role.id,
        MaxSessionDuration: 3600,
        PermissionsBoundary: { PermissionsBoundaryArn: BOUNDARY },
      });
      expect(JSON.stringify(seen?.trustPolicy)).toBe(trustText(`${repository.uuid}:${environment}`));
      expect(seen?.policies).toEqual({ permissions: siteOf('shop-env') });
      expect(seen?.attached).toEqual([]);
      expect(seen?.tags).toEqual({
        'rolewright:grant': grant.id,
        'rolewright:repository': repository.uuid.slice(1, -1),
        'rolewright:environment': environment.slice(1, -1),
        'rolewright:template': 's3-static-site',
        'rolewright:stage': 'sandbox',
      });
    });

    it('takes repository and environment by UUID in any case, and the account by alias or id', async () => {
      const repository = await world().repository();
      const environment = await world().environment(repository, 'Staging');
      const named = { ...siteBody(repository, 'shop-uuid'), environment: 'Staging' };
      const { id } = await world().granted(named);
      for (const account of ['default', '111122223333']) {
        const byUuid = {
          ...named,
          repository: repository.uuid.toUpperCase(),
          environment: environment.toUpperCase(),
          account,
        };
        const reply = await world().request(byUuid);
        expect([reply.status, reply.json.id]).toEqual([200, id]);
      }
    });

    it('that repeats a live grant is answered 200 without an event or an IAM call, whatever its reason', async () => {
      const body = siteBody(await world().repository(), 'shop-repeat');
      const { plan: _, ...grant } = await world().granted({ ...body, reason: 'first' });
      const before = await world().events(grant.id);
      for (const reason of ['first', 'second', undefined]) {
        const { value, iam, dynamodbWrites } = await world().trace(() =>
          world().request({ ...body, reason }),
        );
        expect(value.status).toBe(200);
        expect(value.headers.get('location')).toBeNull();
        expect(value.json).toEqual(grant);
        expect([iam, dynamodbWrites]).toEqual([[], []]);
      }
      expect(await world().events(grant.id)).toEqual(before);
    });

    it('with other parameters changes the live role and keeps its id', async () => {
      const repository = await world().repository();
      const grant = await world().granted(siteBody(repository, 'shop-before'));
      const changed = siteBody(repository, 'shop-after', { distribution: 'E2SHOPSITE0001' });
      const { value, iamWrites } = await world().trace(() => world().request(changed));
      expect(value.status).toBe(200);
      expect(value.json).toMatchObject({
        id: grant.id,
        state: 'active',
        role: grant.role,
        parameters: changed.parameters,
        permissionsPolicy: siteOf('shop-after', 'E2SHOPSITE0001'),
      });
      expect(iamWrites.map(({ name }) => name)).toEqual(['PutRolePolicy']);
      expect((await world().role(grant.role.name))?.policies).toEqual({
        permissions: siteOf('shop-after', 'E2SHOPSITE0001'),
      });
    });

    it('with expiresIn sets the expiry from now: an event, and no IAM write', async () => {
      const body = siteBody(await world().repository(), 'shop-expiry');
      const from = Date.now();
      const { id, expiresAt } = await world().granted({ ...body, expiresIn: 'PT8H' });
      const hours = (text: unknown) => Math.round((Date.parse(String(text)) - from) / 3_600_000);
      expect(hours(expiresAt)).toBe(8);
      const { value, iam } = await world().trace(() => world().request({ ...body, expiresIn: 'P30D' }));
      expect([value.status, hours(value.json.expiresAt), iam]).toEqual([200, 30 * 24, []]);
      const types = (await world().events(id)).map(({ type }) => type);
      expect(types.slice(-2)).toEqual(['GrantActivated', 'GrantExpiryChanged']);
      expect((await world().request(body)).json.expiresAt).toBe(value.json.expiresAt);
    });

    it('with dryRun shows role and documents, and writes nothing', async () => {
      const repository = await world().repository();
      const body = { ...siteBody(repository, 'shop-dry'), name: 'dry', expiresIn: 'P1D' };
      const { value, iam, dynamodbWrites } = await world().trace(() =>
        world().request(body, world().ada, '?dryRun=true'),
      );
      expect(value.status).toBe(200);
      expect([iam, dynamodbWrites]).toEqual([[], []]);
      const id = idOf(repository.uuid, '*', 's3-static-site', 'dry');
      const name = `rw-${repository.slug}-s3-static-site-${id.slice(3, 15)}`;
      expect(value.json).toMatchObject({
        id,
        state: 'active',
        role: { arn: `arn:aws:iam::111122223333:role/rolewright/${name}`, name, maxSessionDuration: 3600 },
        trustPolicy: JSON.parse(trustText(repository.uuid)),
        permissionsPolicy: siteOf('shop-dry'),
        expiresAt: expect.any(String),
      });
      expect((await world().get(`/v1/grants/${id}`)).status).toBe(404);
      const real = await world().request(body);
      expect(real.status).toBe(201);
      expect(real.json).toMatchObject({ trustPolicy: value.json.trustPolicy, role: value.json.role });
    });

    it('with dryRun on an active grant shows it as it is, or as the change would leave it', async () => {
      const body = siteBody(await world().repository(), 'shop-dry');
      const { plan: _, ...made } = await world().granted({ ...body, expiresIn: 'P3D', reason: 'as it was' });
      const grace = await world().person('grace@acme.example');
      const same = await world().request(body, grace, '?dryRun=true');
      const { plan, ...shown } = same.json;
      expect([same.status, shown]).toEqual([200, made]);
      expect(plan).toMatchObject({ risk: 'same' });
      const longer = await world().request({ ...body, expiresIn: 'P9D' }, grace, '?dryRun=true');
      expect(longer.json).toMatchObject({ plan: { risk: 'wider' }, updatedAt: made.updatedAt });
      expect(String(longer.json.expiresAt) > String(made.expiresAt)).toBe(true);
      const changed = await world().request(
        { ...body, parameters: { bucket: 'shop-wet' } },
        grace,
        '?dryRun=true',
      );
      expect(changed.json).toMatchObject({
        permissionsPolicy: siteOf('shop-wet'),
        requestedBy: { kind: 'person', id: 'grace@acme.example' },
        role: made.role,
        createdAt: made.createdAt,
        expiresAt: made.expiresAt,
      });
    });

    it('with dryRun=false is a request like any other', async () => {
      const body = siteBody(await world().repository(), 'shop-wet');
      expect((await world().request(body, world().ada, '?dryRun=false')).status).toBe(201);
    });
  });
}
