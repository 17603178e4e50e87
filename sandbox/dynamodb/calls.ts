import { parseInsert } from './insert-statement.ts';

/** One operation that reached the endpoint; `at` is ISO 8601 UTC. */
export type DynamodbCall = { at: string; operation: string; table?: string };

const MAX_CALLS = 10_000;

/** The table that a request body names, in `TableName` or in its statement. */
export function tableOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  if ('TableName' in body && typeof body.TableName === 'string') return body.TableName;
  if ('Statement' in body && typeof body.Statement === 'string') return parseInsert(body.Statement)?.table;
  return undefined;
}

/** The calls since the start or the last `clear`, oldest first; beyond 10 000 the oldest are dropped. */
export function callLog() {
  let items: DynamodbCall[] = [];
  return {
    record(operation: string, table: string | undefined): void {
      items.push({ at: new Date().toISOString(), operation, ...(table === undefined ? {} : { table }) });
      if (items.length > MAX_CALLS) items.shift();
    },
    items: (): DynamodbCall[] => items,
    clear(): void {
      items = [];
    },
  };
}
