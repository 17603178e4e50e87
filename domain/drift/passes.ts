import * as z from 'zod';
import type { AccountId } from '../shared/identifiers.ts';
import { type Instant, instantSchema } from '../shared/time.ts';

/** What a pass over one account has found so far. `looked`: grants that the provisioner was asked to look at. `orphans`: roles
 *  below the account's path that belong to no grant. `failed`: grants that could not be looked at. */
const driftFoundSchema = z.strictObject({
  roles: z.int(),
  grants: z.int(),
  looked: z.int(),
  reported: z.int(),
  repaired: z.int(),
  frozen: z.int(),
  orphans: z.int(),
  failed: z.int(),
  calls: z.int(),
});

/** See `driftFoundSchema`. */
export type DriftFound = z.infer<typeof driftFoundSchema>;

/** Nothing found yet. */
export const NOTHING_FOUND: DriftFound = {
  roles: 0,
  grants: 0,
  looked: 0,
  reported: 0,
  repaired: 0,
  frozen: 0,
  orphans: 0,
  failed: 0,
  calls: 0,
};

/** Where a pass over one account goes on. `roles`: through the list of IAM; then `grants`: through those of the read model that
 *  the list did not show. `after` is a position in that list. `seen` are the parts of ids that names of roles hold, so
 *  that a pass over the largest account that IAM allows fits into an item. */
export const passPositionSchema = z.strictObject({
  startedAt: instantSchema,
  phase: z.enum(['roles', 'grants']),
  after: z.string().optional(),
  seen: z.array(z.string()),
  found: driftFoundSchema,
});

/** See `passPositionSchema`. */
export type PassPosition = z.infer<typeof passPositionSchema>;

/** What is kept of the passes over something: where an interrupted one goes on, and when the next one begins. */
export type Passes<P> = { position?: P | undefined; nextAt?: Instant | undefined };

/** Where passes are kept over what is named by a `K`. Nothing is decided about a grant by what is kept here: a lost or forged
 *  record costs one pass. */
export type PassesStore<K extends string, P> = {
  /** Takes the passes over something until `until`; undefined where another run has them at `now`. A record that cannot be
   *  read is empty. */
  take(over: K, lease: { owner: string; now: Instant; until: Instant }): Promise<Passes<P> | undefined>;
  /** Keeps a record and gives its passes up. Does nothing where another run has taken them meanwhile. */
  keep(over: K, owner: string, record: Passes<P>): Promise<void>;
};

/** The passes over one account. */
export type PassRecord = Passes<PassPosition>;

/** Where the reconciler keeps its passes over accounts. */
export type PassStore = PassesStore<AccountId, PassPosition>;
