import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import type { Json } from '../../support/e2e/http.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { LogEvent, World } from '../../support/e2e/stack/stack.ts';

const FIELDS = [
  'at',
  'correlationId',
  'data',
  'entryPoint',
  'grantId',
  'hash',
  'prevHash',
  'principal',
  'seq',
  'type',
];

/** Which events announce a write to IAM. */
const announcements: Record<string, string[]> = {
  CreateOpenIDConnectProvider: ['ProviderCreationStarted'],
  CreateRole: ['ProvisioningStarted'],
  PutRolePolicy: ['ProvisioningStarted', 'UpdateStarted'],
  UpdateAssumeRolePolicy: ['RevocationRequested'],
  PutRolePermissionsBoundary: ['RevocationRequested'],
  DeleteRolePolicy: ['RevocationRequested'],
  DeleteRole: ['RevocationRequested'],
};

/** The newest announcement of a write at or before it; undefined when there was none. */
const announcementOf = (write: { name: string; at: string }, events: LogEvent[]) =>
  events.findLast(({ type, at }) => announcements[write.name]?.includes(type) && at <= write.at);

/** What the log holds and how it is searched. */
export function auditRules(world: () => World): void {
  /** A grant that was made, changed and revoked. */
  async function life(bucket: string) {
    const repository = await world().repository();
    const { id } = await world().granted(siteBody(repository, bucket));
    await world().request(siteBody(repository, `${bucket}-2`));
    await world().revoke(id);
    return { repository, id, events: await world().events(id) };
  }
  const search = async (query: string, limit = 100) =>
    (await world().all(`/v1/events?${query}`, limit)) as LogEvent[];
  const keyOf = ({ grantId, seq }: LogEvent) => `${grantId}/${seq}`;

  describe('the events of a grant', () => {
    it('tell its whole life, oldest first, in exactly ten fields each', async () => {
      const { repository, id, events } = await life('shop-life');
      expect(events.map(({ type }) => type)).toEqual([
        'GrantRequested',
        'ProvisioningStarted',
        'RoleCreated',
        'GrantActivated',
        'GrantChangeRequested',
        'UpdateStarted',
        'GrantUpdated',
        'RevocationRequested',
        'RoleDisabled',
        'RoleDeleted',
        'GrantRevoked',
      ]);
      for (const [n, event] of events.entries()) {
        expect(Object.keys(event).sort()).toEqual(FIELDS);
        expect(event).toMatchObject({
          grantId: id,
          seq: n + 1,
          at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          principal: { kind: expect.any(String), id: expect.any(String) },
          entryPoint: 'http',
          data: {
            repository: { uuid: repository.uuid, fullName: repository.fullName },
            account: '111122223333',
          },
        });
        expect(event.at >= (events[n - 1]?.at ?? '')).toBe(true);
      }
      expect(events[0]?.principal).toEqual({
        kind: 'person',
        id: 'ada@acme.example',
        identifiers: expect.arrayContaining([expect.stringMatching(/^email:[0-9a-f]{64}$/)]),
      });
    });

    it('form a chain that anyone can verify with RFC 8785 and SHA-256', async () => {
      const { events } = await life('shop-chain');
      let prevHash = '0'.repeat(64);
      for (const { hash, ...rest } of events) {
        expect(rest.prevHash).toBe(prevHash);
        const text = canonicalize(rest) ?? '';
        expect(createHash('sha256').update(text).digest('hex')).toBe(hash);
        prevHash = hash;
      }
    });

    it('announce every write to IAM before it happens', async () => {
      const { value, iamWrites } = await world().trace(() => life('shop-announced'));
      const unannounced = iamWrites.filter((write) => !announcementOf(write, value.events));
      expect(unannounced).toEqual([]);
      expect(iamWrites.map(({ name }) => name)).toEqual([
        'CreateRole',
        'PutRolePolicy',
        'PutRolePolicy',
        'UpdateAssumeRolePolicy',
        'PutRolePermissionsBoundary',
        'DeleteRolePolicy',
        'DeleteRole',
      ]);
      const silent = value.events.filter(({ type }) => type !== 'ProvisioningStarted');
      const created = iamWrites.filter(({ name }) => name === 'CreateRole');
      expect(created.map((write) => announcementOf(write, silent))).toEqual([undefined]);
    });

    it('page in any size without losing or repeating one', async () => {
      const { id, events } = await life('shop-pages');
      for (const limit of [1, 4, 11, 100]) {
        expect(await world().all(`/v1/grants/${id}/events`, limit)).toEqual(events);
      }
    });

    it('carry the id of the request that caused them', async () => {
      const { events } = await life('shop-cause');
      const correlation = (from: number, to: number) =>
        new Set(events.slice(from, to).map(({ correlationId }) => correlationId));
      const each = [correlation(0, 4), correlation(4, 7), correlation(7, 11)];
      expect(each.map(({ size }) => size)).toEqual([1, 1, 1]);
      expect(new Set(each.flatMap((ids) => [...ids])).size).toBe(3);
    });
  });

  describe('the audit log', () => {
    it('shows the events of all grants, newest first, to the end', async () => {
      const first = await life('shop-audit-a');
      const second = await life('shop-audit-b');
      const all = await search('', 20);
      expect(all.length).toBeGreaterThan(20);
      const times = all.map(({ at }) => at);
      expect(times).toEqual([...times].sort().reverse());
      expect(new Set(all.map(keyOf)).size).toBe(all.length);
      for (const event of [...first.events, ...second.events]) expect(all).toContainEqual(event);
    });

    it('finds by repository: UUID, name, former name', async () => {
      const { repository, events } = await life('shop-audit-repository');
      const expected = events.toReversed();
      expect(await search(`repository=${repository.uuid}`, 3)).toEqual(expected);
      expect(await search(`repository=${repository.fullName}`, 100)).toEqual(expected);
      await world().rename(repository, `${repository.slug}-later`);
      await world().granted(siteBody(`${repository.fullName}-later`, 'shop-audit-later'));
      const found = await search(`repository=${repository.fullName}`, 100);
      expect(found.map(keyOf)).toEqual(expect.arrayContaining(expected.map(keyOf)));
      expect(await search('repository=acme/never-was')).toEqual([]);
    });

    it('finds by principal, type and time, alone and together', async () => {
      const { repository, id, events } = await life('shop-audit-filter');
      const grace = await world().person('grace@acme.example');
      await world().request({ ...siteBody(repository, 'shop-audit-grace'), name: 'hers' }, grace);
      const hers = await search('principal=person:grace@acme.example&type=GrantRequested');
      expect(hers).toHaveLength(1);
      expect(hers[0]?.data).toMatchObject({ name: 'hers', repository: { uuid: repository.uuid } });
      const revoked = await search(`repository=${repository.uuid}&type=GrantRevoked`);
      expect(revoked.map(({ grantId }) => grantId)).toEqual([id]);
      expect(await search(`repository=${repository.uuid}&principal=person:mallory@acme.example`)).toEqual([]);
      const [from = '', to = ''] = [events[3]?.at, events[7]?.at];
      const span = await search(`repository=${repository.uuid}&from=${from}&to=${to}`);
      const expected = events.filter(({ at }) => at >= from && at < to).reverse();
      expect(span).toEqual(expected);
      for (const empty of ['from=2026-01-01&to=2026-01-02', 'to=2025-12-01', 'from=2099-01-01']) {
        expect(await search(empty)).toEqual([]);
      }
    });

    it('comes as NDJSON when asked for, with a link to the next page', async () => {
      const { repository, events } = await life('shop-audit-lines');
      let path: string | undefined = `/v1/events?repository=${repository.uuid}&limit=4`;
      const lines: Json[] = [];
      while (path !== undefined) {
        const reply = await world().api('GET', path, {
          token: world().ada,
          headers: { accept: 'application/x-ndjson' },
        });
        expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
        expect(reply.text === '' || reply.text.endsWith('\n')).toBe(true);
        const page = reply.text.split('\n').filter((line) => line !== '');
        expect(page.length).toBeLessThanOrEqual(4);
        lines.push(...page.map((line) => JSON.parse(line)));
        path = /^<([^>]+)>; rel="next"$/.exec(reply.headers.get('link') ?? '')?.[1];
      }
      expect(lines).toEqual(events.toReversed());
    });
  });
}
