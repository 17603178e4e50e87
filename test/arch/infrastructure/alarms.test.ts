import { describe, expect, test } from '@jest/globals';
import { metricUnits } from '../../../domain/messaging/metrics.ts';
import { callsByFunction } from '../../support/arch/adapter-calls.ts';
import { functions, resourcesOf, serverless, textOf } from '../../support/arch/infrastructure.ts';

type Dimension = { Name: string; Value: string };
type Query = { Namespace: string; MetricName: string; Dimensions: Dimension[] };
type Alarm = Partial<Query> & {
  AlarmName: string;
  AlarmDescription: string;
  AlarmActions: string[];
  Period?: number;
  EvaluationPeriods: number;
  Threshold: number;
  ComparisonOperator: string;
  TreatMissingData: string;
  Metrics?: { Expression?: string; MetricStat?: { Metric: Query } }[];
};

const alarms = Object.values(resourcesOf('alarms.yml')).map(
  ({ Properties }) => Properties as unknown as Alarm,
);
const queriesOf = (alarm: Alarm): Query[] =>
  alarm.Metrics
    ? alarm.Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])
    : [alarm as unknown as Query];
const queries = alarms.flatMap(queriesOf);
const named = (name: string) => alarms.find(({ AlarmName }) => AlarmName === `rolewright-test-${name}`);
const deployed = Object.values(functions()).map(({ name }) => name);

describe('an alarm', () => {
  test.each(alarms.map((alarm) => [alarm.AlarmName, alarm] as const))(
    '%s goes to the topic of the configuration, and is explained',
    (name, alarm) => {
      expect(alarm.AlarmActions).toEqual(['arn:aws:sns:eu-central-1:111122223333:operations']);
      const heading = name.replace('rolewright-test-', '');
      expect(textOf('docs/operations.md')).toContain(`### \`${heading}\``);
    },
  );

  test('looks at what is written and deployed: each name of a metric, function, queue and table', () => {
    const own = queries.filter(({ Namespace }) => Namespace === 'Rolewright');
    for (const { MetricName, Dimensions } of own) {
      expect(Object.keys(metricUnits)).toContain(MetricName);
      expect(Dimensions).toEqual([{ Name: 'installation', Value: 'rolewright-test' }]);
    }
    expect(own.length).toBeGreaterThan(8);
    const values = (dimension: string) =>
      queries.flatMap(({ Dimensions }) =>
        Dimensions.filter(({ Name }) => Name === dimension).map(({ Value }) => Value),
      );
    for (const name of values('FunctionName')) expect(deployed).toContain(name);
    const { FailedMessages } = resourcesOf('queues.yml');
    expect(values('QueueName')).toEqual([FailedMessages?.Properties.QueueName]);
    const tables = Object.values(resourcesOf('tables.yml')).map(({ Properties }) => Properties.TableName);
    for (const name of values('TableName')) expect(tables).toContain(name);
  });

  test('is there for each metric that something is wrong', () => {
    const harmless = ['Due', 'Settled', 'Unfinished', 'DriftRepaired', 'DeliveriesGivenUp'];
    const watched = queries.map(({ MetricName }) => MetricName);
    const names = Object.keys(metricUnits).filter((name) => !harmless.includes(name));
    expect(names.filter((name) => !watched.includes(name))).toEqual([]);
  });

  test('fires when nothing is reported where silence is the failure, and only there', () => {
    const silent = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching');
    expect(silent.map(({ AlarmName }) => AlarmName).sort()).toEqual([
      'rolewright-test-canary-not-run',
      'rolewright-test-reconciler-not-run',
    ]);
    for (const { ComparisonOperator, Threshold } of silent) {
      expect([ComparisonOperator, Threshold]).toEqual(['LessThanThreshold', 1]);
    }
  });

  test('on a reconciler that does not run fires within five minutes', () => {
    expect(named('reconciler-not-run')).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: 'rolewright-test-reconciler' }],
      Period: 300,
      EvaluationPeriods: 1,
    });
  });

  test('on what a pass reports looks at periods in which a pass ends, though passes of full length follow each other', () => {
    const { timeout = 0 } = functions().reconciler ?? {};
    expect(timeout).toBeGreaterThan(0);
    for (const name of ['work-overdue', 'work-retried'])
      expect(named(name)).toMatchObject({ EvaluationPeriods: 1, Period: timeout });
  });

  test('on throttles does not fire at the schedule that waits for a pass, where one is reserved for the reconciler', () => {
    const watched = queriesOf(named('throttles') as Alarm).flatMap(({ Dimensions }) =>
      Dimensions.map(({ Value }) => Value.replace('rolewright-test-', '')),
    );
    expect(watched.sort()).toEqual([
      'audit',
      'explain',
      'grants',
      'provisioner',
      'revocations',
      'slack',
      'webhooks',
      'worker',
    ]);
  });

  test('on throttled tables counts each operation that reads or writes an index of the log or the read model', () => {
    const seen = queriesOf(named('table-throttles') as Alarm).map(({ MetricName, Dimensions }) =>
      [MetricName, ...Dimensions.map(({ Value }) => Value.replace('rolewright-test-', ''))].join(' '),
    );
    const calls = Object.values(callsByFunction).flat();
    const wanted = calls.flatMap(([action, resource]) => {
      const [, table, index] = /^table\/(events|grants)(\/index\/)?/.exec(resource) ?? [];
      const [, operation = ''] = action.split(':');
      if (table === undefined || (!index && /Get|Query/.test(operation))) return [];
      const named = operation === 'PartiQLInsert' ? 'ExecuteStatement' : operation;
      return [`ThrottledRequests ${table} ${named}`];
    });
    const ofTables = ['events', 'grants'].flatMap((table) => [
      `ReadThrottleEvents ${table}`,
      `WriteThrottleEvents ${table}`,
    ]);
    expect(seen.sort()).toEqual([...new Set([...wanted, ...ofTables])].sort());
  });

  // Source: CloudWatch API Reference, PutMetricAlarm and MetricDataQuery.
  test('is one that CloudWatch takes: periods within a day, at most ten metrics, ids that begin in lower case', () => {
    for (const { Period = 300, EvaluationPeriods, Metrics = [], AlarmDescription } of alarms) {
      expect(Period * EvaluationPeriods).toBeLessThanOrEqual(86_400);
      expect(Period % 60).toBe(0);
      expect(Metrics.length).toBeLessThanOrEqual(11);
      expect(AlarmDescription.length).toBeLessThanOrEqual(1024);
    }
  });
});

