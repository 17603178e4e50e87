import { PortError } from '../../../../domain/shared/port-error.ts';
import type { Iam, ObservedRole } from '../../../../domain/use-cases/provisioning/iam.ts';
import { asInstant } from '../../identifiers.ts';
import type { FakeClock, Journal } from './store.ts';

export const BOUNDARY = 'arn:aws:iam::111122223333:policy/rolewright-boundary';
export const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';

export type FakeRole = ObservedRole & { inline: Map<string, unknown>; attached: Set<string> };

/** Characters of a role's inline policies and of its trust policy. Source: AWS IAM quotas. */
const LONGEST_PERMISSIONS = 10_240;
const LONGEST_TRUST = 2048;

/** What happens to the next call of an action. `refuse`, `unavailable`: nothing is done; `lostReply`: done, and the
 *  caller is told UNAVAILABLE; `die…`: the caller hears nothing ever again. */
export type Fault =
  | { effect: 'refuse'; code?: 'DENIED' | 'REJECTED'; certain?: boolean }
  | { effect: 'unavailable' | 'lostReply' | 'dieBefore' | 'dieAfter' }
  | { effect: 'meanwhile'; act: () => unknown };

const policyOf = (Effect: 'Allow' | 'Deny') => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Action: '*', Resource: '*' }],
});

const never = () => new Promise<never>(() => {});

/** An IAM account that keeps roles and providers, with the rules that Rolewright meets: names are unique whatever their
 *  case, a role with policies cannot be deleted, and a role without a known boundary can only be given one. */
export class FakeIam {
  readonly roles = new Map<string, FakeRole>();
  readonly providers = new Map<string, { clientIds: string[]; tags: Record<string, string> }>();
  /** The documents of managed policies that can be read. */
  readonly managed = new Map<string, unknown>([
    ['arn:aws:iam::aws:policy/AdministratorAccess', policyOf('Allow')],
    [DENY_ALL, policyOf('Deny')],
  ]);
  /** How many roles the account may hold, and how many of them others hold. */
  quota = { roles: 0, quota: 1000 };
  /** Roles that reads and writes do not see yet, and until when. */
  readonly hiddenUntil = new Map<string, number>();
  /** Called when a caller dies. */
  onDeath: () => void = () => {};
  #hideNextFor = 0;
  readonly #faults = new Map<string, Fault[]>();
  readonly #accountId: string;
  readonly #clock: FakeClock;
  readonly #journal: Journal;
  #created = 0;

  constructor(clock: FakeClock, journal: Journal, accountId = '111122223333') {
    this.#accountId = accountId;
    this.#clock = clock;
    this.#journal = journal;
  }

  /** Makes the next call of an action go wrong; several queue up. */
  fault(action: keyof Iam, ...errors: Fault[]): void {
    this.#faults.set(action, [...(this.#faults.get(action) ?? []), ...errors]);
  }

  /** Has the next role that is created stay unseen for so many milliseconds. */
  hideNextRole(milliseconds: number): void {
    this.#hideNextFor = milliseconds;
  }

