import type { InventoryOf, Part } from '../../../../domain/drift/inventory.ts';
import type { Passes, PassesStore, PassPosition } from '../../../../domain/drift/passes.ts';
import type { KnownRepository, Sight, Sights } from '../../../../domain/drift/sweeps.ts';
import type { GrantTable } from '../../../../domain/grants/stores.ts';
import type { AccountId, RepositoryUuid } from '../../../../domain/shared/identifiers.ts';
import type { FakeIam } from './iam.ts';

/** What an account shows to a pass over it, in parts of `size`. `calls` are the calls that were made, in order; `onCall` may
 *  fail one. */
export class FakeInventory {
  size = 100;
  readonly calls: string[] = [];
  onCall: (call: string) => unknown = () => {};
  readonly #iam: FakeIam;

  constructor(iam: FakeIam) {
    this.#iam = iam;
  }

  readonly of: InventoryOf = () => ({
    roles: (after) =>
      this.#part('roles', after, (name, { inline, attached, maxSessionDuration: _, ...role }) => ({
        ...structuredClone(role),
        name,
        inline: [...inline].map(([policy, document]) => ({ name: policy, document })),
        attached: [...attached],
      })),
    durations: (after) =>
      this.#part('durations', after, (name, { maxSessionDuration }) => ({ name, maxSessionDuration })),
    providerArns: async () => {
      await this.#call('providerArns');
      return [...this.#iam.providers.keys()];
    },
    findProvider: async (arn) => {
      await this.#call('findProvider');
      return this.#iam.providers.get(arn);
    },
  });

  async #call(call: string): Promise<void> {
    this.calls.push(call);
    await this.onCall(call);
  }

  async #part<T>(
    call: string,
    after: string | undefined,
    shown: (name: string, role: NonNullable<ReturnType<FakeIam['role']>>) => T,
  ): Promise<Part<T>> {
    await this.#call(call);
    const rest = [...this.#iam.roles].sort().filter(([name]) => after === undefined || name > after);
    const part = rest.slice(0, this.size);
    return {
      items: part.map(([name, role]) => shown(name, role)),
      next: rest.length > part.length ? part.at(-1)?.[0] : undefined,
    };
  }
}

/** Passes that are kept as text, as a table would. */
export class FakePasses<K extends string, P> implements PassesStore<K, P> {
  readonly records = new Map<string, { record: string; owner?: string; until?: string }>();

  async take(...[over, { owner, now, until }]: Parameters<PassesStore<K, P>['take']>) {
    const kept = this.records.get(over) ?? { record: '{}' };
    const isFree = kept.until === undefined || kept.until < now || kept.owner === owner;
    if (!isFree) return undefined;
    this.records.set(over, { record: kept.record, owner, until });
    return JSON.parse(kept.record) as Passes<P>;
  }

  async keep(...[over, owner, record]: Parameters<PassesStore<K, P>['keep']>) {
    if (this.records.get(over)?.owner !== owner) return;
    this.records.set(over, { record: JSON.stringify(record) });
  }
}

/** Passes over accounts. */
export class FakePassStore extends FakePasses<AccountId, PassPosition> {}

/** Sights beside the enrolled grants of a table. */
export class FakeSights implements Sights {
  readonly seen = new Map<RepositoryUuid, Sight>();
  readonly #grants: Pick<GrantTable, 'listEnrolled'>;

  constructor(grants: Pick<GrantTable, 'listEnrolled'>) {
    this.#grants = grants;
  }

  async recall(repositories: readonly RepositoryUuid[]) {
    const known = new Map<RepositoryUuid, KnownRepository>();
    for (const uuid of repositories) {
      const enrolled = await this.#grants.listEnrolled(uuid);
      const sight = this.seen.get(uuid);
      if (enrolled.length > 0 || sight) known.set(uuid, { enrolled, sight });
    }
    return known;
  }

  async remember(repository: RepositoryUuid, sight: Sight) {
    this.seen.set(repository, sight);
  }
}
