import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Grant, grantStates } from '../../domain/grants/grant.ts';
import {
  entryOf,
  type GrantEntry,
  type GrantPartition,
  grantPartitions,
  isAscending,
  partitionValues,
  positionOf,
} from '../../domain/grants/listing.ts';
import type { GrantTable } from '../../domain/grants/stores.ts';
import { forEachItem } from '../support/adapters/batches.ts';
import {
  ACCOUNT,
  ada,
  type GrantFields,
  grantIdNumber,
  grantOf,
  repositoryNumber,
} from '../support/adapters/events.ts';
import { asAccountId, asEnvironmentUuid, asInstant, asProjectUuid } from '../support/identifiers.ts';
import { listAll } from '../support/stores/listed.ts';
import type { OpenGrantTable } from './grant-table-contract.ts';

const templates = ['s3-static-site', 'ecr-push', 'lambda-deploy'];

/** 42 grants of 3 repositories, each in its own mixture of all that lists are read by; many change at once. */
const rows: (GrantFields & { n: number })[] = Array.from({ length: 42 }, (_, n) => ({
  n,
  repositoryUuid: repositoryNumber(n % 3),
  names: [['acme/shop'], ['acme/old', 'acme/web'], ['acme/web', 'acme/api']][n % 3] ?? [],
  state: grantStates[n % grantStates.length] ?? 'active',
  template: templates[n % 4 === 0 ? 0 : (n % 2) + 1] ?? '',
  account: asAccountId(n % 5 === 0 ? '444455556666' : '111122223333'),
  updatedAt: asInstant(`2026-11-2${n % 4}T09:00:00.000Z`),
  project: n % 4 === 1 ? undefined : { key: 'WEB', uuid: asProjectUuid(repositoryNumber(100 + (n % 2))) },
  environment:
    n % 3 === 1
      ? undefined
      : { uuid: asEnvironmentUuid(repositoryNumber(200 + (n % 3))), name: `Stage ${n % 2}` },
  requestedBy: n % 2 === 0 ? ada : { kind: 'service', id: 'nightly:build' },
  expiresAt: n % 3 === 2 ? undefined : asInstant(`2026-12-0${1 + (n % 9)}T09:00:00.000Z`),
}));

/** The partitions that hold any of the rows, and of each kind one that holds none. */
const partitions: GrantPartition[] = grantPartitions.flatMap((by) => {
  const values = rows.map((row) => partitionValues(entryOf(grantOf(row)))[by]);
  const known =
    by === 'expiry' ? [asInstant('2026-12-05T00:00:00.000Z'), asInstant('2027-06-01T00:00:00.000Z')] : values;
  const isSingle = by === 'all' || by === 'waiting' || by === 'expiry';
  return [...new Set([...known, ...(isSingle ? [] : ['unknown'])])].flatMap((value) =>
    value === undefined ? [] : [{ by, value }],
  );
});

const isIn = ({ by, value }: GrantPartition, entry: GrantEntry): boolean =>
  by === 'expiry' ? (entry.expiresAt ?? '~') < value : partitionValues(entry)[by] === value;

