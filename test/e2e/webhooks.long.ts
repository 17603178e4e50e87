import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventually } from '../support/e2e/eventually.ts';
import { siteBody } from '../support/e2e/samples.ts';
import { postponedOf } from '../support/e2e/stack/postponed.ts';
import { useStack } from '../support/e2e/stack/stack.ts';
import { webhooksOf } from '../support/e2e/webhooks.ts';

const world = useStack({ webhooks: true });
const { bitbucket, deliver, deliveries, grantsOf } = webhooksOf(world);
const { postponedAbout, resume } = postponedOf(world);
const states = (grants: { state: string }[]) => grants.map(({ state }) => state);
const areActive = (grants: { state: string }[]) =>
  grants.length > 0 && states(grants).every((s) => s === 'active');
const areRevoked = (grants: { state: string }[]) =>
  grants.length > 0 && states(grants).every((state) => state === 'revoked');
const names = (grantId: string) =>
  world()
    .events(grantId)
    .then((events) => events.map(({ type }) => type));

// First, while no worker is at anything: what is read or written meanwhile is the endpoint's doing.
describe('invariant 6: whatever is sent to the endpoint', () => {
  const bytes = fc.oneof(fc.string(), fc.json(), fc.constant('{"repository":{"full_name":"acme/shop"}}'));
  const RUNS = { numRuns: 60, seed: 20_261_123 };

  it('unsigned or wrongly signed: 401, nothing read from Bitbucket or IAM, nothing written', async () => {
    const signature = fc.oneof(
      fc.constant(undefined),
      fc.string({ unit: 'grapheme-ascii' }).map((text) => text.trim()),
      fc.stringMatching(/^sha(1|256|512)=[0-9a-f]{64}$/),
    );
    const {
      bitbucket: asked,
      iam,
      dynamodbWrites,
    } = await world().trace(() =>
      fc.assert(
        fc.asyncProperty(
          bytes,
          signature,
          fc.constantFrom('acme', 'globex', 'nobody'),
          async (body, signed, workspace) => {
            const reply = await deliver(body, { workspace, signature: signed });
            expect([reply.status, reply.json.code]).toEqual([401, 'UNAUTHENTICATED']);
          },
        ),
        RUNS,
      ),
    );
    expect([asked, iam, dynamodbWrites]).toEqual([[], [], []]);
  });

  it('signed: never a 5xx', async () => {
    const events = fc.constantFrom('repo:created', 'repo:deleted', 'project:updated', 'repo:push', 'x');
    await fc.assert(
      fc.asyncProperty(bytes, events, async (body, event) => {
        const { status } = await deliver(body, { event });
        // 401: the local gateway takes JSON such as null or "" for no body, which is not what was signed.
        expect([202, 204, 400, 401, 403]).toContain(status);
      }),
      RUNS,
    );
  });
});

