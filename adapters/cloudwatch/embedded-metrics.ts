import { type MetricName, type Metrics, metricUnits } from '../../domain/messaging/metrics.ts';
import type { Clock } from '../../domain/shared/clock.ts';

/** The namespace of all metrics of Rolewright. */
const METRIC_NAMESPACE = 'Rolewright';

/** The one dimension of each metric: the prefix of the stack's names, e.g. `rolewright-prod`. */
const METRIC_DIMENSION = 'installation';

/** Metrics as lines of the function's log, from which CloudWatch makes them; no call and no permission is needed. A line holds
 *  numbers and the installation's name only. `write` puts one line on standard output as it is: `console.log` would put text
 *  before it on Lambda. Source: CloudWatch User Guide, Embedded metric format specification. */
export const embeddedMetrics = (
  installation: string,
  clock: Pick<Clock, 'now'>,
  write: (line: string) => void = (line) => {
    process.stdout.write(line);
  },
): Metrics => ({
  put(measures) {
    const names = (Object.keys(measures) as MetricName[]).filter((name) => Number.isFinite(measures[name]));
    if (names.length === 0) return;
    const metric = {
      Namespace: METRIC_NAMESPACE,
      Dimensions: [[METRIC_DIMENSION]],
      Metrics: names.map((name) => ({ Name: name, Unit: metricUnits[name] })),
    };
    const values = Object.fromEntries(names.map((name) => [name, measures[name]]));
    write(
      `${JSON.stringify({
        _aws: { Timestamp: clock.now(), CloudWatchMetrics: [metric] },
        [METRIC_DIMENSION]: installation,
        ...values,
      })}\n`,
    );
  },
});

/** Metrics of a process that is no function on Lambda: they are not read. */
export const noMetrics: Metrics = { put: () => {} };