test('the dashboard is JSON, and shows metrics that are written', () => {
  const { Dashboard } = resourcesOf('dashboard.yml');
  const body = JSON.parse(String(Dashboard?.Properties.DashboardBody)) as {
    widgets: { properties: { metrics: unknown[][] } }[];
  };
  const metrics = body.widgets.flatMap(({ properties }) => properties.metrics);
  const own = metrics.filter(([namespace]) => namespace === 'Rolewright').map(([, name]) => String(name));
  expect(own.length).toBeGreaterThan(8);
  expect(own.filter((name) => !(name in metricUnits))).toEqual([]);
  for (const [, , dimension, value] of metrics.filter(([namespace]) => namespace === 'AWS/Lambda')) {
    expect([dimension, deployed.includes(String(value))]).toEqual(['FunctionName', true]);
  }
});

describe('the access log', () => {
  const { httpApi } = serverless.provider.logs as { httpApi: { format: string } };
  const fields = JSON.parse(httpApi.format) as Record<string, string>;

  test('is JSON that says who called what, and which request of Lambda that was', () => {
    expect(fields).toMatchObject({
      sourceIp: '$context.identity.sourceIp',
      routeKey: '$context.routeKey',
      status: '$context.status',
      lambdaRequestId: '$context.awsEndpointRequestId',
    });
  });

  test('holds no header, query, body or token', () => {
    const sources = Object.values(fields);
    expect(sources.filter((source) => !/^\$context\.[a-zA-Z.]+$/.test(source))).toEqual([]);
    expect(sources.filter((source) => /header|query|body|authorizer|userAgent/i.test(source))).toEqual([]);
  });
});
