import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { writeCompanyConfiguration } from '../../sandbox/demo/company.ts';
import { type AwsLook, awsLook } from '../support/e2e/aws.ts';
import { expectNoSecrets, expectProblem } from '../support/e2e/problems.ts';
import { siteBody } from '../support/e2e/samples.ts';
import { useStack } from '../support/e2e/stack/stack.ts';
import { companyStory } from './accounts/company-story.ts';
import { demoChapter } from './accounts/demo-chapter.ts';

const SPOKE = '444455556666';
const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'rolewright-company-'));
const configuration = writeCompanyConfiguration(root, folder);
const world = useStack({ source: { ...sourceOfStage(root, 'sandbox'), configuration } });
const made: { close(): void }[] = [];
const staging = (): AwsLook => {
  const look = awsLook(world().stack.aws.url, SPOKE);
  made.push(look);
  return look;
};
afterAll(() => {
  for (const look of made) look.close();
  rmSync(folder, { recursive: true, force: true });
});

const inStaging = (repository: Parameters<typeof siteBody>[0], bucket: string) => ({
  ...siteBody(repository, bucket),
  account: 'staging',
});

describe('a company with two accounts', () => {
  it('gets the same grant in each, of two ids and two roles, and only the account’s own', async () => {
    const repository = await world().repository();
    const here = await world().request(siteBody(repository, 'shop-site'));
    const there = await world().request(inStaging(repository, 'shop-site'));
    expect([here.status, there.status]).toEqual([201, 201]);
    expect(here.json).toMatchObject({ account: { alias: 'default', id: '111122223333' } });
    expect(there.json).toMatchObject({
      account: { alias: 'staging', id: SPOKE },
      role: { arn: expect.stringMatching(new RegExp(`^arn:aws:iam::${SPOKE}:role/rolewright/rw-`)) },
    });
    expect(there.json.id).not.toBe(here.json.id);
    const look = staging();
    const { name, arn } = there.json.role as { name: string; arn: string };
    expect((await look.role(name))?.role).toMatchObject({
      Arn: arn,
      PermissionsBoundary: { PermissionsBoundaryArn: `arn:aws:iam::${SPOKE}:policy/rolewright-boundary` },
    });
    expect(await world().role(name)).toBeUndefined();
    const step = await world().step(repository.fullName);
    const session = await look.session(arn, step);
    expect(await look.canAct(session, 's3:PutObject', 'arn:aws:s3:::shop-site/index.html')).toBe(true);
    const list = await world().get(`/v1/grants?repository=${repository.uuid}&account=staging`);
    expect((list.json.items as { id: string }[]).map(({ id }) => id)).toEqual([there.json.id]);
    expect((await world().revoke(String(there.json.id))).json.state).toBe('revoked');
    expect(await look.role(name)).toBeUndefined();
    expect(await look.canAct(session, 's3:PutObject', 'arn:aws:s3:::shop-site/index.html')).toBe(false);
    expect((await world().get(`/v1/grants/${here.json.id}`)).json.state).toBe('active');
  });

  it('finds staging closed to a project that does not list it, whoever asks', async () => {
    const repository = await world().repository({ project: 'WEB' });
    const body = inStaging(repository, 'web-site');
    const { value: reply, iamWrites } = await world().trace(() => world().request(body));
    expectProblem(reply, 403, 'DENIED');
    expect(reply.json.detail).toContain('Rule account-not-open: account staging is not open to project WEB');
    expect(iamWrites).toEqual([]);
    expect((await world().get(`/v1/grants?repository=${repository.uuid}`)).json).toEqual({ items: [] });
    expect((await world().request({ ...body, account: 'default' })).status).toBe(201);
  });

  it('learns which accounts there are from a request for another', async () => {
    const reply = await world().request({
      ...siteBody(await world().repository(), 'shop-site'),
      account: 'elsewhere',
    });
    expectProblem(reply, 404, 'ACCOUNT_NOT_FOUND');
    expect(reply.json.detail).toContain(
      'Configured are default, staging, production. Leave out account to use the project’s default, or default.',
    );
  });
});

describe('an account that is down for a while', () => {
  it.each([
    ['forbid', 5],
    ['error', 9],
    ['throttle', 9],
  ])(
    'fails its own requests (%s) with ACCOUNT_UNREACHABLE, makes nothing, and stops no other',
    async (effect, times) => {
      const repository = await world().repository();
      await world().fault('aws', { match: 'AssumeRole', effect, times });
      const { value: down, iamWrites } = await world().trace(() =>
        world().request(inStaging(repository, 'shop-down')),
      );
      expectProblem(down, 503, 'ACCOUNT_UNREACHABLE');
      expect(Number(down.headers.get('retry-after'))).toBeGreaterThan(0);
      expectNoSecrets(down);
      expect(iamWrites).toEqual([]);
      const [grant] = (await world().get(`/v1/grants?repository=${repository.uuid}`)).json.items as {
        id: string;
        state: string;
        lastError: { code: string };
      }[];
      expect(grant).toMatchObject({ state: 'failed', lastError: { code: 'ACCOUNT_UNREACHABLE' } });
      expect((await world().events(String(grant?.id))).map(({ type }) => type)).toEqual([
        'GrantRequested',
        'ProvisioningFailed',
      ]);
      expect((await world().request(siteBody(repository, 'shop-up'))).status).toBe(201);
      await world().clearFaults();
      const back = await world().request(inStaging(repository, 'shop-down'));
      expect([back.status, back.json.state, back.json.id]).toEqual([201, 'active', grant?.id]);
    },
  );

  it('keeps a revoke waiting and a change as it was, until it is back', async () => {
    const repository = await world().repository();
    const { json: grant } = await world().request(inStaging(repository, 'shop-keep'));
    await world().fault('aws', { match: 'AssumeRole', effect: 'forbid', times: 9 });
    const change = await world().request(inStaging(repository, 'shop-changed'));
    expectProblem(change, 503, 'ACCOUNT_UNREACHABLE');
    expect((await world().get(`/v1/grants/${grant.id}`)).json).toMatchObject({
      state: 'active',
      parameters: { bucket: 'shop-keep' },
      lastError: { code: 'ACCOUNT_UNREACHABLE' },
    });
    const revoke = await world().revoke(String(grant.id));
    expect([revoke.status, revoke.json.state]).toEqual([202, 'revoking']);
    expect(revoke.json.lastError).toMatchObject({ code: 'ACCOUNT_UNREACHABLE' });
    await world().clearFaults();
    const again = await world().revoke(String(grant.id));
    expect([again.status, again.json.state]).toEqual([200, 'revoked']);
  });

  it('is not what IAM’s own fault behind the session is called', async () => {
    const repository = await world().repository();
    await world().fault('aws', { match: 'CreateRole', effect: 'forbid' });
    expectProblem(await world().request(inStaging(repository, 'shop-iam')), 502, 'UPSTREAM_FAILED');
  });
});

companyStory(world);
demoChapter(world);
