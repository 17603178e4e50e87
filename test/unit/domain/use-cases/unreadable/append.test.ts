import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type EventType, eventTypes, type NewEvent, prefixOf } from '../../../../../domain/grants/event.ts';
import { MOST_REQUESTERS } from '../../../../../domain/grants/grant.ts';
import { streamBeside } from '../../../../../domain/grants/unreadable/revocation.ts';
import { INSTALLATION, repositoryStreamOf } from '../../../../../domain/shared/identifiers.ts';
import { appendEvent, loadStream } from '../../../../../domain/use-cases/grant-stream.ts';
import { grantIdNumber } from '../../../../support/adapters/events.ts';
import { anyEvent, newEvents, runs } from '../../../../support/domain/arbitraries.ts';
import { World } from '../../../../support/domain/fakes/fakes.ts';
import { ada, GRANT_ID, personOf, problemOf, shop } from '../../../../support/domain/samples.ts';
import { requested } from '../../../../support/domain/stories.ts';

const cause = { principal: ada, correlationId: 'request-1', entryPoint: 'http' as const };
const streams = {
  gr_: GRANT_ID,
  un_: streamBeside(GRANT_ID),
  rp_: repositoryStreamOf(shop.uuid),
  in_: INSTALLATION,
};
const streamFor = (type: EventType) => streams[prefixOf(type)];

/** Appends to an empty log; what that came to, and what was written anywhere. */
async function append(event: NewEvent, over: Partial<typeof cause> = {}) {
  const world = new World();
  const stream = await loadStream(world.requestPorts, streamFor(event.type));
  const failed = await appendEvent(world.requestPorts, stream, { event, cause: { ...cause, ...over } }).then(
    () => false,
    () => true,
  );
  return { failed, written: [world.log.streams.size, world.grants.rows.size], world, stream };
}

const sampleOf = (type: (typeof eventTypes)[number]): NewEvent =>
  fc.sample(anyEvent(type), { seed: 7, numRuns: 1 })[0] as NewEvent;

describe('nothing is appended that the reader does not accept', () => {
  test.each(eventTypes)(
    '%s with an unknown field, without one, or of a wrong type is refused',
    async (type) => {
      const event = sampleOf(type);
      expect(await append(event)).toMatchObject({ failed: false });
      const spoiled: unknown[] = [
        { ...event.data, more: 1 },
        { ...event.data, account: 7 },
        { ...event.data, repository: { uuid: 'shop', fullName: 'acme/shop' } },
        null,
      ];
      for (const data of spoiled) {
        const { failed, written } = await append({ type, data } as NewEvent);
        expect({ data, failed, written }).toEqual({ data, failed: true, written: [0, 0] });
      }
    },
  );

  test.each([
    ['an empty id', { principal: { kind: 'person', id: '' } }],
    ['an id with a blank', { principal: { kind: 'person', id: 'ada lovelace' } }],
    ['an id that grew beyond the limit', { principal: { kind: 'person', id: 'i\u0307'.repeat(129) } }],
    [
      'identifiers out of order',
      { principal: { ...ada, identifiers: [...(ada.identifiers ?? [])].reverse() } },
    ],
    ['an unknown endpoint', { entryPoint: 'telegraph' }],
    ['no correlation id', { correlationId: '' }],
  ] as [string, never][])('%s is refused before anything is written', async (_, over) => {
    expect(await append(requested(), over)).toMatchObject({ failed: true, written: [0, 0] });
  });

  test('an event larger than an item is refused before anything is written', async () => {
    const { data } = requested() as NewEvent & { type: 'GrantRequested' };
    const large: NewEvent = { type: 'GrantRequested', data: { ...data, reason: 'é'.repeat(200_000) } };
    expect(await append(large)).toMatchObject({ failed: true, written: [0, 0] });
  });

  test('an event of a stream beside a grant is none of the grant’s own, and the other way round', async () => {
    const world = new World();
    for (const [id, type] of [
      [GRANT_ID, 'UnreadableRoleNotFound'],
      [streamBeside(GRANT_ID), 'GrantRevoked'],
    ] as const) {
      const stream = await loadStream(world.requestPorts, id);
      await expect(
        appendEvent(world.requestPorts, stream, { event: sampleOf(type), cause }),
      ).rejects.toThrow();
    }
    expect(world.log.streams.size).toBe(0);
  });

  test('whatever a principal and a reason are, an append succeeds only if the stream can be read after it', async () => {
    const texts = fc.string({ unit: 'binary', maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(newEvents, texts, texts, async (event, id, reason) => {
        const data = 'reason' in event.data ? { ...event.data, reason } : event.data;
        const given = { type: event.type, data } as NewEvent;
        const { failed, world, written } = await append(given, {
          principal: { kind: 'person', id } as never,
        });
        if (failed) return expect(written).toEqual([0, 0]);
        expect(await world.log.load(GRANT_ID)).toHaveLength(1);
      }),
      runs(200),
    );
  });
});

describe('nothing grows past an item', () => {
  test('requesters since the last approval are limited, and who has asked before may go on', async () => {
    const world = new World();
    world.redeploy((content) => Object.assign(content, { approval: 'required' }));
    const ask = (n: number, reason = 'x') =>
      world.request(
        { parameters: { bucket: `shop-${n}` }, reason },
        { principal: personOf(`p${n}@acme.example`), groups: ['platform'] },
      );
    for (let n = 0; n < MOST_REQUESTERS; n += 1) expect((await ask(n)).ok).toBe(true);
    expect(problemOf(await ask(MOST_REQUESTERS)).code).toBe('QUOTA_EXCEEDED');
    expect((await ask(0, 'again')).ok).toBe(true);
    expect(JSON.stringify(await world.grantNow()).length).toBeLessThan(200_000);
  });

  test.each(['required', 'none'])(
    'and the remedy that is named helps where approval is %s',
    async (approval) => {
      const world = new World();
      world.redeploy((content) => Object.assign(content, { approval }));
      const ask = (n: number, over: object = {}) =>
        world.request(
          { parameters: { bucket: `shop-${n}` }, ...over },
          { principal: personOf(`p${n}@acme.example`), groups: ['platform'] },
        );
      for (let n = 0; n < MOST_REQUESTERS; n += 1) await ask(n);
      const refused = problemOf(await ask(99));
      expect(refused).toMatchObject({
        code: 'QUOTA_EXCEEDED',
        detail: expect.stringMatching(
          approval === 'none'
            ? /kept\. Request a grant under another name\.$/
            : /Have what waits approved, or/,
        ),
      });
      expect((await ask(99, { name: 'other' })).ok).toBe(true);
      if (approval === 'none') return;
      expect((await world.approve()).ok).toBe(true);
      expect((await ask(99)).ok).toBe(true);
    },
  );

  test('a repository that ever had thousands of grants gets no other one', async () => {
    const world = new World();
    world.grants.listEnrolled = async () => Array.from({ length: 5000 }, (_, n) => grantIdNumber(n));
    expect(problemOf(await world.request()).code).toBe('QUOTA_EXCEEDED');
    expect(world.story()).toEqual([]);
  });
});
