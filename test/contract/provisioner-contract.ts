import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Provisioner,
  type ProvisionerAnswer,
  provisionerOutcomes,
} from '../../domain/use-cases/provisioner.ts';
import { asGrantId } from '../support/identifiers.ts';

/** How a run of the provisioner goes: it answers, throws, dies, or says nothing for long. */
export type Run = ProvisionerAnswer['outcome'] | 'throws' | 'dies' | 'silent';

/** A provisioner whose next run goes as it is told. */
export type ProvisionerWorld = {
  provisioner: Provisioner;
  next(run: Run): void;
  /** The grants for which it was run, in order. */
  runs(): string[];
  close(): Promise<unknown>;
};

const GRANT = asGrantId('gr_hrq6egvaok6463yco36ybujl4g');
const PROVISIONER_WAIT_MS = 5000;

/** What every provisioner keeps to, from outside. */
export function provisionerContract(name: string, open: () => Promise<ProvisionerWorld>): void {
  let world: ProvisionerWorld;

  describe(`provisioner ${name}`, () => {
    beforeEach(async () => {
      world = await open();
    });

    afterEach(() => world.close());

    test.each(provisionerOutcomes)('answers %s as it was told', async (outcome) => {
      world.next(outcome);
      expect(await world.provisioner.run(GRANT, PROVISIONER_WAIT_MS)).toEqual({ outcome });
      expect(world.runs()).toEqual([GRANT]);
    });

    test.each(['throws', 'dies'] as const)(
      'that %s is unfinished, and not run a second time',
      async (run) => {
        world.next(run);
        expect(await world.provisioner.run(GRANT, PROVISIONER_WAIT_MS)).toEqual({ outcome: 'unfinished' });
        expect(world.runs()).toEqual([GRANT]);
      },
    );

    test('that is late is unfinished', async () => {
      world.next('silent');
      expect(await world.provisioner.run(GRANT, 50)).toEqual({ outcome: 'unfinished' });
    });

    test('is not begun when there is no time to wait for it', async () => {
      for (const waitMs of [0, -1]) {
        expect(await world.provisioner.run(GRANT, waitMs)).toEqual({ outcome: 'unfinished' });
      }
      expect(world.runs()).toEqual([]);
    });
  });
}
