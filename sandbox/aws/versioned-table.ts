/** One state of an entity; `value` null: it does not exist. `visibleFrom`: milliseconds since the epoch. */
type Version<T> = { value: T | null; visibleFrom: number };

/** The table as it is kept in the state file. */
export type TableContent<T> = [key: string, versions: Version<T>[]][];

/** Entities by key. IAM is eventually consistent, so a write may become visible later than it is made. Writes to one
 *  entity become visible in their order. */
export type VersionedTable<T> = {
  /** What a read finds now. */
  seen(key: string): T | undefined;
  /** The last write, visible or not. */
  latest(key: string): T | undefined;
  /** All that a read finds now, by key. */
  allSeen(): T[];
  /** All entities, visible or not. */
  allLatest(): T[];
  /** Replaces an entity, or deletes it (undefined). */
  write(key: string, value: T | undefined, visibleFrom: number): void;
  content(): TableContent<T>;
};

export function versionedTable<T>(
  content: TableContent<T>,
  now: () => number,
  changed: () => void,
): VersionedTable<T> {
  const entities = new Map(content);
  const seen = (key: string) =>
    entities.get(key)?.findLast((version) => version.visibleFrom <= now())?.value ?? undefined;
  const latest = (key: string) => entities.get(key)?.at(-1)?.value ?? undefined;
  const all = (find: (key: string) => T | undefined) =>
    [...entities.keys()]
      .sort()
      .map(find)
      .filter((value) => value !== undefined);
  return {
    seen,
    latest,
    allSeen: () => all(seen),
    allLatest: () => all(latest),
    write(key, value, visibleFrom) {
      const before = entities.get(key) ?? [{ value: null, visibleFrom: 0 }];
      const from = Math.max(visibleFrom, before.at(-1)?.visibleFrom ?? 0);
      const versions = [...before, { value: value ?? null, visibleFrom: from }];
      const current = versions.findLastIndex((version) => version.visibleFrom <= now());
      const kept = versions.slice(Math.max(current, 0));
      if (kept.length === 1 && kept[0]?.value === null) entities.delete(key);
      else entities.set(key, kept);
      changed();
    },
    content: () => [...entities],
  };
}
