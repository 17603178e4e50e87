import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dynamodbEventLog } from '../../../../adapters/dynamodb/event-log.ts';
import { dynamodbGrantTable } from '../../../../adapters/dynamodb/grant-table.ts';
import { type Action, eventResource, unknownContext } from '../../../../domain/access/authorisation.ts';
import { type Grant, grantStates } from '../../../../domain/grants/grant.ts';
import type { EnvironmentUuid } from '../../../../domain/shared/identifiers.ts';
import type { Caller } from '../../../../domain/shared/principal.ts';
import { resourceOf } from '../../../../domain/use-cases/access.ts';
import { auditRoutes } from '../../../../handlers/http/routes/audit.ts';
import { grantRoutes } from '../../../../handlers/http/routes/grants.ts';
import {
  createTables,
  type DynamodbSandbox,
  startDynamodbSandbox,
} from '../../../../sandbox/dynamodb/server.ts';
import { accessOf, filesOf } from '../../../support/adapters/access-rules.ts';
import { useAwsEnvironment } from '../../../support/adapters/environment.ts';
import {
  eventOf,
  type GrantFields,
  grantIdNumber,
  grantOf,
  repositoryNumber,
} from '../../../support/adapters/events.ts';
import { eventsTable, grantsTable } from '../../../support/adapters/tables.ts';
import { runs } from '../../../support/domain/arbitraries.ts';
import { platform, World } from '../../../support/domain/fakes/fakes.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';
import {
  asAccountId,
  asEnvironmentUuid,
  asInstant,
  asProjectUuid,
  asWorkspaceUuid,
} from '../../../support/identifiers.ts';
import { meteredClient } from '../../../support/stores/metered.ts';

// What a caller learns by a list must not depend on whether a grant exists that they may not read: not by the items, not by
// a cursor, and not by the calls that the answer takes.

const WORKSPACE = '{922e118c-f34f-4226-a897-0e0afbec553d}';
const shop = repositoryNumber(1);
const web = repositoryNumber(2);
const PROJECT = asProjectUuid(repositoryNumber(100));
const OTHER = asProjectUuid(repositoryNumber(101));
const STAGING = asEnvironmentUuid(repositoryNumber(200));
const SECRET = asEnvironmentUuid(repositoryNumber(201));

const rules = accessOf(
  filesOf(`
@id("platform") permit (principal is Person in Group::"platform", action, resource);
@id("project") permit (principal is Person in Group::"web", action == Action::"read", resource in Project::"${PROJECT}");
@id("secret") forbid (principal, action == Action::"read", resource in Environment::"${SECRET}")
  unless { principal in Group::"platform" };
@id("narrow") permit (principal == Service::"release-bot", action == Action::"read", resource in Repository::"${shop}")
  when { resource in Template::"ecr-push" };
@id("by-condition") permit (principal is Person in Group::"deploy", action == Action::"read", resource)
  when { resource in Template::"lambda-deploy" && resource.repositoryWide };
@id("account") permit (principal is Person in Group::"owners", action == Action::"read", resource in Account::"444455556666");
@id("workspace") permit (principal is Person in Group::"acme", action == Action::"read", resource in Workspace::"${WORKSPACE}")
  when { resource.repositoryWide };
@id("pipeline") permit (principal is Pipeline, action == Action::"read", resource);
@id("one-log") permit (principal is Person in Group::"web", action == Action::"audit", resource in Repository::"${web}");
@id("account-log") permit (principal is Person in Group::"owners", action == Action::"audit", resource in Account::"444455556666");
`),
);

const person = (group: string): Caller => ({
  principal: { kind: 'person', id: `${group}@acme.example` },
  groups: [group],
});
const pipeline = (environmentUuid?: EnvironmentUuid): Caller => ({
  principal: { kind: 'pipeline', id: shop },
  groups: [],
  pipeline: {
    workspaceUuid: asWorkspaceUuid(WORKSPACE),
    workspaceSlug: 'acme',
    repositoryUuid: shop,
    ...(environmentUuid ? { environmentUuid } : {}),
  },
});
const callers: Record<string, Caller> = {
  nobody: person('none'),
  web: person('web'),
  deploy: person('deploy'),
  owners: person('owners'),
  acme: person('acme'),
  bot: { principal: { kind: 'service', id: 'release-bot' }, groups: [] },
  step: pipeline(),
  staging: pipeline(STAGING),
};

