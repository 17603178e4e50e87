import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { GrantEvent } from '../../domain/grants/event.ts';
import type { GrantId } from '../../domain/shared/identifiers.ts';
import type { OidcProvider, Role } from '../../sandbox/aws/state.ts';
import { asAccountId } from '../support/identifiers.ts';

/** One write that IAM saw, and how many events of the grant's stream lay in the log when it was sent. */
export type IamWrite = {
  action: string;
  parameters: Record<string, unknown>;
  /** HTTP status; 0 when the connection was closed and nothing was done. */
  status: number;
  eventsBefore: number;
};

/** Whose token was shown to STS for the grant's role, and whether the role let it in. */
export type Admission = {
  token: 'own' | 'repository' | 'environment' | 'workspace' | 'audience';
  admitted: boolean;
};

/** What an observer can see of one grant after a story, without the product's help. */
export type Evidence = {
  /** The account of the grant. */
  accountId: string;
  grantId: GrantId;
  roleName: string;
  /** The workspace of the repository, by its slug. */
  workspace: string;
  repositoryUuid: string;
  environmentUuid?: string | undefined;
  /** Oldest first, as they lie in the table. */
  events: GrantEvent[];
  /** Those of the stream beside the grant's own, which holds the revoke of an unreadable one. */
  beside: GrantEvent[];
  /** The streams of the grant's repository and of the installation, and whether the switch that freezes the latter is there;
   *  in stories that are about these, too. */
  surroundings?: { repository: GrantEvent[]; installation: GrantEvent[]; isFrozen: boolean } | undefined;
  row: Record<string, AttributeValue> | undefined;
  roles: Role[];
  providers: OidcProvider[];
  /** What others had in the account before the story. */
  foreign: { roles: Role[]; providers: OidcProvider[] };
  writes: IamWrite[];
  admissions: Admission[];
  /** Whether a session from before a revoke can still act; undefined when there was none. */
  liveSession?: boolean | undefined;
  /** What one more pass of the reconciler, and one after a while, changed. */
  laterChanges: string[];
};

/** One invariant: the ways in which the evidence breaks it, none when it holds. */
export type Invariant = (evidence: Evidence) => string[];

export const ACCOUNT = asAccountId('111122223333');
export const SPOKE = asAccountId('444455556666');
export const THIRD = asAccountId('777788889999');
export const boundaryOf = ({ accountId }: Pick<Evidence, 'accountId'>): string =>
  `arn:aws:iam::${accountId}:policy/rolewright-boundary`;
export const DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';
export const PATH = '/rolewright/';

/** The roles that others did not have before: those that the product has made. */
export const ownRoles = ({ roles, foreign }: Evidence): Role[] =>
  roles.filter(({ roleId }) => !foreign.roles.some((other) => other.roleId === roleId));

/** The events of one type. */
export const eventsOf = ({ events }: Evidence, type: GrantEvent['type']): GrantEvent[] =>
  events.filter((event) => event.type === type);

/** How a grant ends: `closed` where its stream could not be read and its roles were closed. */
export function endOf({ events, beside }: Evidence): ReturnType<typeof stateIn> | 'closed' {
  const type = beside.at(-1)?.type;
  if (type === 'UnreadableRoleDisabled') return 'closed';
  return type === undefined ? stateIn(events) : 'under way';
}

const ACTIVATING: readonly GrantEvent['type'][] = [
  'GrantActivated',
  'GrantUpdated',
  'UpdateFailed',
  'DriftRepaired',
  'RepairFailed',
];

const isFreeze = ({ type }: GrantEvent): boolean => type === 'GrantFrozen' || type === 'ThawFailed';

/** What ends a freeze, at the latest once it has had its effect. */
const isOpening = ({ type }: GrantEvent): boolean =>
  type === 'GrantThawed' || type === 'RepairRequested' || type === 'RevocationRequested';

/** The last event that settles a grant, as the state that it leaves: what a reader of the log would say. */
export function stateIn(
  events: readonly GrantEvent[],
): 'none' | 'pending' | 'active' | 'frozen' | 'revoked' | 'rejected' | 'failed' | 'under way' {
  let state: ReturnType<typeof stateIn> = 'none';
  let isClosing = false;
  let hasOpenRole = false;
  for (const event of events) {
    const { type } = event;
    if (type === 'ProvisioningStarted' || type === 'UpdateStarted') hasOpenRole = true;
    if (type === 'RoleDisabled' || type === 'RoleDeleted') hasOpenRole = false;
    if (isFreeze(event)) isClosing = true;
    // Whoever opens a frozen grant's role again from outside has it closed again.
    if (type === 'DriftFound' && isClosing) hasOpenRole = true;
    if (isOpening(event)) isClosing = false;
    const waits = 'approval' in event.data && event.data.approval === 'required';
    if (type === 'GrantRequested') state = waits ? 'pending' : 'under way';
    if (type === 'GrantChangeRequested' && !waits) state = 'under way';
    if (type === 'GrantApproved' || isOpening(event)) state = 'under way';
    if (type === 'GrantRejected' || type === 'RequestLapsed')
      state = state === 'pending' ? 'rejected' : state;
    if (ACTIVATING.includes(type)) state = 'active';
    if (type === 'DriftFound') state = event.data.action === 'report' ? state : 'under way';
    if (isClosing) state = hasOpenRole ? 'under way' : 'frozen';
    if (type === 'GrantRevoked') state = 'revoked';
    if (type === 'ProvisioningFailed') state = 'failed';
  }
  return state;
}
