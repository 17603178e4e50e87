import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Grant, grantStates, waitingRequest } from '../../../../../domain/grants/grant.ts';
import type { ProjectUuid, RepositoryUuid } from '../../../../../domain/shared/identifiers.ts';
import { type GrantSearch, listGrants } from '../../../../../domain/use-cases/reading/list-grants.ts';
import { ada, type GrantFields, grantOf, repositoryNumber } from '../../../../support/adapters/events.ts';
import { runs } from '../../../../support/domain/arbitraries.ts';
import { platform, World } from '../../../../support/domain/fakes/fakes.ts';
import { asAccountId, asEnvironmentUuid, asInstant, asProjectUuid } from '../../../../support/identifiers.ts';

const build = { kind: 'service' as const, id: 'nightly:build' };
const names: Record<string, RepositoryUuid> = {
  'acme/shop': repositoryNumber(1),
  'acme/web': repositoryNumber(2),
};
const keys: Record<string, ProjectUuid> = {
  SHOP: asProjectUuid(repositoryNumber(100)),
  WEB: asProjectUuid(repositoryNumber(101)),
};
const STAGING = asEnvironmentUuid(repositoryNumber(200));
const PRODUCTION = asEnvironmentUuid(repositoryNumber(201));

const fields: fc.Arbitrary<GrantFields> = fc.record({
  state: fc.constantFrom(...grantStates),
  repositoryUuid: fc.constantFrom(...Object.values(names)),
  project: fc.constantFrom(...Object.entries(keys).map(([key, uuid]) => ({ key, uuid })), undefined),
  environment: fc.constantFrom(
    { uuid: STAGING, name: 'Staging' },
    { uuid: PRODUCTION, name: 'Production' },
    undefined,
  ),
  template: fc.constantFrom('ecr-push', 's3-static-site'),
  account: fc.constantFrom(asAccountId('111122223333'), asAccountId('444455556666')),
  requestedBy: fc.constantFrom(ada, build),
  expiresAt: fc.constantFrom(
    asInstant('2026-12-01T00:00:00.000Z'),
    asInstant('2027-01-01T00:00:00.000Z'),
    undefined,
  ),
  updatedAt: fc.integer({ min: 0, max: 3 }).map((n) => asInstant(`2026-11-2${n}T09:00:00.000Z`)),
});

const filters: fc.Arbitrary<GrantSearch['filter']> = fc.record(
  {
    repository: fc.constantFrom(...Object.keys(names), ...Object.values(names), 'acme/none'),
    project: fc.constantFrom(...Object.keys(keys), ...Object.values(keys), 'NONE'),
    environment: fc.constantFrom(STAGING, 'Staging', 'staging', PRODUCTION),
    state: fc.constantFrom(...grantStates),
    waiting: fc.constant(true),
    hold: fc.constant(true),
    template: fc.constantFrom('ecr-push', 's3-static-site'),
    account: fc.constantFrom(asAccountId('111122223333'), asAccountId('444455556666')),
    requestedBy: fc.constantFrom('person:ada@acme.example', 'service:nightly:build', 'service:other'),
    expiresBefore: fc.constantFrom(
      asInstant('2026-12-01T00:00:00.000Z'),
      asInstant('2026-12-01T00:00:00.001Z'),
    ),
  },
  { requiredKeys: [] },
);

/** What a filter means, grant by grant. */
function isMeant(grant: Grant, filter: GrantSearch['filter']): boolean {
  const { intent, requestedBy } = grant.request;
  const ended = ['revoked', 'rejected', 'failed'].includes(grant.state);
  const means: Record<keyof GrantSearch['filter'], (asked: string) => boolean> = {
    repository: (asked) => intent.repository.uuid === (names[asked] ?? asked),
    project: (asked) => intent.project?.uuid === (keys[asked] ?? asked),
    environment: (asked) => [intent.environment?.uuid, intent.environment?.name].includes(asked),
    state: (asked) => grant.state === asked,
    waiting: () => waitingRequest(grant) !== undefined,
    drift: () => grant.drift !== undefined,
    hold: () => grant.hold !== undefined,
    template: (asked) => intent.template.name === asked,
    account: (asked) => intent.account === asked,
    requestedBy: (asked) => `${requestedBy.kind}:${requestedBy.id}` === asked,
    expiresBefore: (asked) => !ended && grant.expiresAt !== undefined && grant.expiresAt < asked,
  };
  return Object.entries(filter).every(([name, asked]) => means[name as keyof typeof means](String(asked)));
}

test('the pages of every filter, and of several at once, hold each grant that is meant exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fields, { maxLength: 40 }),
      filters,
      fc.constantFrom(1, 7, 100),
      async (rows, filter, limit) => {
        const world = new World();
        const table = world.grants;
        await table.rememberNames([
          ...Object.entries(names).map(([name, uuid]) => ({ kind: 'repository' as const, name, uuid })),
          ...Object.entries(keys).map(([name, uuid]) => ({ kind: 'project' as const, name, uuid })),
        ]);
        const grants = rows.map((one, n) => grantOf({ ...one, n }));
        for (const grant of grants) await table.project({ grantId: grant.id, seq: 1, grant });
        const found: Grant[] = [];
        let after: string | undefined;
        do {
          const page = await listGrants(world.requestPorts, platform, { filter, limit, after });
          expect(page.grants.length).toBeLessThanOrEqual(limit);
          found.push(...page.grants);
          after = page.next;
        } while (after !== undefined);
        const meant = grants.filter((grant) => isMeant(grant, filter)).map(({ id }) => id);
        expect(found.map(({ id }) => id).sort()).toEqual(meant.sort());
        if (filter.expiresBefore !== undefined) return;
        const times = found.map(({ updatedAt }) => updatedAt);
        expect(times).toEqual([...times].sort().reverse());
      },
    ),
    runs(300),
  );
});
