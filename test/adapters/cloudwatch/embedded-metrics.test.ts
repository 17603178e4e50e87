import { expect, test } from '@jest/globals';
import { embeddedMetrics } from '../../../adapters/cloudwatch/embedded-metrics.ts';
import { epochTime } from '../../../domain/shared/time.ts';

const NOW = 1_767_225_600_000;

function written() {
  const lines: string[] = [];
  const metrics = embeddedMetrics('rolewright-prod', { now: () => epochTime(NOW) }, (line) => {
    lines.push(line);
  });
  return { metrics, lines };
}

test('measures are one line in the embedded metric format', () => {
  const { metrics, lines } = written();
  metrics.put({ Due: 3, OldestDue: 61 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  // Shape: CloudWatch User Guide, "Specification: Embedded metric format", root node and MetricDirective.
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    _aws: {
      Timestamp: NOW,
      CloudWatchMetrics: [
        {
          Namespace: 'Rolewright',
          Dimensions: [['installation']],
          Metrics: [
            { Name: 'Due', Unit: 'Count' },
            { Name: 'OldestDue', Unit: 'Seconds' },
          ],
        },
      ],
    },
    installation: 'rolewright-prod',
    Due: 3,
    OldestDue: 61,
  });
});

test('a zero is a measure, and what is no number is none', () => {
  const { metrics, lines } = written();
  metrics.put({ Due: 0, OldestDue: Number.NaN });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ Due: 0 });
  expect(lines[0]).not.toContain('OldestDue');
});

test('nothing to measure writes no line', () => {
  const { metrics, lines } = written();
  metrics.put({});
  expect(lines).toEqual([]);
});
