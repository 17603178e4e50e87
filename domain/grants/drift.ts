import * as z from 'zod';
import { type Instant, instantSchema } from '../shared/time.ts';
import { type DriftKind, driftKinds } from './drift-kinds.ts';

/** What a difference does to access. `opened`: it may allow more than was applied. `closed`: it allows less. `neutral`:
 *  neither. */
const directions = ['opened', 'closed', 'neutral'] as const;

/** See `directions`. */
export type Direction = (typeof directions)[number];

/** One way in which a grant differs. A document that allows both more and less is two differences of one kind. */
export const differenceSchema = z.strictObject({ kind: z.enum(driftKinds), direction: z.enum(directions) });

/** See `differenceSchema`. */
export type Difference = z.infer<typeof differenceSchema>;

/** True where the differences, or some of them, may allow more than was applied. */
export const isWidened = (differences: readonly Pick<Difference, 'direction'>[]): boolean =>
  differences.some(({ direction }) => direction === 'opened');

/** What is done about a difference. `repair` restores what was last applied. */
export const driftActions = ['report', 'repair', 'freeze'] as const;

/** See `driftActions`. */
export type DriftAction = (typeof driftActions)[number];

/** The outcome of each action, as a grant shows it. */
export const driftOutcomes = ['reported', 'repaired', 'frozen'] as const;

/** The kinds of several differences, each once, in the order of `driftKinds`. */
export const kindsOf = (differences: readonly Pick<Difference, 'kind'>[]): DriftKind[] =>
  driftKinds.filter((kind) => differences.some((one) => one.kind === kind));

/** The latest finding about a grant, and what was done. `differences` are those that are still there. */
export const driftSchema = z.strictObject({
  kinds: z.array(z.enum(driftKinds)).min(1),
  differences: z.array(differenceSchema),
  foundAt: instantSchema,
  action: z.enum(driftOutcomes),
  /** Present until a freeze that was decided is announced. */
  pending: z.literal('freeze').exactOptional(),
});

/** See `driftSchema`. */
export interface Drift extends z.infer<typeof driftSchema> {}

/** When each kind was last repaired. */
export const repairTimesSchema = z.partialRecord(z.enum(driftKinds), instantSchema);

/** See `repairTimesSchema`. */
export type RepairTimes = Partial<Record<DriftKind, Instant>>;
