import type { Workspace } from '../../bitbucket/oidc.ts';
import type { InventoryOf } from '../../drift/inventory.ts';
import type { PassPosition, PassStore } from '../../drift/passes.ts';
import type { Account } from '../../shared/account.ts';
import type { AccountId, StreamId } from '../../shared/identifiers.ts';
import type { EpochMilliseconds } from '../../shared/time.ts';
import type { StreamPorts } from '../grant-stream.ts';
import type { Provisioner } from '../provisioner.ts';
import type { Pace } from './pace.ts';

/** What a pass needs. It looks at IAM and has the provisioner look again, and act, where something seems to differ: it writes
 *  no event of a grant itself. */
export type DriftPorts = Pick<StreamPorts, 'log' | 'checkpoints' | 'grants' | 'clock'> & {
  accounts: readonly Account[];
  workspaces: readonly Workspace[];
  inventory: InventoryOf;
  passes: PassStore;
  provisioner: Provisioner;
  /** Reports a role that belongs to no grant, or an identity provider of Bitbucket's that belongs to no configured workspace;
   *  nothing is done about it. Never throws. */
  reportOrphan(orphan: { account: AccountId; what: string; why: string }): void;
  /** Reports a grant, or an account, that could not be looked at; the pass goes on. Never throws. */
  reportFailure(about: StreamId | AccountId, error: unknown): void;
};

/** A pass over one account, while it runs. */
export type RunningPass = {
  account: Account;
  position: PassPosition;
  seen: Set<string>;
  pace: Pace;
  deadline: EpochMilliseconds;
};

/** True while a pass may begin something. */
export const mayGoOn = ({ clock }: Pick<DriftPorts, 'clock'>, { deadline }: RunningPass): boolean =>
  clock.now() < deadline;
