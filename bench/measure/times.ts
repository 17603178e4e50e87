import type { Stack } from '../../sandbox/stack.ts';
import { type GrantSide, grantSides, newSubject, type Operation, operations } from '../sides.ts';
import { median, percentile } from '../statistics.ts';

/** One operation: the median of each repetition in milliseconds by side, the ratios of the product to the two others, and the
 *  percentiles of all of the product's samples. */
export type Timing = {
  operation: Operation;
  medians: Record<GrantSide, number[]>;
  toBare: number[];
  toLeast: number[];
  percentiles: { p50: number; p95: number; p99: number };
};

/** Times every operation of every side, alternating call by call, so that the load of the machine affects all equally. */
export async function measureTimes(
  stack: Stack,
  token: string,
  { repetitions, samples, warmUp }: { repetitions: number; samples: number; warmUp: number },
): Promise<Timing[]> {
  await cycle(stack, token, { name: 'warm-up', samples: warmUp });
  const taken: Samples[] = [];
  for (let repetition = 1; repetition <= repetitions; repetition += 1) {
    taken.push(await cycle(stack, token, { name: String(repetition), samples }));
  }
  return operations.map((operation) => timingOf(operation, taken));
}

function timingOf(operation: Operation, taken: readonly Samples[]): Timing {
  const of = (side: GrantSide) => taken.map((samples) => median(samples[side][operation]));
  const medians = { product: of('product'), bare: of('bare'), least: of('least') };
  const ratiosTo = (others: readonly number[]) =>
    medians.product.map((product, n) => product / (others[n] ?? Number.NaN));
  const all = taken.flatMap((samples) => samples.product[operation]);
  return {
    operation,
    medians,
    toBare: ratiosTo(medians.bare),
    toLeast: ratiosTo(medians.least),
    percentiles: { p50: percentile(all, 0.5), p95: percentile(all, 0.95), p99: percentile(all, 0.99) },
  };
}

type Samples = Record<GrantSide, Record<Operation, number[]>>;

async function cycle(
  stack: Stack,
  token: string,
  { name, samples }: { name: string; samples: number },
): Promise<Samples> {
  const none = () => ({ provision: [], repeat: [], read: [], revoke: [] });
  const taken: Samples = { product: none(), bare: none(), least: none() };
  for (let sample = 0; sample < samples; sample += 1) {
    const subjectOf = (side: GrantSide) => newSubject(stack, token, { side, name: `${name}-${sample}` });
    const subjects = {
      product: await subjectOf('product'),
      bare: await subjectOf('bare'),
      least: await subjectOf('least'),
    };
    const order = sample % 2 === 0 ? grantSides : grantSides.toReversed();
    for (const operation of operations) {
      for (const side of order) taken[side][operation].push(await subjects[side](operation));
    }
  }
  return taken;
}
