import { beforeEach, describe, expect, test } from '@jest/globals';
import type { GrantEvent } from '../../../../domain/grants/event.ts';
import type { Caller } from '../../../../domain/shared/principal.ts';
import { auditRoutes } from '../../../../handlers/http/routes/audit.ts';
import { platform, World } from '../../../support/domain/fakes/fakes.ts';
import { chain, GRANT_ID, shop, subject } from '../../../support/domain/samples.ts';
import type { Reply } from '../../../support/e2e/http.ts';
import { expectProblem } from '../../../support/e2e/problems.ts';
import { type Served, serveRoutes, testCursors } from '../../../support/handlers/served.ts';

const stranger: Caller = { principal: { kind: 'person', id: 'sam@acme.example' }, groups: [] };
const events = chain([
  { type: 'GrantRevoked', data: subject },
  { type: 'GrantRejected', data: { ...subject, planHash: 'd'.repeat(64) } },
  { type: 'GrantRevoked', data: subject },
]);

let world: World;
let served: Served;
beforeEach(() => {
  world = new World();
  world.clock.advance(60_000);
  world.log.streams.set(
    GRANT_ID,
    events.map((event) => JSON.stringify(event)),
  );
  const { log, grants, clock, access, reportDenied, reportUnreadable } = world.requestPorts;
  const ports = { log, grants, clock, access, reportDenied, reportUnreadable, ...testCursors(clock) };
  served = serveRoutes(auditRoutes(ports), { ada: platform, sam: stranger });
});

const search = (query = '', headers = {}) => served.send('GET', `/v1/events${query}`, { as: 'ada', headers });
const seqsOf = ({ json }: Reply) => (json.items as GrantEvent[]).map(({ seq }) => seq);

describe('GET /v1/events', () => {
  test.each([
    ['everything, the newest first', '', [3, 2, 1]],
    ['one type', '?type=GrantRejected', [2]],
    ['one repository by UUID', `?repository=${encodeURIComponent(shop.uuid)}`, [3, 2, 1]],
    ['a repository that no grant names', '?repository=acme/unknown', []],
    ['a principal', '?principal=person:ada@acme.example', [3, 2, 1]],
    ['a principal of another kind', '?principal=service:ada@acme.example', []],
    ['a time, its end exclusive', '?from=2026-01-01T00:00:02Z&to=2026-01-01T00:00:03Z', [2]],
    ['a time before there was anything', '?from=2020-01-01&to=2021-01-01', []],
    ['a time that lies ahead', '?to=2999-01-01', [3, 2, 1]],
  ])('finds %s', async (_, query, seqs) => {
    expect(seqsOf(await search(query))).toEqual(seqs);
  });

  test('pages by a cursor that works for the same filters only', async () => {
    const first = await search('?limit=2');
    expect(seqsOf(first)).toEqual([3, 2]);
    const second = await search(`?limit=2&cursor=${first.json.cursor}`);
    expect([seqsOf(second), second.json.cursor]).toEqual([[1], undefined]);
    const other = await search(`?type=GrantRevoked&cursor=${first.json.cursor}`);
    expectProblem(other, 400, 'REQUEST_INVALID', ['/cursor']);
  });

  test('gives one event a line to one who accepts NDJSON, and the next page as a link', async () => {
    const reply = await search('?limit=2', { accept: 'application/x-ndjson' });
    expect(reply.headers.get('content-type')).toBe('application/x-ndjson');
    expect(
      reply.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([events[2], events[1]]);
    const [, next = ''] = /^<(\/v1\/events[^>]+)>; rel="next"$/.exec(reply.headers.get('link') ?? '') ?? [];
    const rest = await served.send('GET', next, { as: 'ada', headers: { accept: 'application/x-ndjson' } });
    expect([JSON.parse(rest.text), rest.headers.get('link')]).toEqual([events[0], null]);
  });

  test.each([
    ['that ends as it begins', '?from=2026-01-02&to=2026-01-02', ['/from']],
    ['that ends before it begins', '?from=2026-01-03&to=2026-01-02', ['/from']],
    ['that is none', '?from=yesterday', ['/from']],
  ])('for a time %s answers 400', async (_, query, pointers) => {
    expectProblem(await search(query), 400, 'REQUEST_INVALID', pointers);
  });

  test('answers 403 to one who may not audit', async () => {
    expectProblem(await served.send('GET', '/v1/events', { as: 'sam' }), 403, 'DENIED');
    expect(world.denials).toMatchObject([{ action: 'audit', principal: stranger.principal }]);
  });
});
