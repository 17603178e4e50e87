import { z } from 'zod';
import { dynamodbError, hasCode, jsonAnswer } from './answers.ts';
import type { EngineAnswer } from './engine.ts';
import { parseInsert } from './insert-statement.ts';

/** Runs one DynamoDB operation on the engine with the credentials of the request being served. */
export type RunOperation = (operation: string, input: object) => Promise<EngineAnswer>;

/** Answers `ExecuteStatement`; caches which attribute is each table's partition key. */
export type StatementRunner = {
  execute(body: unknown, run: RunOperation): Promise<EngineAnswer>;
  /** Forgets a table's key; to be called when a table is created or deleted. */
  forget(table: string): void;
};

const inputSchema = z.object({ Statement: z.string(), Parameters: z.array(z.unknown()).default([]) });

const descriptionSchema = z.object({
  Table: z.object({ KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })) }),
});

const invalid = (message: string) => dynamodbError(400, 'ValidationException', message);

/** A runner for INSERT, which becomes a PutItem on condition that no item has its key: an item with this key has
 *  the partition key's attribute, so the absence of that attribute is the absence of the item.
 *
 *  A key that exists: 400 with the code `DuplicateItem` (the wire code of AWS's engine, tried on DynamoDB Local
 *  3.3.1; AWS's documentation calls it DuplicateItemException). Every other statement: `ValidationException`. */
export function statementRunner(): StatementRunner {
  const partitionKeys = new Map<string, string>();

  async function partitionKeyOf(table: string, run: RunOperation): Promise<string | EngineAnswer> {
    const known = partitionKeys.get(table);
    if (known !== undefined) return known;
    const answer = await run('DescribeTable', { TableName: table });
    if (answer.status !== 200) return answer;
    const { KeySchema } = descriptionSchema.parse(JSON.parse(answer.body)).Table;
    const name = KeySchema.find((key) => key.KeyType === 'HASH')?.AttributeName;
    if (name === undefined) throw new Error(`table ${table} has no partition key`);
    partitionKeys.set(table, name);
    return name;
  }

  return {
    async execute(body, run) {
      const input = inputSchema.safeParse(body);
      if (!input.success) return invalid('Statement is missing, or Parameters is not a list');
      const { Statement, Parameters } = input.data;
      const insert = parseInsert(Statement);
      if (!insert) {
        return invalid(
          `The sandbox supports only INSERT INTO "<table>" VALUE {'name': ?, …}, not: ${Statement}`,
        );
      }
      if (insert.names.length !== Parameters.length) {
        return invalid('Number of parameters in request and statement do not match.');
      }
      const key = await partitionKeyOf(insert.table, run);
      if (typeof key !== 'string') return key;

      const put = await run('PutItem', {
        TableName: insert.table,
        Item: Object.fromEntries(insert.names.map((name, i) => [name, Parameters[i]])),
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': key },
      });
      if (put.status === 200) return jsonAnswer(200, { Items: [] });
      if (!hasCode(put, 'ConditionalCheckFailedException')) return put;
      return dynamodbError(400, 'DuplicateItem', 'Duplicate primary key exists in table');
    },

    forget(table) {
      partitionKeys.delete(table);
    },
  };
}