describe('a repository that is created where a rule fits', () => {
  it('gets its grant without anybody asking, and its own pipeline is admitted', async () => {
    const { fullName, uuid } = await world().repository({ project: 'WEB', slug: 'pay-service' });
    const [grant] = await grantsOf(fullName, areActive);
    expect(grant).toMatchObject({
      state: 'active',
      repository: { uuid, fullName },
      template: { name: 'ecr-push' },
      parameters: { repository: 'pay-service' },
      requestedBy: { kind: 'system', id: 'repository-rules' },
    });
    const [delivery] = await deliveries('repo:created', uuid);
    expect(delivery?.attempts).toMatchObject([{ number: 1, status: 202 }]);
    const [requested] = await world().events(grant?.id ?? '');
    expect(requested).toMatchObject({ type: 'GrantRequested', entryPoint: 'bitbucket' });
    expect(requested?.correlationId).toBe(delivery?.requestUuid);
    const token = await world().step(fullName);
    expect(await world().assume(grant?.role.arn ?? '', token)).toHaveProperty('accessKeyId');
    const other = await world().step('acme/web');
    expect(await world().assume(grant?.role.arn ?? '', other)).toEqual({ code: 'AccessDenied' });
  });

  it('gets it once, however often the webhook comes, and not again when somebody has revoked it', async () => {
    const { fullName, uuid } = await world().repository({ project: 'WEB', slug: 'once-service' });
    const [grant] = await grantsOf(fullName, areActive);
    const id = grant?.id ?? '';
    const [delivery] = await deliveries('repo:created', uuid);
    const again = () =>
      bitbucket('POST', '/sandbox/deliveries', { json: { requestUuid: delivery?.requestUuid } });
    const before = await world().events(id);
    await Promise.all([again(), again(), again()]);
    await eventually(
      () => deliveries('repo:created', uuid),
      ([one]) => one?.attempts.length === 4,
    );
    await world().revoke(id);
    await again();
    // A later delivery is followed after the earlier ones were handed on: its effect shows that they have had theirs.
    const later = await world().repository({ project: 'WEB', slug: 'later-service' });
    await grantsOf(later.fullName, areActive);
    const events = await world().events(id);
    expect(events.slice(0, before.length)).toEqual(before);
    expect(events.filter(({ type }) => type === 'GrantRequested')).toHaveLength(1);
    expect(await grantsOf(fullName, () => true)).toMatchObject([{ state: 'revoked' }]);
  });

  it('gets nothing where no rule fits: another slug, another project, another workspace', async () => {
    const others = [
      await world().repository({ project: 'WEB', slug: 'service-desk' }),
      await world().repository({ project: 'SHOP', slug: 'shop-service' }),
      await world().repository({ workspace: 'globex', project: 'OTHER', slug: 'other-service' }),
    ];
    for (const { uuid } of others) await deliveries('repo:created', uuid);
    const later = await world().repository({ project: 'WEB', slug: 'fits-service' });
    await grantsOf(later.fullName, areActive);
    for (const { uuid } of others) expect(await grantsOf(uuid, () => true)).toEqual([]);
  });
});

describe('a repository that is renamed', () => {
  it('keeps its grant, which is listed under the new name and the former one', async () => {
    const repository = await world().repository({ project: 'WEB', slug: 'old-service' });
    const [grant] = await grantsOf(repository.fullName, areActive);
    const { iamWrites } = await world().trace(async () => {
      await world().rename(repository, 'new-service');
      await eventually(
        () => world().get(`/v1/grants/${grant?.id}`),
        ({ json }) => (json.repository as { fullName: string }).fullName === 'acme/new-service',
      );
    });
    expect(iamWrites).toEqual([]);
    expect(await grantsOf('acme/new-service', areActive)).toMatchObject([{ id: grant?.id }]);
    expect(await grantsOf('acme/old-service', areActive)).toMatchObject([{ id: grant?.id }]);
    expect((await names(grant?.id ?? '')).at(-1)).toBe('RepositoryRenamed');
    const token = await world().step('acme/new-service');
    expect(await world().assume(grant?.role.arn ?? '', token)).toHaveProperty('accessKeyId');
  });

  it('takes its project along when it moves, and when the project gets another key', async () => {
    const repository = await world().repository({ project: 'WEB', slug: 'moving-service' });
    const [grant] = await grantsOf(repository.fullName, areActive);
    const keyOf = async () =>
      ((await world().get(`/v1/grants/${grant?.id}`)).json.repository as { project: { key: string } }).project
        .key;
    await bitbucket('PUT', '/sandbox/repositories/acme/moving-service', { json: { project: 'SHOP' } });
    await eventually(keyOf, (key) => key === 'SHOP');
    await bitbucket('PUT', '/sandbox/projects/acme/SHOP', { json: { key: 'STORE' } });
    await eventually(keyOf, (key) => key === 'STORE');
    await bitbucket('PUT', '/sandbox/projects/acme/STORE', { json: { key: 'SHOP' } });
    await eventually(keyOf, (key) => key === 'SHOP');
  });
});

