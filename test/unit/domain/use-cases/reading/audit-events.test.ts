import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AccessRules, Decision } from '../../../../../domain/access/authorisation.ts';
import { noReach } from '../../../../../domain/access/reach.ts';
import type { ProjectUuid } from '../../../../../domain/shared/identifiers.ts';
import type { Caller } from '../../../../../domain/shared/principal.ts';
import {
  type AuditPorts,
  auditEvents,
  type EventSearch,
} from '../../../../../domain/use-cases/reading/audit-events.ts';
import {
  ACCOUNT,
  eventOf,
  grantIdNumber,
  grantOf,
  repositoryNumber,
} from '../../../../support/adapters/events.ts';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import { codeOf, problemOf, successOf } from '../../../../support/domain/samples.ts';
import { asInstant, asProjectUuid } from '../../../../support/identifiers.ts';

const SHOP = { key: 'SHOP', uuid: asProjectUuid(repositoryNumber(100)) };
const WEB = { key: 'WEB', uuid: asProjectUuid(repositoryNumber(101)) };
const auditor: Caller = { principal: { kind: 'person', id: 'kim@acme.example' }, groups: ['shop-auditors'] };
const span = { from: asInstant('2026-01-01T00:00:00.000Z'), to: asInstant('2027-01-01T00:00:00.000Z') };

const decided = (allowed: boolean): Decision =>
  allowed ? { allowed, rule: 'project-auditors' } : { allowed, rule: 'default-deny' };
/** Group shop-auditors may audit what is of project SHOP, as the shipped rules let a block's auditors. */
const rules: AccessRules = {
  couldBeAllowed: ({ caller, action }) =>
    decided(action === 'audit' && caller.groups.includes('shop-auditors')),
  decide: ({ caller, action, resource }) =>
    decided(
      action === 'audit' && caller.groups.includes('shop-auditors') && resource.projectUuid === SHOP.uuid,
    ),
  reachOf: () => ({ ...noReach, scopes: [{ type: 'Project', id: SHOP.uuid }] }),
};

let world: World;
let grants: number;
/** What was read: of grants, and of events by partition. */
let reads: { grants: string[]; events: string[] };
beforeEach(() => {
  world = new World();
  grants = 0;
  reads = { grants: [], events: [] };
});

/** A grant of a repository, with one event; later ones are newer. */
async function add(repository: number, project: { key: string; uuid: ProjectUuid } | undefined) {
  grants += 1;
  const grantId = grantIdNumber(grants);
  const at = asInstant(new Date(Date.UTC(2026, 1, 1) + grants * 1000).toISOString());
  const repositoryUuid = repositoryNumber(repository);
  const grant = grantOf({ n: grants, repositoryUuid, project, updatedAt: at });
  await world.grants.project({ grantId, seq: 1, grant });
  await world.log.append(
    eventOf({
      grantId,
      at,
      event: {
        type: 'GrantRevoked',
        data: { repository: { uuid: repositoryUuid, fullName: 'acme/shop' }, account: ACCOUNT },
      },
    }),
  );
  return grantId;
}

function search(over: Partial<EventSearch> = {}, caller = auditor) {
  const { requestPorts, log, grants: table } = world;
  const ports: AuditPorts = {
    ...requestPorts,
    access: rules,
    log: {
      ...requestPorts.log,
      read: (entries) => log.read(entries),
      entries: (partition, reading) => {
        reads.events.push(`${partition.by} ${'value' in partition ? partition.value : ''}`);
        return log.entries(partition, reading);
      },
    },
    grants: {
      ...requestPorts.grants,
      bearersOf: (kind, name) => table.bearersOf(kind, name),
      entries: (partition, reading) => {
        reads.grants.push(`${partition.by} ${partition.value}`);
        return table.entries(partition, reading);
      },
    },
  };
  return auditEvents(ports, caller, { ...span, limit: 25, ...over });
}

const idsOf = ({ events }: { events: { kind: string }[] }) =>
  events.map((one) => ('event' in one ? (one.event as { grantId: string }).grantId : one.kind));

describe('an auditor of a project', () => {
  test('reads the events of its repositories, newest first, over all pages each once, and no others', async () => {
    const own: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      own.unshift(await add(1 + (n % 3), SHOP));
      await add(50 + n, n % 2 ? WEB : undefined);
    }
    const found: string[] = [];
    let after: string | undefined;
    do {
      const page = successOf(await search({ limit: 5, after }));
      expect(page.events.length).toBeLessThanOrEqual(5);
      found.push(...idsOf(page));
      after = page.next;
    } while (after !== undefined);
    expect(found).toEqual(own);
  });

  test('costs reads of the project and of its repositories for each page, whatever others have', async () => {
    for (let n = 0; n < 9; n += 1) await add(1 + (n % 3), SHOP);
    const page = async () => {
      reads = { grants: [], events: [] };
      successOf(await search({ limit: 2 }));
      return reads;
    };
    const before = await page();
    expect(before).toEqual({
      grants: [`project ${SHOP.uuid}`],
      events: expect.arrayContaining([1, 2, 3].map((n) => `repository ${repositoryNumber(n)}`)),
    });
    expect(before.events).toHaveLength(3);
    for (let n = 0; n < 600; n += 1) await add(200 + (n % 150), WEB);
    expect(await page()).toEqual(before);
  });

  test('who names a repository costs the look at that one, however many the project has', async () => {
    for (let n = 0; n < 130; n += 1) await add(1 + n, SHOP);
    const page = successOf(await search({ repository: repositoryNumber(7) }));
    expect(idsOf(page)).toEqual([grantIdNumber(7)]);
    const repository = `repository ${repositoryNumber(7)}`;
    expect(reads).toEqual({ grants: [repository], events: [repository] });
  });

  test.each([
    ['another project', WEB],
    ['none', undefined],
  ])('who names a repository of %s gets an empty page, and no event is read', async (_, project) => {
    await add(1, SHOP);
    await add(2, project);
    expect(successOf(await search({ repository: repositoryNumber(2) })).events).toEqual([]);
    expect(reads.events).toEqual([]);
  });

  test.each([
    ['repositories than a page can be put together of', 101, 1],
    ['grants than are looked through', 20, 101],
  ])('of more %s is told to name a repository, and no event is read', async (_, repositories, each) => {
    for (let n = 0; n < repositories * each; n += 1) await add(1 + (n % repositories), SHOP);
    const refusal = problemOf(await search());
    expect(refusal).toMatchObject({ code: 'REQUEST_INVALID', errors: [{ pointer: '/repository' }] });
    expect(refusal.detail).toContain('Name one in repository');
    expect(reads.events).toEqual([]);
    expect(reads.grants.length).toBeLessThanOrEqual(8);
  });

  test('of a hundred repositories names none', async () => {
    for (let n = 0; n < 100; n += 1) await add(1 + n, SHOP);
    expect(successOf(await search()).events).toHaveLength(25);
  });

  test('is nobody without the group', async () => {
    await add(1, SHOP);
    expect(codeOf(await search({}, { ...auditor, groups: ['shop-developers'] }))).toBe('DENIED');
    expect(reads).toEqual({ grants: [], events: [] });
  });
});