const fields = fc.record({
  state: fc.constantFrom(...grantStates),
  repositoryUuid: fc.constantFrom(shop, web, repositoryNumber(3)),
  names: fc.constantFrom<string[][]>(['acme/shop'], ['acme/web'], ['acme/web', 'acme/old']),
  project: fc.constantFrom({ key: 'WEB', uuid: PROJECT }, { key: 'OPS', uuid: OTHER }, undefined),
  environment: fc.constantFrom(
    { uuid: STAGING, name: 'Staging' },
    { uuid: SECRET, name: 'Production' },
    undefined,
  ),
  template: fc.constantFrom('ecr-push', 'lambda-deploy', 's3-static-site'),
  account: fc.constantFrom(asAccountId('111122223333'), asAccountId('444455556666')),
  requestedBy: fc.constantFrom(platform.principal, { kind: 'service' as const, id: 'nightly:build' }),
  expiresAt: fc.constantFrom(asInstant('2026-12-24T00:00:00.000Z'), undefined),
  updatedAt: fc
    .integer({ min: 0, max: 59 })
    .map((n) => asInstant(`2026-11-23T09:00:${String(n).padStart(2, '0')}.000Z`)),
});

const limit = fc.constantFrom('1', '2', '25');
const listQuery = fc.record(
  {
    repository: fc.constantFrom(shop, web, 'acme/shop', 'acme/web', 'acme/old', repositoryNumber(3)),
    project: fc.constantFrom(PROJECT, OTHER, 'WEB', 'OPS'),
    environment: fc.constantFrom(STAGING, SECRET, 'Staging', 'Production'),
    state: fc.constantFrom(...grantStates),
    waiting: fc.constant('true'),
    template: fc.constantFrom('ecr-push', 'lambda-deploy', 's3-static-site'),
    account: fc.constantFrom(asAccountId('111122223333'), asAccountId('444455556666')),
    requestedBy: fc.constantFrom('person:ada@acme.example', 'service:nightly:build'),
    expiresBefore: fc.constantFrom('2026-12-25', '2026-12-01'),
    limit,
  },
  { requiredKeys: ['limit'] },
);
const searchQuery = fc.record(
  {
    repository: fc.constantFrom(shop, web, 'acme/shop', 'acme/web'),
    type: fc.constantFrom('GrantRevoked', 'GrantRejected'),
    principal: fc.constantFrom('person:ada@acme.example', 'service:nightly:build'),
    stream: fc.constantFrom(grantIdNumber(1), grantIdNumber(2)),
    limit,
  },
  { requiredKeys: ['limit'] },
);
const pathOf = fc.oneof(
  { weight: 6, arbitrary: listQuery.map((query) => `/v1/grants?${new URLSearchParams(query)}`) },
  { weight: 3, arbitrary: searchQuery.map((query) => `/v1/events?${new URLSearchParams(query)}`) },
  {
    weight: 1,
    arbitrary: fc
      .record({ name: fc.constantFrom('s3-static-site'), limit })
      .map(({ name, limit: most }) => `/v1/templates/${name}/impact?limit=${most}`),
  },
);

let sandbox: DynamodbSandbox;
let metered: ReturnType<typeof meteredClient>;
let stores: { log: ReturnType<typeof dynamodbEventLog>; grants: ReturnType<typeof dynamodbGrantTable> };
let served: { grants: Served; events: Served };
let known = 0;

beforeAll(async () => {
  sandbox = await startDynamodbSandbox({ port: 0 });
  useAwsEnvironment({ dynamodb: sandbox.url });
  await createTables(sandbox.url, [eventsTable('events'), grantsTable('grants')]);
  metered = meteredClient();
  const { client } = metered;
  stores = { log: dynamodbEventLog(client, 'events'), grants: dynamodbGrantTable(client, 'grants') };
  const world = new World();
  world.clock.advance(Date.parse('2026-11-24T00:00:00.000Z') - world.clock.now());
  const ports = { ...world.requestPorts, ...stores, access: rules, ...testCursors(world.clock) };
  served = {
    grants: serveRoutes(grantRoutes(ports), callers),
    events: serveRoutes(auditRoutes(ports), callers),
  };
  for (const one of fc.sample(fields, { numRuns: 30, seed: 20261123 })) await add(one);
}, 60_000);