describe('a repository that is gone', () => {
  it('loses every grant: deleted', async () => {
    const repository = await world().repository();
    const token = await world().step(repository.fullName);
    const grant = await world().granted(siteBody(repository, 'shop-gone'));
    const second = await world().granted({ ...siteBody(repository, 'shop-gone'), name: 'second' });
    const session = await world().session(grant.role.arn, token);
    await world().deleteRepository(repository);
    await grantsOf(repository.uuid, areRevoked);
    expect(await world().role(grant.role.name)).toBeUndefined();
    expect(await world().role(second.role.name)).toBeUndefined();
    expect(await world().canAct(session, 's3:PutObject', 'arn:aws:s3:::shop-gone/index.html')).toBe(false);
    const revocation = (await world().events(grant.id)).find(({ type }) => type === 'RevocationRequested');
    expect(revocation).toMatchObject({
      entryPoint: 'bitbucket',
      principal: { kind: 'system', id: 'worker' },
      data: { cause: 'repository-gone' },
    });
  });

  it('loses every grant: transferred to another workspace', async () => {
    const repository = await world().repository();
    const grant = await world().granted(siteBody(repository, 'shop-away'));
    await bitbucket('PUT', `/sandbox/repositories/${repository.fullName}`, { json: { workspace: 'globex' } });
    await grantsOf(repository.uuid, areRevoked);
    expect(await world().role(grant.role.name)).toBeUndefined();
  });

  it('keeps them while Bitbucket does not show its workspace, and loses them when the delivery is resumed', async () => {
    const repository = await world().repository();
    const grant = await world().granted(siteBody(repository, 'shop-doubt'));
    await world().fault('bitbucket', { match: '/2.0/workspaces/', effect: 'forbid', times: 100 });
    await world().deleteRepository(repository);
    await eventually(
      () => postponedAbout(repository.uuid),
      (ids) => ids.length === 1,
    );
    expect(states(await grantsOf(repository.uuid, areActive))).toEqual(['active']);
    await world().clearFaults();
    await resume(repository.uuid);
    await grantsOf(repository.uuid, areRevoked);
    await eventually(
      () => postponedAbout(repository.uuid),
      (ids) => ids.length === 0,
    );
    expect((await names(grant.id)).filter((type) => type === 'RevocationRequested')).toHaveLength(1);
  });
});

describe('a delivery that lies', () => {
  it('about a deletion changes nothing: Bitbucket is asked', async () => {
    const repository = await world().repository();
    const grant = await world().granted(siteBody(repository, 'shop-alive'));
    const before = await world().events(grant.id);
    const body = { repository: { uuid: repository.uuid, full_name: repository.fullName } };
    expect((await deliver(body, { event: 'repo:deleted' })).status).toBe(202);
    // Signed with another workspace's secret, about the same repository.
    expect(
      (
        await deliver(
          { repository: { uuid: repository.uuid } },
          { workspace: 'globex', event: 'repo:deleted' },
        )
      ).status,
    ).toBe(202);
    const later = await world().repository({ project: 'WEB', slug: 'after-service' });
    await grantsOf(later.fullName, areActive);
    expect(await world().events(grant.id)).toEqual(before);
  });
});

describe('a worker whose Bitbucket is down', () => {
  it('keeps the delivery for later, leaves the stack up, and nothing half-done', async () => {
    const body = { repository: { uuid: '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}' } };
    await world().fault('bitbucket', { match: '/2.0/repositories/', effect: 'error', times: 100 });
    expect((await deliver(body)).status).toBe(202);
    await eventually(
      () => world().api('GET', '/healthz'),
      ({ status }) => status === 200,
    );
    await world().clearFaults();
    const later = await world().repository({ project: 'WEB', slug: 'still-service' });
    await grantsOf(later.fullName, areActive);
  });
});
