import type { EventOf } from '../grants/event.ts';
import { NO_TARGET } from '../grants/listing.ts';
import {
  streamBeside,
  type UnreadableRevocation,
  unreadableRevocationOf,
} from '../grants/unreadable/revocation.ts';
import { type ProvenTarget, provenTarget } from '../grants/unreadable/traces.ts';
import { type Account, hubOf } from '../shared/account.ts';
import type { GrantId } from '../shared/identifiers.ts';
import { appendEvent, type Cause, loadStream, type StreamPorts } from './grant-stream.ts';
import type { Provisioner } from './provisioner.ts';
import { PROVISIONER_WAIT_MS } from './wait-for-provisioner.ts';

/** Unreadable grants that one pass, or one delivery, revokes for causes of its own. Design contract: more are the sign of
 *  an error in Rolewright, and wait for a person. */
export const MOST_CLOSINGS = 5;

/** What closing the role of a grant whose stream cannot be read needs. */
export type ClosingPorts = StreamPorts & {
  provisioner: Provisioner;
  configuration: { accounts: readonly Account[] };
};

/** A grant whose stream cannot be read, and the texts of it that could be. */
export type Unreadable = { grantId: GrantId; texts: readonly string[] };

/** Why the role of an unreadable grant is closed. */
export type ClosingCause = EventOf<'UnreadableRevocationRequested'>['data']['cause'];

/** How far a closing is that was asked for. */
export type Closing = Exclude<UnreadableRevocation, { state: 'none' }>;

/** The repository of a grant of which nothing is proven. */
const UNKNOWN_REPOSITORY = { uuid: NO_TARGET.repositoryUuid, fullName: 'unknown/unknown' };

/** What is proven of an unreadable grant: by its own events, else by its row. */
export async function targetOf(
  { grants, log }: Pick<StreamPorts, 'grants' | 'log'>,
  { grantId, texts }: Unreadable,
): Promise<ProvenTarget | undefined> {
  const logged = provenTarget(grantId, [...texts, ...(await log.loadTexts(grantId))]);
  if (logged) return logged;
  const rows = await grants.read([grantId]);
  return provenTarget(
    grantId,
    rows.grants.map((grant) => JSON.stringify(grant)),
  );
}

/** The closing of one role: whose, and why. */
type ClosingOrder = { grantId: GrantId; target: ProvenTarget | undefined; why: ClosingCause; cause: Cause };

/** Records, in the stream beside the grant's own, the intent to close its role. The reconciler has it closed. Idempotent. */
export async function recordClosing(
  ports: Omit<ClosingPorts, 'provisioner'>,
  { grantId, target, why, cause }: ClosingOrder,
): Promise<void> {
  for (;;) {
    const stream = await loadStream(ports, streamBeside(grantId));
    const { state } = unreadableRevocationOf(stream.events);
    if (state !== 'none' && state !== 'nothing') return;
    const data = { ...placeOf(ports, target), cause: why };
    const event = { type: 'UnreadableRevocationRequested' as const, data };
    if (await appendEvent(ports, stream, { event, cause })) return;
  }
}

/** Records that a grant’s role is to be closed, and has the provisioner close it. Idempotent. A closed role is checked again. */
export async function closeUnreadableRole(ports: ClosingPorts, order: ClosingOrder): Promise<Closing> {
  await recordClosing(ports, order);
  const streamId = streamBeside(order.grantId);
  await ports.provisioner.run(streamId, PROVISIONER_WAIT_MS);
  const closing = unreadableRevocationOf((await loadStream(ports, streamId)).events);
  if (closing.state === 'none') throw new Error(`the stream ${streamId} has lost its events`);
  return closing;
}

/** Which repository and account the events are about. Roles of an account that is not proven are looked for in the hub first. */
function placeOf({ configuration }: Pick<ClosingPorts, 'configuration'>, target: ProvenTarget | undefined) {
  const account = target?.account ?? hubOf(configuration.accounts)?.id;
  if (account === undefined) throw new Error('a configuration has an account');
  return { repository: target?.repository ?? UNKNOWN_REPOSITORY, account };
}
