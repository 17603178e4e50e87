import type { GrantEvent } from '../../domain/grants/event.ts';
import type { Evidence } from './evidence.ts';

/** Invariant 7, as far as it can be seen behind the token verifier: a pipeline reaches only its own repository, and whoever
 *  may not ask changes nothing in the log, in the read model or in IAM. For stories in which nobody may. */
export function nothingForRefusedCallers({ events, row, writes }: Evidence): string[] {
  return [
    ...events.map(({ type }) => `${type} was written for a caller who may not ask`),
    ...(row ? ['a row was written for a caller who may not ask'] : []),
    ...writes.map(({ action }) => `${action} was done for a caller who may not ask`),
  ];
}

const nameOf = ({ principal }: GrantEvent): string => `${principal.kind}:${principal.id}`;

const REOPENED: readonly GrantEvent['type'][] = ['GrantThawed', 'RepairRequested', 'HoldReleased'];

/** Invariant 7, as far as the log tells: nobody approves, or opens again, what they asked for, only people do, and nothing is made of
 *  a request that waits before somebody has approved its very plan. */
export function nobodyApprovesThemselves({ events }: Evidence): string[] {
  const faults: string[] = [];
  const requesters = new Set<string>();
  let waiting: string | undefined;
  for (const event of events) {
    const { type, data } = event;
    if (type === 'GrantRequested' || type === 'GrantChangeRequested') {
      requesters.add(nameOf(event));
      waiting = data.approval === 'required' ? data.planHash : undefined;
    }
    if (type === 'GrantRejected' || type === 'RequestLapsed') waiting = undefined;
    if (type === 'GrantApproved') {
      if (requesters.has(nameOf(event)))
        faults.push(`event ${event.seq}: ${nameOf(event)} approves their own request`);
      if (event.principal.kind !== 'person') faults.push(`event ${event.seq}: ${nameOf(event)} is no person`);
      if (waiting !== data.planHash)
        faults.push(`event ${event.seq} approves another plan than the one that waits`);
      waiting = undefined;
      requesters.clear();
    }
    if (REOPENED.includes(type) && event.principal.kind !== 'system') {
      if (requesters.has(nameOf(event)) || event.principal.kind !== 'person')
        faults.push(`event ${event.seq}: ${nameOf(event)} opens their own request again`);
      requesters.add(nameOf(event));
    }
    if (waiting !== undefined && (type === 'ProvisioningStarted' || type === 'UpdateStarted')) {
      faults.push(`event ${event.seq} begins what nobody has approved`);
    }
  }
  return faults;
}
