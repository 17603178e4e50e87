import {
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { siteBody } from '../support/e2e/samples.ts';
import { run } from '../support/e2e/stack/child.ts';
import { type Grant, useStack } from '../support/e2e/stack/stack.ts';
import { type Victim, type Way, ways } from './drift/ways.ts';

const LONG_MS = 900_000;
/** What IAM may show of a role's first minute is no drift. */
const FIRST_MINUTE_MS = 61_000;
const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';

const world = useStack();

/** Victims by the way in which their roles are altered, in the order of the ways. */
const victims = new Map<string, Victim>();
const victimOf = (name: string): Victim => {
  const victim = victims.get(name);
  if (!victim) throw new Error(`nobody did ${name}`);
  return victim;
};
const entries = Object.entries(ways) as [string, Way][];

/** What an operator sees of the roles that are not Rolewright's. */
const FOREIGN = [
  { RoleName: 'deploy-admin', Path: '/' },
  { RoleName: 'other-tool', Path: '/rolewright/' },
  { RoleName: 'rw-orphan', Path: '/rolewright/' },
];
let foreignBefore: unknown[];
let before: Map<string, unknown>;
let altered: Map<string, unknown>;

/** A role without the times of its use. */
async function seen(name: string): Promise<unknown> {
  const found = await world().role(name);
  if (!found) return undefined;
  const { RoleLastUsed: _, ...role } = found.role;
  return { ...found, role };
}
const foreign = () => Promise.all(FOREIGN.map(({ RoleName }) => seen(RoleName)));

async function pass(): Promise<string> {
  const { code, output } = await run(process.execPath, ['scripts/reconcile.ts', '--drift'], {
    SANDBOX_LAMBDA_PORT: new URL(world().stack.lambda).port,
  });
  if (code !== 0) throw new Error(output);
  return output;
}

/** Grants of others that stay. A pass spends at most five calls of IAM a second, and the last one freezes them all. */
const MOST_KEPT = 10;

/** Requests, changes and revokes of others, one after the other, until they are told to stop. */
function traffic(): { stop(): Promise<{ kept: Grant[]; ended: string[] }> } {
  let isOver = false;
  const kept: Grant[] = [];
  const ended: string[] = [];
  const work = (async () => {
    for (let n = 1; !isOver; n += 1) {
      const body = siteBody(await world().repository(), `shop-traffic-${n}`);
      await world().granted(body);
      const changed = await world().granted({ ...body, parameters: { bucket: `shop-changed-${n}` } });
      if (n % 2 === 0 && kept.length < MOST_KEPT) kept.push(changed);
      else {
        const { json } = await world().revoke(changed.id);
        if (json.state === 'revoked') ended.push(changed.id);
        else throw new Error(`a revoke came to ${json.state}`);
      }
    }
  })();
  work.catch(() => {});
  return {
    async stop() {
      isOver = true;
      await work;
      return { kept, ended };
    },
  };
}

async function victim(name: string, way: Way): Promise<void> {
  const repository = await world().repository();
  const environment = way.environment && (await world().environment(repository, 'Blue'));
  const body = siteBody(repository, `shop-victim-${victims.size}`);
  const grant = await world().granted(environment ? { ...body, environment: 'Blue' } : body);
  victims.set(name, {
    grant,
    RoleName: grant.role.name,
    slug: repository.slug,
    ...(environment ? { environment } : {}),
  });
}

const FROZEN = 'is opened again while its grant is frozen';

let others: Awaited<ReturnType<ReturnType<typeof traffic>['stop']>>;

beforeAll(async () => {
  for (const role of FOREIGN) {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    });
    await world().iam.send(new CreateRoleCommand({ ...role, AssumeRolePolicyDocument }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    });
    await world().iam.send(
      new PutRolePolicyCommand({ RoleName: role.RoleName, PolicyName: 'all', PolicyDocument }),
    );
  }
  foreignBefore = await foreign();
  for (const [name, way] of entries) await victim(name, way);
  await victim(FROZEN, { act: async () => {}, kinds: [], action: 'frozen' });
  const { grant: frozen } = victimOf(FROZEN);
  const freeze = await world().api('POST', `/v1/grants/${frozen.id}/freeze`, {
    token: world().ada,
    json: { reason: 'an incident' },
  });
  expect(freeze.json.state).toBe('frozen');
  const madeAt = Date.now();
  const beside = traffic();
  while (Date.now() < madeAt + FIRST_MINUTE_MS) await world().get('/v1/grants');
  before = new Map();
  for (const [name, { RoleName }] of victims) before.set(name, await seen(RoleName));
  for (const [name, way] of entries) await way.act(world(), victimOf(name));
  await world().iam.send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: frozen.role.name,
      PolicyDocument: JSON.stringify(frozen.trustPolicy),
    }),
  );
  altered = new Map();
  for (const [name, { RoleName }] of victims) altered.set(name, await seen(RoleName));
  await pass();
  others = await beside.stop();
}, LONG_MS);

