import { beforeEach, describe, expect, test } from '@jest/globals';
import { grantStates } from '../../domain/grants/grant.ts';
import type { GrantFilter, GrantTable } from '../../domain/grants/stores.ts';
import { forEachItem } from '../support/adapters/batches.ts';
import { type GrantFields, grantIdNumber, grantOf, repositoryNumber } from '../support/adapters/events.ts';
import { asAccountId, asInstant } from '../support/identifiers.ts';
import type { OpenGrantTable } from './grant-table-contract.ts';

const templates = ['s3-static-site', 'ecr-push', 'lambda-deploy'];

/** 42 grants of 3 repositories, each in its own mixture of state, template and account; many change at once. */
const rows: Required<GrantFields>[] = Array.from({ length: 42 }, (_, n) => ({
  n,
  repositoryUuid: repositoryNumber(n % 3),
  names: [['acme/shop'], ['acme/old', 'acme/web'], ['acme/web', 'acme/api']][n % 3] ?? [],
  state: grantStates[n % grantStates.length] ?? 'active',
  template: templates[n % 4 === 0 ? 0 : (n % 2) + 1] ?? '',
  account: asAccountId(n % 5 === 0 ? '444455556666' : '111122223333'),
  updatedAt: asInstant(`2026-11-2${n % 4}T09:00:00.000Z`),
}));

/** What a filter means, row by row. */
const fits = (filter: GrantFilter) => (row: Required<GrantFields>) =>
  (filter.repositoryUuid === undefined || row.repositoryUuid === filter.repositoryUuid) &&
  (filter.repositoryName === undefined || row.names.includes(filter.repositoryName)) &&
  (filter.state === undefined || row.state === filter.state) &&
  (filter.template === undefined || row.template === filter.template) &&
  (filter.account === undefined || row.account === filter.account);

const filters: GrantFilter[] = [
  {},
  { repositoryUuid: repositoryNumber(1) },
  { repositoryUuid: repositoryNumber(9) },
  { repositoryName: 'acme/web' },
  { repositoryName: 'acme/old' },
  { repositoryName: 'acme' },
  { state: 'active' },
  { state: 'unknown' },
  { template: 'ecr-push' },
  { account: asAccountId('444455556666') },
  { repositoryUuid: repositoryNumber(2), state: 'revoked', template: 'lambda-deploy' },
  { repositoryName: 'acme/web', state: 'failed', template: 'ecr-push', account: asAccountId('111122223333') },
];

/** What every grant table keeps to, for finding grants. */
export function grantListContract(name: string, open: OpenGrantTable): void {
  let table: GrantTable;

  beforeEach(async () => {
    ({ table } = await open());
  });

  const project = async (fields: GrantFields, seq = 1) => {
    const grant = grantOf(fields);
    await table.enrol(grant.request.intent.repository.uuid, grant.id);
    await table.project({ grantId: grantIdNumber(fields.n ?? 1), seq, grant });
  };

  describe(`grant table ${name}, lists`, () => {
    test('pages of any size hold each grant that fits exactly once, newest change first', async () => {
      await forEachItem(rows, (row) => project(row));
      for (const filter of filters) {
        const expected = rows
          .filter(fits(filter))
          .map(({ n }) => grantIdNumber(n))
          .sort();
        for (const limit of [1, 5, 100]) {
          const ids: string[] = [];
          const times: string[] = [];
          let after: string | undefined;
          for (let pages = 0; pages < 60; pages += 1) {
            const page = await table.list(filter, limit, after);
            expect(page.grants.length).toBeLessThanOrEqual(limit);
            ids.push(...page.grants.map(({ id }) => id));
            times.push(...page.grants.map(({ updatedAt }) => updatedAt));
            after = page.next;
            if (after === undefined) break;
          }
          expect([filter, limit, after, [...ids].sort()]).toEqual([filter, limit, undefined, expected]);
          expect([filter, limit, times]).toEqual([filter, limit, [...times].sort().reverse()]);
        }
      }
    });

    test('a grant that changes moves to the front and is listed once', async () => {
      await project({ n: 1, updatedAt: asInstant('2026-11-20T00:00:00.000Z') });
      await project({ n: 2, updatedAt: asInstant('2026-11-21T00:00:00.000Z') });
      await project({ n: 1, updatedAt: asInstant('2026-11-22T00:00:00.000Z') }, 2);
      const { grants } = await table.list({}, 10);
      expect(grants.map(({ id }) => id)).toEqual([grantIdNumber(1), grantIdNumber(2)]);
    });

    test('a former name still finds the grant, in any case that Bitbucket once used', async () => {
      await project({ n: 1, names: ['Acme/Shop', 'acme/store'] });
      for (const repositoryName of ['acme/shop', 'acme/store']) {
        expect((await table.list({ repositoryName }, 10)).grants).toHaveLength(1);
        expect(await table.repositoriesNamed(repositoryName)).toEqual([repositoryNumber(1)]);
      }
    });

    test('a name that two repositories bore finds both, each once; one that nobody bore finds none', async () => {
      await forEachItem(rows, (row) => project(row));
      expect((await table.repositoriesNamed('acme/web')).sort()).toEqual([
        repositoryNumber(1),
        repositoryNumber(2),
      ]);
      expect(await table.repositoriesNamed('acme/none')).toEqual([]);
    });

    test('live grants of a repository are counted: pending, provisioning, active and revoking', async () => {
      await forEachItem(rows, (row) => project(row));
      const live = ['pending', 'provisioning', 'active', 'revoking'];
      for (const n of [0, 1, 2, 9]) {
        const expected = rows.filter((row) => row.n % 3 === n && live.includes(row.state)).length;
        expect(await table.listLive(repositoryNumber(n))).toHaveLength(expected);
      }
    });

    test('all that was enrolled for a repository is found at once, each once, whatever became of it', async () => {
      expect(await table.listEnrolled(repositoryNumber(1))).toEqual([]);
      for (const n of [1, 2, 1]) await table.enrol(repositoryNumber(1), grantIdNumber(n));
      await table.enrol(repositoryNumber(2), grantIdNumber(3));
      await project({ n: 4, state: 'revoked' });
      expect((await table.listEnrolled(repositoryNumber(1))).sort()).toEqual([1, 2, 4].map(grantIdNumber));
      expect(await table.listLive(repositoryNumber(1))).toEqual([]);
      expect(await table.listDue(asInstant('2099-01-01T00:00:00.000Z'), 10)).toEqual([]);
      expect((await table.list({}, 10)).grants).toHaveLength(1);
    });

    test('a count goes beyond one page', async () => {
      await forEachItem(
        Array.from({ length: 130 }, (_, n) => n),
        (n) => project({ n }),
      );
      expect(await table.listLive(repositoryNumber(1))).toHaveLength(130);
    });
  });
}
