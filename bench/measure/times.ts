import type { Stack } from '../../sandbox/stack.ts';
import { newSubject, type Operation, operations, type Side, sides } from '../sides.ts';
import { median } from '../statistics.ts';

/** One operation: the medians in milliseconds and their ratio, of each repetition. */
export type Timing = { operation: Operation; product: number[]; bare: number[]; ratios: number[] };

/** Times every operation of both sides, alternating call by call, so that the load of the machine affects both equally. */
export async function measureTimes(
  stack: Stack,
  token: string,
  { repetitions, samples, warmUp }: { repetitions: number; samples: number; warmUp: number },
): Promise<Timing[]> {
  const timings = operations.map((operation): Timing => ({ operation, product: [], bare: [], ratios: [] }));
  await cycle(stack, token, { name: 'warm-up', samples: warmUp });
  for (let repetition = 1; repetition <= repetitions; repetition += 1) {
    const taken = await cycle(stack, token, { name: String(repetition), samples });
    for (const timing of timings) {
      const product = median(taken.product[timing.operation]);
      const bare = median(taken.bare[timing.operation]);
      timing.product.push(product);
      timing.bare.push(bare);
      timing.ratios.push(product / bare);
    }
  }
  return timings;
}

type Samples = Record<Side, Record<Operation, number[]>>;

async function cycle(
  stack: Stack,
  token: string,
  { name, samples }: { name: string; samples: number },
): Promise<Samples> {
  const none = () => ({ provision: [], repeat: [], read: [], revoke: [] });
  const taken: Samples = { product: none(), bare: none() };
  for (let sample = 0; sample < samples; sample += 1) {
    const subjects = {
      product: await newSubject(stack, token, { side: 'product', name: `${name}-${sample}` }),
      bare: await newSubject(stack, token, { side: 'bare', name: `${name}-${sample}` }),
    };
    const order = sample % 2 === 0 ? sides : sides.toReversed();
    for (const operation of operations) {
      for (const side of order) taken[side][operation].push(await subjects[side](operation));
    }
  }
  return taken;
}
