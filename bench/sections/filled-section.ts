import { isDeepStrictEqual } from 'node:util';
import type { FilledFigures, PassFigures } from '../filled/measure-filled.ts';
import { head, row } from './markdown.ts';

/** What the units of a query are rounded up to, read consistently or not. Source: Amazon DynamoDB Developer Guide. */
const ROUNDED_UNITS = 0.5;

/** Filled tables: calls and units of each operation at every size. */
export function filledSection(filled: readonly FilledFigures[], passes: readonly PassFigures[]): string[] {
  const [first, ...others] = filled;
  if (!first) return [];
  const names = first.costs.map(({ name }) => name);
  const costAt = ({ costs }: FilledFigures, name: string) => costs.find((cost) => cost.name === name);
  const shownOf = (figures: FilledFigures, name: string): string => {
    const cost = costAt(figures, name);
    if (!cost) return '';
    const calls = Object.values(cost.calls).reduce((sum, count) => sum + count, 0);
    return `${cost.shown}; ${calls}; ${cost.units}`;
  };
  // The engine rounds each query up to half a unit, and what the copies hold differs by some bytes.
  const isFlat = (name: string) => {
    const one = costAt(first, name);
    return others.every((figures) => {
      const other = costAt(figures, name);
      const isSame = other?.shown === one?.shown && isDeepStrictEqual(other?.calls, one?.calls);
      const queries = one?.calls.Query ?? 0;
      return isSame && Math.abs((other?.units ?? 0) - (one?.units ?? 0)) <= ROUNDED_UNITS * queries;
    });
  };
  return [
    '## Filled tables',
    '',
    'Streams that the use cases have written are copied with a repository, project, requester, time and chain of hashes of their own, and read back as streams before they are stored; six grants that the filters are for are older than all others. Each cell: items shown; DynamoDB calls; read units, as the local engine counts them. Goal: the same at every size, but for half a unit of rounding in each query.',
    '',
    ...head('operation', ...filled.map(({ grants }) => `${grants.toLocaleString('en')} grants`), 'flat'),
    ...names.map((name) =>
      row(name, ...filled.map((figures) => shownOf(figures, name)), isFlat(name) ? 'yes' : '**missed**'),
    ),
    '',
    'Of `new grant` and `revoke` the write units come beside: `test/conformance/write-capacity.conformance.ts` counts 70 and 53 with AWS’s own engine.',
    '',
    `Filling took ${filled.map(({ grants, fillSeconds }) => `${fillSeconds.toFixed(0)} s to ${grants.toLocaleString('en')}`).join(', ')}.`,
    '',
    '### Reconciler',
    '',
    'One pass over grants that are due and at rest, as many processes leave that die between an append and the row after it. Memory is the most that the heap grew by, garbage included.',
    '',
    ...head('due grants', 'seconds', 'grants a second', 'DynamoDB calls a grant', 'heap, MB'),
    ...passes.map(({ due, seconds, callsPerGrant, peakMegabytes }) =>
      row(
        due.toLocaleString('en'),
        seconds.toFixed(1),
        (due / seconds).toFixed(0),
        callsPerGrant.toFixed(2),
        peakMegabytes.toFixed(0),
      ),
    ),
    '',
  ];
}