  /** A role as some other hand would make it. */
  handMade(name: string, over: Partial<FakeRole> = {}): FakeRole {
    this.#created += 1;
    const made: FakeRole = {
      id: `AROAHANDMADE${String(this.#created).padStart(8, '0')}`,
      path: '/',
      createdAt: asInstant(this.#clock.instant()),
      trustPolicy: {},
      boundaryArn: undefined,
      maxSessionDuration: 3600,
      tags: {},
      inline: new Map(),
      attached: new Set(),
      ...over,
    };
    this.roles.set(name.toLowerCase(), made);
    return made;
  }

  role(name: string): FakeRole | undefined {
    return this.roles.get(name.toLowerCase());
  }

  /** How many calls have been made. */
  called = 0;

  /** The port, whose calls begin before the deadline or not at all. */
  port(deadline: number): Iam {
    const call = async <T>(action: keyof Iam, effect: () => T, note?: string): Promise<T> => {
      if (this.#clock.now() >= deadline) {
        throw new PortError('IAM', 'UNAVAILABLE', 'No time is left.', { certain: true });
      }
      this.called += 1;
      const fault = this.#faults.get(action)?.shift();
      if (fault?.effect === 'refuse') {
        throw new PortError('IAM', fault.code ?? 'REJECTED', 'IAM refuses.', {
          certain: fault.certain ?? true,
        });
      }
      if (fault?.effect === 'unavailable') throw new PortError('IAM', 'UNAVAILABLE', 'IAM is away.');
      if (fault?.effect === 'dieBefore') return this.#die();
      if (note !== undefined) this.#journal.push({ iam: action, note });
      const result = effect();
      if (fault?.effect === 'meanwhile') await fault.act();
      if (fault?.effect === 'lostReply') throw new PortError('IAM', 'UNAVAILABLE', 'The reply was lost.');
      if (fault?.effect === 'dieAfter') return this.#die();
      return result;
    };
    const seen = (name: string) =>
      (this.hiddenUntil.get(name) ?? 0) > this.#clock.now() ? undefined : this.role(name);
    const existing = (name: string): FakeRole => {
      const found = seen(name);
      if (!found) throw new PortError('IAM', 'NOT_FOUND', 'NoSuchEntity', { certain: true });
      return found;
    };
    const bounded = (name: string): FakeRole => {
      const found = existing(name);
      if (/:policy\/rolewright-boundary$/.test(found.boundaryArn ?? '') || found.boundaryArn === DENY_ALL)
        return found;
      throw new PortError('IAM', 'DENIED', 'AccessDenied: the role lacks the boundary.', { certain: true });
    };
    const fits = <T>(document: T, longest: number): T => {
      if (JSON.stringify(document).length <= longest) return structuredClone(document);
      throw new PortError('IAM', 'REJECTED', 'LimitExceeded', {
        certain: true,
        problemCode: 'POLICY_TOO_LARGE',
      });
    };
    const takeOff = (from: Map<string, unknown> | Set<string>, policy: string): void => {
      if (!from.delete(policy)) throw new PortError('IAM', 'NOT_FOUND', 'NoSuchEntity', { certain: true });
    };
    return {
      roleQuota: () =>
        call('roleQuota', () => ({ ...this.quota, roles: this.quota.roles + this.roles.size })),
      findProvider: (arn) =>
        call('findProvider', () => {
          const found = this.providers.get(arn);
          return found && { clientIds: [...found.clientIds] };
        }),
      createProvider: ({ url, clientId, tags }) => {
        const arn = `arn:aws:iam::${this.#accountId}:oidc-provider/${url.slice('https://'.length)}`;
        const create = () => {
          if (this.providers.has(arn)) return 'exists' as const;
          this.providers.set(arn, { clientIds: [clientId], tags });
          return 'created' as const;
        };
        return call('createProvider', create, arn);
      },
      createRole: (role) =>
        call(
          'createRole',
          () => {
            if (this.role(role.name)) return { outcome: 'exists' as const };
            const { path, boundaryArn, maxSessionDuration, tags, trustPolicy } = role;
            const made = { path, boundaryArn, maxSessionDuration, tags, trustPolicy };
            const { id } = this.handMade(role.name, structuredClone(made));
            if (this.#hideNextFor > 0) {
              this.hiddenUntil.set(role.name, this.#clock.now() + this.#hideNextFor);
              this.#hideNextFor = 0;
            }
            return { outcome: 'created' as const, id };
          },
          role.name,
        ),
      findRole: (name) =>
        call('findRole', () => {
          const found = seen(name);
          if (!found) return undefined;
          const { inline: _, attached: __, ...shown } = found;
          return structuredClone(shown);
        }),
      findPermissionsPolicy: (name) =>
        call('findPermissionsPolicy', () => structuredClone(seen(name)?.inline.get('permissions'))),
      putPermissionsPolicy: (name, document) =>
        call(
          'putPermissionsPolicy',
          () => void bounded(name).inline.set('permissions', fits(document, LONGEST_PERMISSIONS)),
          name,
        ),
      putTrustPolicy: (name, document) =>
        call(
          'putTrustPolicy',
          () => void Object.assign(bounded(name), { trustPolicy: fits(document, LONGEST_TRUST) }),
          name,
        ),
      putBoundary: (name, boundaryArn) =>
        call('putBoundary', () => void Object.assign(existing(name), { boundaryArn }), boundaryArn),
      putMaxSessionDuration: (name, maxSessionDuration) =>
        call('putMaxSessionDuration', () => void Object.assign(bounded(name), { maxSessionDuration }), name),
      putTags: (name, tags) =>
        call('putTags', () => void Object.assign(existing(name).tags, structuredClone(tags)), name),
      findInlinePolicy: (name, policy) =>
        call('findInlinePolicy', () => structuredClone(seen(name)?.inline.get(policy))),
      findManagedPolicy: (arn) => call('findManagedPolicy', () => structuredClone(this.managed.get(arn))),
      listPolicies: (name) =>
        call('listPolicies', () => {
          const { inline, attached } = existing(name);
          return { inline: [...inline.keys()], attached: [...attached] };
        }),
      deleteInlinePolicy: (name, policy) =>
        call('deleteInlinePolicy', () => takeOff(bounded(name).inline, policy), policy),
      detachPolicy: (name, arn) => call('detachPolicy', () => takeOff(bounded(name).attached, arn), arn),
      deleteRole: (name) =>
        call(
          'deleteRole',
          () => {
            const { inline, attached } = bounded(name);
            if (inline.size + attached.size > 0) {
              throw new PortError('IAM', 'CONFLICT', 'DeleteConflict', { certain: true });
            }
            this.roles.delete(name.toLowerCase());
          },
          name,
        ),
    };
  }

  #die(): Promise<never> {
    this.onDeath();
    return never();
  }
}
