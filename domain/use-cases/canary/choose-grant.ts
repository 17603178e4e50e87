import type { GrantEntry } from '../../grants/listing.ts';
import type { GrantTable } from '../../grants/stores.ts';
import type { Clock } from '../../shared/clock.ts';
import type { AccountId } from '../../shared/identifiers.ts';
import { epochTime, toEpoch, toInstant } from '../../shared/time.ts';

/** What choosing a grant needs. `random` is at least 0 and less than 1. */
export type ChoicePorts = {
  grants: Pick<GrantTable, 'entries'>;
  clock: Pick<Clock, 'now'>;
  random: () => number;
};

/** Entries that are read at one place. */
const LIMIT = 100;

/** Parts that are read from one place on before another place is tried. Our choice: grants that have ended lie between. */
const PARTS = 5;

/** Milliseconds since the change of a grant before which it is not chosen. IAM shows a new role everywhere within seconds, and
 *  promises no time; a grant of two minutes is at rest. Our choice. */
const SETTLED_MS = 120_000;

/** How far back a place is chosen. Grants that changed before lie behind the last place. */
const BACK_MS = 400 * 86_400_000;

/** One active grant of an account that has not changed just now, at random; undefined where none was found. Each may be chosen,
 *  not each as often as the others. */
export async function chooseGrant(ports: ChoicePorts, accountId: AccountId): Promise<GrantEntry | undefined> {
  const { clock, random } = ports;
  const newest = await activeFrom(ports, accountId, undefined);
  if (newest.end === undefined) return oneOf(newest.active, random);
  const from = toEpoch(newest.end);
  const place = toInstant(epochTime(Math.floor(from - random() * Math.max(0, from - clock.now() + BACK_MS))));
  const older = await activeFrom(ports, accountId, place);
  return oneOf(older.active.length > 0 ? older.active : newest.active, random);
}

const oneOf = (entries: readonly GrantEntry[], random: () => number): GrantEntry | undefined =>
  entries[Math.floor(random() * entries.length)];

/** The active grants of the first part behind a place that has any. `end` is when the last entry that was read had changed;
 *  undefined where nothing follows it. */
async function activeFrom({ grants, clock }: ChoicePorts, accountId: AccountId, place: string | undefined) {
  let after = place;
  const settled = toInstant(epochTime(clock.now() - SETTLED_MS));
  for (let part = 1; ; part += 1) {
    const read = await grants.entries({ by: 'account', value: accountId }, { limit: LIMIT, after });
    const active = read.entries.filter(({ state, updatedAt }) => state === 'active' && updatedAt <= settled);
    if (read.isComplete) return { active, end: undefined };
    const end = read.entries.at(-1)?.updatedAt;
    if (active.length > 0 || part === PARTS || end === undefined) return { active, end };
    after = read.position;
  }
}
