import { changeOf, type Grant } from '../grants/grant.ts';
import { type GrantIntent, intentOf } from '../grants/intent.ts';
import {
  intentsInForce,
  isAgainst,
  isInForce,
  type ReachedResource,
  type Reservation,
  type Reservations,
  type ReservedResource,
  reachedResources,
  reservationItemId,
  reservationsOf,
  reservationText,
} from '../planning/reservation.ts';
import type { GrantId } from '../shared/identifiers.ts';
import { PortError } from '../shared/port-error.ts';
import type { Principal } from '../shared/principal.ts';
import type { FieldError } from '../shared/problem.ts';
import type { Template } from '../templates/template.ts';
import { type GrantStream, loadStream, type StreamPorts } from './grant-stream.ts';

/** What looking for reservations needs. */
export type ReservationPorts = Pick<StreamPorts, 'log' | 'checkpoints' | 'clock'> & {
  reservations: Reservations;
  templates: ReadonlyMap<string, Template>;
};

/** A grant's intent, the template that it is rendered from, and who asks for it. */
export type Intended = {
  grantId: GrantId;
  intent: GrantIntent;
  template: Template;
  requesterKind: Principal['kind'];
};

/** The parameters of an intent that reach what another live grant of the same account uses exclusively, see
 *  `isAgainst`. A holder is named by its grant's id only, so that just those who may read that grant learn whose it
 *  is. */
export async function heldElsewhere(ports: ReservationPorts, intended: Intended): Promise<FieldError[]> {
  const { intent, template } = intended;
  const reached = reachedResources(ports.templates, template, intent);
  const found = await Promise.all(
    reached.map(async (one) => {
      const holder = await findHolder(ports, one, intended);
      if (holder === undefined) return [];
      const whose = holder.repository === intent.repository.uuid ? 'this' : 'another';
      const detail = `${one.resource.value} is used exclusively by grant ${holder.grantId} of ${whose} repository`;
      return [{ pointer: one.pointer, detail }];
    }),
  );
  return found.flat();
}

/** The reservation of a grant in force that conflicts with the intent. */
async function findHolder(
  ports: ReservationPorts,
  { resource, ...reached }: ReachedResource,
  { grantId, intent, requesterKind }: Intended,
): Promise<Reservation | undefined> {
  const all = await ports.reservations.of(resource);
  const against = all.filter(
    (one) => one.grantId !== grantId && isAgainst(one, { ...reached, intent, requesterKind }),
  );
  for (const one of against) {
    if (await holds(ports, one.grantId, resource)) return one;
  }
  return undefined;
}

/** Whether a grant that has reserved a resource is in force. An unreadable stream proves nothing, so its reservation
 *  counts as in force. */
async function holds(ports: ReservationPorts, holder: GrantId, resource: ReservedResource): Promise<boolean> {
  try {
    const { grant } = await loadStream(ports, holder);
    return isInForce(grant, resource);
  } catch (error) {
    if (error instanceof PortError) throw error;
    return true;
  }
}

/** Reserves what a grant is about to use exclusively. Idempotent; before anything in IAM reaches it. */
export async function reserveFor({ reservations }: ReservationPorts, intended: Intended): Promise<void> {
  const own = reservationsOf(intended.template, intended);
  await Promise.all(own.map(({ resource, reservation }) => reservations.reserve(resource, reservation)));
}

/** What was asked for of a grant, as far as what was read of its stream shows it. */
export const intentsOf = ({ events, grant }: Pick<GrantStream, 'events' | 'grant'>): GrantIntent[] => {
  const change = grant && changeOf(grant);
  return [
    ...events.flatMap((event) =>
      event.type === 'GrantRequested' || event.type === 'GrantChangeRequested' ? [intentOf(event.data)] : [],
    ),
    ...(grant ? [grant.request.intent] : []),
    ...(change ? [change.intent] : []),
  ];
};

/** Removes the reservations of any of `asked` that the grant no longer uses: the grant has ended or failed, or a
 *  change has left the resource or was not made. A failure has no effect, because a reservation whose grant is not in
 *  force does not count. */
export async function releaseUnused(
  { reservations, templates }: Pick<ReservationPorts, 'reservations' | 'templates'>,
  { grant, asked }: { grant: Grant; asked: readonly GrantIntent[] },
): Promise<void> {
  const template = templates.get(grant.request.intent.template.name);
  if (!template) return;
  const { id: grantId } = grant;
  const madeBy = (intents: readonly GrantIntent[]) =>
    new Map(
      intents
        .flatMap((intent) => reservationsOf(template, { grantId, intent }))
        .map((one) => [textOf(one), one]),
    );
  const used = madeBy(intentsInForce(grant));
  const unused = [...madeBy(asked)].flatMap(([text, one]) => (used.has(text) ? [] : [one]));
  await Promise.all(
    unused.map(({ resource, reservation }) =>
      reservations.release(resource, reservation).catch((error: unknown) => {
        if (!(error instanceof PortError)) throw error;
      }),
    ),
  );
}

const textOf = ({ resource, reservation }: ReturnType<typeof reservationsOf>[number]): string =>
  `${reservationItemId(resource)} ${reservationText(reservation)}`;
