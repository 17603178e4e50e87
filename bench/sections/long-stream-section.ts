import type { LongStreamFigures, MeanCost } from '../filled/measure-long-stream.ts';
import { against, head, row } from './markdown.ts';

const READ_GOAL = 1.2;
const DECISION_GOAL = 2;

/** A grant that pipelines have renewed for years, beside the same grant when it was new. */
export function longStreamSection(streams: readonly LongStreamFigures[]): string[] {
  const [young, old] = streams;
  if (!young || !old) return [];
  const shown = ({ calls, units }: MeanCost) => `${calls.toFixed(1)}; ${units.toFixed(2)}`;
  const rowOf = (name: string, of: 'read' | 'renewal', goal: number) =>
    row(name, shown(young[of]), shown(old[of]), against(old[of].units / young[of].units, goal));
  return [
    '## Long streams',
    '',
    `A grant that was just made, and the same one after renewals up to ${old.events.toLocaleString('en')} events; the mean of twenty renewals, each after a read. Each cell: DynamoDB calls; read units. Goals: a read at most ${READ_GOAL} times, a decision at most ${DECISION_GOAL} times the units of a new stream.`,
    '',
    ...head('operation', ...streams.map(({ events }) => `${events.toLocaleString('en')} events`), 'ratio'),
    rowOf('read one grant', 'read', READ_GOAL),
    rowOf('renew it', 'renewal', DECISION_GOAL),
    '',
  ];
}
