import {
  type Reservation,
  type Reservations,
  type ReservedResource,
  reservationItemId,
  reservationText,
} from '../../../../domain/planning/reservation.ts';

/** Reservations in memory. */
export class FakeReservations implements Reservations {
  readonly items = new Map<string, Set<string>>();

  async reserve(resource: ReservedResource, reservation: Reservation): Promise<void> {
    const id = reservationItemId(resource);
    this.items.set(id, (this.items.get(id) ?? new Set()).add(reservationText(reservation)));
  }

  async of(resource: ReservedResource): Promise<Reservation[]> {
    return [...(this.items.get(reservationItemId(resource)) ?? [])].map((text) => JSON.parse(text));
  }

  async release(resource: ReservedResource, reservation: Reservation): Promise<void> {
    this.items.get(reservationItemId(resource))?.delete(reservationText(reservation));
  }
}
