import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type GrantEvent, verifyChain } from '../../domain/grants/event.ts';
import type { Evidence } from './evidence.ts';

const FIELDS = [
  'grantId',
  'seq',
  'at',
  'type',
  'principal',
  'correlationId',
  'entryPoint',
  'data',
  'prevHash',
  'hash',
];

/** Invariant 9: the chain verifies, and any altered, removed, reordered or inserted event is found. */
export const chain = ({ events, beside, surroundings }: Evidence): string[] => [
  ...chainErrors(events),
  ...chainErrors(beside),
  ...chainErrors(surroundings?.repository ?? []),
  ...chainErrors(surroundings?.installation ?? []),
];

function chainErrors(events: readonly GrantEvent[]): string[] {
  return [
    ...events.flatMap((event, i) => linkFaults(event, events[i - 1])),
    ...(verifyChain(events) ? [`the product finds its own chain broken: ${verifyChain(events)}`] : []),
    ...forgeries(events).flatMap(([name, forged]) =>
      verifyChain(forged) ? [] : [`nobody notices that an event was ${name}`],
    ),
  ];
}

function linkFaults(event: GrantEvent, before: GrantEvent | undefined): string[] {
  const { hash, ...hashed } = event;
  const faults: string[] = [];
  const own = createHash('sha256')
    .update(canonicalize(hashed) ?? '')
    .digest('hex');
  if (own !== hash) faults.push(`event ${event.seq} has a wrong hash`);
  if (event.prevHash !== (before?.hash ?? '0'.repeat(64))) faults.push(`event ${event.seq} is not linked`);
  if (event.seq !== (before?.seq ?? 0) + 1) faults.push(`event ${event.seq} is out of order`);
  if (before && event.at < before.at) faults.push(`event ${event.seq} is earlier than the one before it`);
  if (Object.keys(event).sort().join() !== [...FIELDS].sort().join()) {
    faults.push(`event ${event.seq} has other fields than the contract's ten`);
  }
  return faults;
}

function forgeries(events: readonly GrantEvent[]): [string, GrantEvent[]][] {
  const [first, second, third] = events;
  if (!first || !second || !third) return [];
  const rest = events.slice(3);
  return [
    ['altered', [{ ...first, correlationId: 'forged' }, second, third, ...rest]],
    ['removed', [first, third, ...rest]],
    ['reordered', [first, third, second, ...rest]],
    ['inserted', [first, second, { ...second, seq: 3 }, third, ...rest]],
  ];
}