/** What every grant table keeps to, for finding grants. */
export function grantListContract(name: string, open: OpenGrantTable): void {
  let table: GrantTable;
  const openNew = async () => {
    ({ table } = await open());
  };

  const project = async (fields: GrantFields, seq = 1) => {
    const grant = grantOf(fields);
    await table.enrol(grant.request.intent.repository.uuid, grant.id, []);
    await table.project({ grantId: grantIdNumber(fields.n ?? 1), seq, grant });
  };

  describe(`grant table ${name}, lists of 42 grants`, () => {
    beforeAll(async () => {
      await openNew();
      await forEachItem(rows, (row) => project(row));
    });

    test.each(grantPartitions)(
      'pages of any size hold each grant of %s exactly once, in order',
      async (by) => {
        for (const partition of partitions.filter((one) => one.by === by)) {
          const position = (grant: Grant) => positionOf(by, entryOf(grant));
          const sorted = rows
            .map((row) => grantOf(row))
            .filter((grant) => isIn(partition, entryOf(grant)))
            .sort((a, b) => (position(a) < position(b) ? -1 : 1))
            .map(({ id }) => id);
          const expected = isAscending(partition) ? sorted : sorted.reverse();
          for (const limit of [4, 100]) {
            const ids = (await listAll(table, partition, limit)).map(({ id }) => id);
            expect([partition, limit, ids]).toEqual([partition, limit, expected]);
          }
        }
      },
    );

    test('an entry says of its grant what it is filtered and authorised by', async () => {
      const { entries, unreadable } = await table.entries({ by: 'all', value: '' }, { limit: 100 });
      const { grants } = await table.read(entries.map(({ grantId }) => grantId));
      const byId = new Map(grants.map((grant) => [grant.id, grant]));
      expect(entries).toHaveLength(rows.length);
      expect(unreadable).toEqual([]);
      for (const entry of entries) {
        const grant = byId.get(entry.grantId);
        expect(entry).toEqual(JSON.parse(JSON.stringify(grant && entryOf(grant))));
      }
    });

    test('live grants of a repository are counted: pending, provisioning, active, frozen and revoking', async () => {
      const live = ['pending', 'provisioning', 'active', 'frozen', 'revoking'];
      for (const n of [0, 1, 2, 9]) {
        const expected = rows.filter(
          (row) => row.n % 3 === n && live.includes(row.state ?? '') && (row.account ?? ACCOUNT) === ACCOUNT,
        ).length;
        expect(await table.listLive(repositoryNumber(n), ACCOUNT)).toHaveLength(expected);
      }
    });
  });

  describe(`grant table ${name}, lists`, () => {
    beforeEach(openNew);

    test('a grant that changes moves to the front and is listed once', async () => {
      await project({ n: 1, updatedAt: asInstant('2026-11-20T00:00:00.000Z') });
      await project({ n: 2, updatedAt: asInstant('2026-11-21T00:00:00.000Z') });
      await project({ n: 1, updatedAt: asInstant('2026-11-22T00:00:00.000Z') }, 2);
      expect((await listAll(table)).map(({ id }) => id)).toEqual([grantIdNumber(1), grantIdNumber(2)]);
    });

    test('a grant leaves the partitions that it is in no more', async () => {
      const was = { n: 1, state: 'pending', expiresAt: asInstant('2026-12-01T00:00:00.000Z') } as const;
      await project({
        ...was,
        environment: { uuid: asEnvironmentUuid(repositoryNumber(7)), name: 'Production' },
      });
      await project({ n: 1, state: 'rejected' }, 2);
      const left: GrantPartition[] = [
        { by: 'waiting', value: '' },
        { by: 'expiry', value: asInstant('2027-01-01T00:00:00.000Z') },
        { by: 'environment', value: 'Production' },
        { by: 'state', value: 'pending' },
        { by: 'target', value: repositoryNumber(7) },
      ];
      for (const partition of left)
        expect([partition, await listAll(table, partition)]).toEqual([partition, []]);
      expect(await listAll(table, { by: 'state', value: 'rejected' })).toHaveLength(1);
    });

    test('a row without a projection, and an id that there is none of, are not read', async () => {
      await table.markDue(grantIdNumber(1), 1, asInstant('2026-11-23T09:00:00.000Z'));
      expect(await table.read([grantIdNumber(1), grantIdNumber(2)])).toEqual({
        grants: [],
        stale: [],
      });
      expect(await table.read([])).toEqual({ grants: [], stale: [] });
    });

    test('a name that two bore finds both, each once, in any case of letters; one that no one bore finds none', async () => {
      const [one, two, project] = [
        repositoryNumber(1),
        repositoryNumber(2),
        asProjectUuid(repositoryNumber(2)),
      ];
      for (const uuid of [one, two, one])
        await table.rememberNames([{ kind: 'repository', name: 'Acme/Web', uuid }]);
      await table.rememberNames([{ kind: 'project', name: 'WEB', uuid: project }]);
      expect(await table.bearersOf('repository', 'acme/web')).toEqual([one, two]);
      expect(await table.bearersOf('repository', 'acme/none')).toEqual([]);
      expect(await table.bearersOf('project', 'web')).toEqual([project]);
      expect(await table.bearersOf('repository', 'web')).toEqual([]);
    });

    test('of a name that very many bore the latest twenty are found', async () => {
      const bearers = Array.from({ length: 25 }, (_, n) => repositoryNumber(n));
      for (const uuid of bearers)
        await table.rememberNames([{ kind: 'repository', name: 'acme/shop', uuid }]);
      await table.rememberNames([{ kind: 'repository', name: 'acme/shop', uuid: repositoryNumber(24) }]);
      expect(await table.bearersOf('repository', 'acme/shop')).toEqual(bearers.slice(5));
    });

    test('all that was enrolled for a repository is found at once, each once, whatever became of it', async () => {
      expect(await table.listEnrolled(repositoryNumber(1))).toEqual([]);
      for (const n of [1, 2, 1]) await table.enrol(repositoryNumber(1), grantIdNumber(n), []);
      await table.enrol(repositoryNumber(2), grantIdNumber(3), []);
      await project({ n: 4, state: 'revoked' });
      expect((await table.listEnrolled(repositoryNumber(1))).sort()).toEqual([1, 2, 4].map(grantIdNumber));
      expect(await table.listLive(repositoryNumber(1), ACCOUNT)).toEqual([]);
      expect(await table.listDue(asInstant('2099-01-01T00:00:00.000Z'), 10)).toEqual([]);
      expect(await listAll(table)).toHaveLength(1);
    });

    test('live grants are counted in each account by itself', async () => {
      const other = asAccountId('444455556666');
      for (const n of [1, 2, 3]) await project({ n, ...(n === 3 ? { account: other } : {}) });
      expect(await table.listLive(repositoryNumber(1), ACCOUNT)).toEqual([1, 2].map(grantIdNumber));
      expect(await table.listLive(repositoryNumber(1), other)).toEqual([grantIdNumber(3)]);
    });

    test('a count goes beyond one page', async () => {
      await forEachItem(
        Array.from({ length: 130 }, (_, n) => n),
        (n) => project({ n }),
      );
      expect(await table.listLive(repositoryNumber(1), ACCOUNT)).toHaveLength(130);
    });
  });
}