afterAll(async () => {
  metered.client.destroy();
  await sandbox.close();
});

/** Writes a grant, with one event, as the use cases do. */
async function add(one: GrantFields): Promise<Grant> {
  known += 1;
  const grant = grantOf({ ...one, n: known });
  const { repository, project, account } = grant.request.intent;
  await stores.grants.enrol(repository.uuid, grant.id, [
    ...grant.repositoryNames.map((name) => ({ kind: 'repository' as const, name, uuid: repository.uuid })),
    ...(project ? [{ kind: 'project' as const, name: project.key, uuid: project.uuid }] : []),
  ]);
  await stores.grants.project({ grantId: grant.id, seq: 1, grant });
  await stores.log.append(
    eventOf({
      grantId: grant.id,
      at: grant.updatedAt,
      principal: grant.request.requestedBy,
      event: { type: 'GrantRevoked', data: { repository, account } },
    }),
  );
  return grant;
}

/** What a caller can observe of an answer: its calls, its status, its bytes. Each cursor is encrypted anew, so of it only the
 *  presence and the length. */
async function observe(as: string, path: string) {
  metered.calls.splice(0);
  const server = path.startsWith('/v1/events') ? served.events : served.grants;
  const { status, json } = await server.send('GET', path, { as });
  const { cursor, ...rest } = json as { cursor?: string };
  return {
    calls: metered.calls.splice(0).map(({ operation }) => operation),
    answer: [status, JSON.stringify(rest), cursor?.length],
  };
}

/** True where the rules hide a grant, or its event, from the caller. */
function isHidden(caller: Caller, grant: Grant, action: Action): boolean {
  const { repository, project, account } = grant.request.intent;
  const event = eventResource({
    repositoryUuid: repository.uuid,
    projectUuid: project?.uuid,
    accountId: account,
  });
  const resource = action === 'audit' ? event : resourceOf(grant);
  const { pipeline: own } = caller;
  if (own && (repository.uuid !== own.repositoryUuid || resource.environmentUuid !== own.environmentUuid)) {
    return true;
  }
  return !rules.decide({ caller, action, resource, context: unknownContext }).allowed;
}

test('neither items, nor a cursor, nor the calls of a list depend on grants that its caller may not read', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(callers)),
      fc.array(pathOf, { minLength: 3, maxLength: 3 }),
      fields,
      async (as, paths, foreign) => {
        const caller = callers[as];
        const grant = grantOf(foreign);
        if (!caller) return;
        const asked = paths.filter((path) =>
          isHidden(caller, grant, path.startsWith('/v1/events') ? 'audit' : 'read'),
        );
        if (asked.length === 0) return;
        const before = [];
        for (const path of asked) before.push([path, await observe(as, path)]);
        await add(foreign);
        const after = [];
        for (const path of asked) after.push([path, await observe(as, path)]);
        expect([as, after]).toEqual([as, before]);
        compared += asked.length;
      },
    ),
    { ...runs(70), endOnFailure: true },
  );
  expect(compared).toBeGreaterThan(60);
}, 120_000);

test('a caller who may read nothing costs no call, whatever they filter by', async () => {
  await fc.assert(
    fc.asyncProperty(listQuery, async (query) => {
      const { calls, answer } = await observe('nobody', `/v1/grants?${new URLSearchParams(query)}`);
      expect([calls, answer]).toEqual([[], [200, '{"items":[]}', undefined]]);
    }),
    runs(30),
  );
});

test('a repository outside of what may be read is an empty page without a query', async () => {
  for (const as of ['step', 'staging', 'bot']) {
    const { calls, answer } = await observe(as, `/v1/grants?repository=${encodeURIComponent(web)}&limit=1`);
    expect([as, answer]).toEqual([as, [200, '{"items":[]}', undefined]]);
    // A pipeline's own target is read and holds none of it.
    if (as === 'bot') expect(calls).toEqual([]);
  }
});
