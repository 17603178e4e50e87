import type { EventOf } from '../../event.ts';
import { type ActiveGrant, withRequester } from '../../grant.ts';
import { repairedDrift } from './drift.ts';
import { mayReopen } from './hold.ts';

/** An active grant after an event of its repair. Who has it repaired counts as a requester. */
export function evolveRepair(
  grant: ActiveGrant,
  event: EventOf<'RepairRequested' | 'DriftRepaired' | 'RepairFailed'>,
): ActiveGrant {
  const { repair, ...rest } = grant;
  switch (event.type) {
    case 'RepairRequested': {
      const { principal: by, at } = event;
      if (repair || grant.change?.phase === 'updating' || !mayReopen(grant, by)) return grant;
      return { ...grant, requesters: withRequester(grant.requesters, by), repair: { by, at } };
    }
    case 'DriftRepaired':
      return repair ? { ...rest, ...repairedDrift(grant, event.at), lastError: undefined } : grant;
    case 'RepairFailed':
      return repair ? { ...rest, lastError: { ...event.data.error, at: event.at } } : grant;
  }
}