const stateNow = async (name: string) => (await world().get(`/v1/grants/${victimOf(name).grant.id}`)).json;

describe('within one pass, while others ask for grants,', () => {
  test.each(entries)(
    'a role that %s is found, named and treated',
    async (name, { kinds, action, isOurs }) => {
      const grant = await stateNow(name);
      const drift = grant.drift as { kinds: string[]; action: string };
      expect([grant.state, drift]).toEqual([
        action === 'frozen' ? 'frozen' : 'active',
        expect.objectContaining({ action }),
      ]);
      expect([...drift.kinds].sort()).toEqual([...kinds].sort());
      const role = (await seen(victimOf(name).RoleName)) as Awaited<
        ReturnType<ReturnType<typeof world>['role']>
      >;
      if (action === 'repaired') return expect(role).toEqual(before.get(name));
      if (action === 'reported' || isOurs === false) return expect(role).toEqual(altered.get(name));
      if (kinds.includes('ROLE_DELETED')) return expect(role).toBeUndefined();
      expect(JSON.stringify(role?.trustPolicy)).not.toContain('"Allow"');
      expect(role?.role.PermissionsBoundary?.PermissionsBoundaryArn).toBe(DENY_ALL);
      const was = altered.get(name) as typeof role;
      expect([role?.policies, role?.attached]).toEqual([was?.policies, was?.attached]);
    },
  );

  test('the role of a frozen grant that somebody opened is closed again', async () => {
    const role = await world().role(victimOf(FROZEN).RoleName);
    expect(JSON.stringify(role?.trustPolicy)).not.toContain('"Allow"');
    expect(await stateNow(FROZEN)).toMatchObject({ state: 'frozen', drift: { kinds: ['TRUST_CHANGED'] } });
  });

  test('the list shows each grant with a difference, and no other', async () => {
    const listed = await world().all('/v1/grants?drift=true', 100);
    expect(listed.map(({ id }) => id).sort()).toEqual(
      [...victims.values()].map(({ grant }) => grant.id).sort(),
    );
  });

  test('no request of others is lost or undone', async () => {
    expect(others.kept.length).toBeGreaterThan(2);
    for (const { id, role, trustPolicy, permissionsPolicy } of others.kept) {
      const { json } = await world().get(`/v1/grants/${id}`);
      expect([json.state, json.drift]).toEqual(['active', undefined]);
      const found = await world().role(role.name);
      expect([found?.trustPolicy, found?.policies]).toEqual([
        trustPolicy,
        { permissions: permissionsPolicy },
      ]);
    }
    for (const id of others.ended) {
      expect((await world().get(`/v1/grants/${id}`)).json).toMatchObject({ state: 'revoked' });
    }
  });

  test('no role that is not Rolewright’s is touched', async () => {
    expect(await foreign()).toEqual(foreignBefore);
  });
});

describe('a second pass', () => {
  test('finds nothing more, writes no event and nothing in IAM', async () => {
    const stories = async () =>
      Promise.all([...victims.values()].map(({ grant }) => world().events(grant.id)));
    const roles = async () => Promise.all([...victims.values()].map(({ RoleName }) => seen(RoleName)));
    const was = [await stories(), await roles()];
    const { iamWrites } = await world().trace(pass);
    expect(iamWrites).toEqual([]);
    expect([await stories(), await roles()]).toEqual(was);
  }, 120_000);
});

describe('an identity provider that somebody deleted', () => {
  test('freezes the grants that are active, and is not made again', async () => {
    const arn =
      'arn:aws:iam::111122223333:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
    await world().iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
    await pass();
    const active = await world().all('/v1/grants?state=active', 100);
    expect(active).toEqual([]);
    for (const { id } of others.kept) {
      const { json } = await world().get(`/v1/grants/${id}`);
      expect(json).toMatchObject({
        state: 'frozen',
        drift: { kinds: ['PROVIDER_CHANGED', 'CLOSED_BY_HAND'], action: 'frozen' },
      });
    }
    expect(await foreign()).toEqual(foreignBefore);
  }, 300_000);
});

afterAll(() => victims.clear());
