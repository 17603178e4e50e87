import type { CreateTableCommandInput, KeySchemaElement } from '@aws-sdk/client-dynamodb';

const key = (partition: string, sort?: string): KeySchemaElement[] => [
  { AttributeName: partition, KeyType: 'HASH' },
  ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' as const }]),
];

const index = (name: string, partition: string, sort: string) => ({
  IndexName: name,
  KeySchema: key(partition, sort),
  Projection: { ProjectionType: 'ALL' as const },
});

const texts = (...names: string[]) =>
  names.map((name) => ({ AttributeName: name, AttributeType: 'S' as const }));

/** The table of the event log, with the attributes and indexes that its adapter uses. */
export const eventsTable = (name: string): CreateTableCommandInput => ({
  TableName: name,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    ...texts('grantId', 'day', 'repository', 'principal', 'order'),
    { AttributeName: 'seq', AttributeType: 'N' },
  ],
  KeySchema: key('grantId', 'seq'),
  GlobalSecondaryIndexes: [
    index('byDay', 'day', 'order'),
    index('byRepository', 'repository', 'order'),
    index('byPrincipal', 'principal', 'order'),
  ],
});

/** The table of the read model, with the attributes and indexes that its adapter uses. */
export const grantsTable = (name: string): CreateTableCommandInput => ({
  TableName: name,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: texts('grantId', 'listed', 'changed', 'repository', 'due', 'dueAt'),
  KeySchema: key('grantId'),
  GlobalSecondaryIndexes: [
    index('byChange', 'listed', 'changed'),
    index('byRepository', 'repository', 'changed'),
    index('byDue', 'due', 'dueAt'),
  ],
});
