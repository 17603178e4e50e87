import type { Instant } from '../../../shared/time.ts';
import { type Drift, kindsOf, type RepairTimes } from '../../drift.ts';
import type { EventOf } from '../../event.ts';
import type { ActiveGrant } from '../../grant.ts';

/** An active grant after a finding, or after the end of one. A repair that was decided is under way from then on. */
export function evolveDrift(grant: ActiveGrant, event: EventOf<'DriftFound' | 'DriftEnded'>): ActiveGrant {
  const { drift, repair: _, ...rest } = grant;
  if (event.type === 'DriftEnded') return drift ? { ...rest } : grant;
  const found = driftOf(event, 'reported');
  const { principal: by, at, data } = event;
  switch (data.action) {
    case 'report':
      return { ...rest, drift: found };
    case 'freeze':
      return { ...rest, drift: { ...found, pending: 'freeze' } };
    case 'repair':
      return { ...rest, drift: found, repair: { by, at } };
  }
}

/** What a finding leaves in a grant. */
export const driftOf = ({ data, at }: EventOf<'DriftFound'>, action: Drift['action']): Drift => ({
  kinds: kindsOf(data.differences),
  differences: data.differences,
  foundAt: at,
  action,
});

/** The finding of a grant that is being frozen. */
export function frozenDrift({ drift }: Pick<ActiveGrant, 'drift'>): { drift?: Drift } {
  if (!drift) return {};
  const { pending, ...rest } = drift;
  return { drift: pending ? { ...rest, action: 'frozen' } : rest };
}

/** The finding of a grant whose role was restored, and when each of its kinds was. */
export function repairedDrift(
  { drift, repairedAt }: Pick<ActiveGrant, 'drift' | 'repairedAt'>,
  at: Instant,
): { drift?: Drift; repairedAt?: RepairTimes } {
  if (!drift) return {};
  const times = Object.fromEntries(drift.kinds.map((kind) => [kind, at]));
  return {
    drift: { ...drift, differences: [], action: 'repaired' },
    repairedAt: { ...repairedAt, ...times },
  };
}
