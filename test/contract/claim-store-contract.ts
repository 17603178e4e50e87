import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ClaimStore } from '../../domain/messaging/ports.ts';
import type { FakeClock } from '../support/domain/fakes/store.ts';
import { asInstant } from '../support/identifiers.ts';

/** Several handles to one store, and the clock that all of them read. */
export type ClaimStoreWorld = { handles: ClaimStore[]; clock: FakeClock };

/** What every store of claims promises. */
export function claimStoreContract(name: string, open: () => Promise<ClaimStoreWorld>): void {
  describe(`claims ${name}: a claim`, () => {
    let world: ClaimStoreWorld;
    beforeAll(async () => {
      world = await open();
    });
    const handle = (n: number): ClaimStore => {
      const found = world.handles[n % world.handles.length];
      if (!found) throw new Error('a world has handles');
      return found;
    };
    const inSeconds = (seconds: number) =>
      asInstant(new Date(world.clock.now() + seconds * 1000).toISOString());

    test('is given to one of many who ask at once', async () => {
      const asked = Array.from({ length: 8 }, (_, n) => handle(n).claim('once', inSeconds(60)));
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
    });

    test('is given again after its time, and not a second before', async () => {
      await handle(0).claim('timed', inSeconds(60));
      world.clock.advance(59_000);
      expect(await handle(1).claim('timed', inSeconds(60))).toBe(false);
      world.clock.advance(1000);
      expect(await handle(1).claim('timed', inSeconds(60))).toBe(true);
    });

    test('that was given back is free, and giving back what was never claimed does no harm', async () => {
      await handle(0).claim('returned', inSeconds(60));
      await handle(0).release('returned');
      await handle(0).release('returned');
      expect(await handle(1).claim('returned', inSeconds(60))).toBe(true);
    });

    test('keeps where its message stands, for every reader at once', async () => {
      await handle(0).claim('message', inSeconds(60));
      expect(await handle(1).findMessage('message')).toBe(undefined);
      await handle(0).keepMessage('message', { channel: 'C1', ts: '1.000001' }, inSeconds(60));
      expect(await handle(1).findMessage('message')).toEqual({ channel: 'C1', ts: '1.000001' });
    });

    test('whose message is kept lasts as long as the message', async () => {
      await handle(0).claim('kept', inSeconds(60));
      await handle(0).keepMessage('kept', { channel: 'C1', ts: '1.000002' }, inSeconds(600));
      world.clock.advance(599_000);
      expect(await handle(1).claim('kept', inSeconds(60))).toBe(false);
      world.clock.advance(1000);
      expect(await handle(1).claim('kept', inSeconds(60))).toBe(true);
      expect(await handle(1).findMessage('kept')).toBe(undefined);
    });

    test('that is not there keeps nothing', async () => {
      await expect(
        handle(0).keepMessage('nothing', { channel: 'C1', ts: '1.0' }, inSeconds(60)),
      ).rejects.toThrow();
      expect(await handle(0).findMessage('nothing')).toBe(undefined);
    });
  });
}
