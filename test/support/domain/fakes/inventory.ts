import type { InventoryOf, Part } from '../../../../domain/drift/inventory.ts';
import type { PassRecord, PassStore } from '../../../../domain/drift/passes.ts';
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
export class FakePassStore implements PassStore {
  readonly records = new Map<string, { record: string; owner?: string; until?: string }>();

  async take(...[account, { owner, now, until }]: Parameters<PassStore['take']>) {
    const kept = this.records.get(account) ?? { record: '{}' };
    const isFree = kept.until === undefined || kept.until < now || kept.owner === owner;
    if (!isFree) return undefined;
    this.records.set(account, { record: kept.record, owner, until });
    return JSON.parse(kept.record) as PassRecord;
  }

  async keep(...[account, owner, record]: Parameters<PassStore['keep']>) {
    if (this.records.get(account)?.owner !== owner) return;
    this.records.set(account, { record: JSON.stringify(record) });
  }
}
