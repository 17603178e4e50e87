import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Checkpoint, dueCheckpoint } from '../../domain/grants/evolve/checkpoint.ts';
import type { CheckpointStore } from '../../domain/grants/stores.ts';
import { chain, GRANT_ID, present } from '../support/domain/samples.ts';
import { expiryChanged, storyOf } from '../support/domain/stories.ts';
import { asInstant } from '../support/identifiers.ts';

/** Two handles on one store that is empty at first, and a way to write what no version of this product would. */
export type OpenCheckpointStore = () => Promise<{
  store: CheckpointStore;
  second: CheckpointStore;
  overwrite(grantId: string, item: { seq: number; version: number; text: string }): Promise<void>;
}>;

const checkpointAfter = (renewals: number): Checkpoint =>
  present(
    dueCheckpoint({
      checkpoint: undefined,
      events: chain([
        ...storyOf.active,
        ...Array.from({ length: renewals }, () => expiryChanged(asInstant('2027-01-01T00:00:00.000Z'))),
      ]),
    }),
  );

/** What every store of checkpoints keeps to. */
export function checkpointStoreContract(name: string, open: OpenCheckpointStore): void {
  describe(`checkpoints ${name}`, () => {
    let world: Awaited<ReturnType<OpenCheckpointStore>>;
    const [earlier, later] = [checkpointAfter(20), checkpointAfter(30)];

    beforeEach(async () => {
      world = await open();
    });

    test('a grant has none at first', async () => {
      expect(await world.store.find(GRANT_ID)).toBeUndefined();
    });

    test('what was kept is found by every handle, exactly as it was', async () => {
      await world.store.keep(earlier);
      expect(await world.second.find(GRANT_ID)).toEqual(earlier);
    });

    test.each([
      ['earlier and later', [earlier, later]],
      ['later and earlier', [later, earlier]],
      ['the same twice', [later, later]],
    ])('of two that are kept the later one stays: %s', async (_, [one, two]) => {
      await world.store.keep(present(one));
      await world.second.keep(present(two));
      expect(await world.store.find(GRANT_ID)).toEqual(later);
    });

    test.each(['', '{}', 'null', '{"version":99}', JSON.stringify({ ...later, grantId: 'gr_other' })])(
      'what is no checkpoint of the grant is none, and gives way: %j',
      async (text) => {
        await world.overwrite(GRANT_ID, { seq: 9_999, version: 99, text });
        expect(await world.store.find(GRANT_ID)).toBeUndefined();
        await world.store.keep(earlier);
        expect(await world.store.find(GRANT_ID)).toEqual(earlier);
      },
    );
  });
}
