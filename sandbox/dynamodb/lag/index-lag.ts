import type { EngineAnswer } from '../engine.ts';
import { parseInsert } from '../insert-statement.ts';
import type { EngineClient, Item } from './engine-client.ts';
import { copyIndexedTables, keyOf, readItem, type TableReplica } from './index-replica.ts';

/** A write as indexes come to see it; `item` undefined: it deleted the item. Times are milliseconds since the epoch. */
type Change = { item: Item | undefined; at: number; hiddenUntil: number };

/** The writes to one item since the lag began, oldest first, and the item before them. */
type History = { key: Item; before: Item | undefined; changes: Change[]; shown: Item | undefined };

type Body = Record<string, unknown>;

/** Delays the indexes of tables, as those of DynamoDB are eventually consistent. */
export type IndexLag = {
  /** Whether the fault has a meaning for the operation: it writes to a table with indexes, or reads an index. */
  concerns(operation: string, body: unknown): boolean;
  /** Takes note of all writes from now on. Idempotent. */
  begin(): Promise<void>;
  /** Runs an operation on the table's engine. A write with a `lagMs` is not shown by any index before it has passed, nor
   *  are later writes to the same item; a read of an index with a `lagMs` shows it as it was so long ago. */
  run(call: Call): Promise<EngineAnswer>;
};

/** One operation, and how to run it on the table's engine and on that of its copy. */
type Call = {
  operation: string;
  body: unknown;
  lagMs: number;
  onTable: () => Promise<EngineAnswer>;
  onReplica: () => Promise<EngineAnswer>;
};

const asBody = (body: unknown): Body => (typeof body === 'object' && body !== null ? (body as Body) : {});

const readsIndex = (operation: string, body: unknown): boolean =>
  ['Query', 'Scan'].includes(operation) && asBody(body).IndexName !== undefined;

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'ExecuteStatement', 'BatchWriteItem']);

/** Runs works one at a time, in the order of the calls. */
function inSeries(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.catch(() => undefined).then(work);
    last = done;
    return done;
  };
}

/** The lag of the indexes on `table`; `replica` holds copies of its tables, as their indexes show them. Calls run one at a
 *  time from `begin` on. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of its functions is short.
export function indexLag(table: EngineClient, replica: EngineClient, now: () => number): IndexLag {
  let replicas: Map<string, TableReplica> | undefined;
  const histories = new Map<string, Map<string, History>>();
  const serially = inSeries();

  async function historyOf(copy: TableReplica, key: Item): Promise<History> {
    const ofTable = histories.get(copy.table) ?? new Map<string, History>();
    histories.set(copy.table, ofTable);
    const id = JSON.stringify(key);
    const known = ofTable.get(id);
    if (known) return known;
    const before = await copy.read(key);
    const made = { key, before, changes: [], shown: before };
    ofTable.set(id, made);
    return made;
  }

  async function note(copy: TableReplica, key: Item, lagMs: number): Promise<void> {
    const history = await historyOf(copy, key);
    const at = now();
    const hiddenUntil = Math.max(at + lagMs, history.changes.at(-1)?.hiddenUntil ?? 0);
    history.changes.push({ item: await readItem(table, copy.table, key), at, hiddenUntil });
  }

  const isVisible = ({ at, hiddenUntil }: Change, lagMs: number) =>
    hiddenUntil <= now() && at + lagMs <= now();

  /** Brings the copy to what an index shows after so long; false where that is what the table holds. */
  async function show(copy: TableReplica, lagMs: number): Promise<boolean> {
    let isBehind = false;
    for (const history of histories.get(copy.table)?.values() ?? []) {
      const visible = history.changes.filter((change) => isVisible(change, lagMs));
      isBehind ||= visible.length < history.changes.length;
      const last = visible.at(-1);
      const wanted = last ? last.item : history.before;
      if (wanted === history.shown) continue;
      await copy.write(history.key, wanted);
      history.shown = wanted;
    }
    return isBehind;
  }

  async function readIndex({ body, lagMs, onTable, onReplica }: Call): Promise<EngineAnswer> {
    const copy = replicas?.get(String(asBody(body).TableName));
    return copy && (await show(copy, lagMs)) ? onReplica() : onTable();
  }

  async function write({ operation, body, lagMs, onTable }: Call): Promise<EngineAnswer> {
    const answer = await onTable();
    if (answer.status !== 200) return answer;
    for (const [name, item] of itemsWritten(operation, asBody(body))) {
      const copy = replicas?.get(name);
      if (copy) await note(copy, keyOf(copy, item), lagMs);
    }
    return answer;
  }

  return {
    concerns: (operation, body) => readsIndex(operation, body) || WRITES.has(operation),

    begin: () =>
      serially(async () => {
        if (replicas) return;
        const copies = await copyIndexedTables(table, replica);
        replicas = new Map(copies.map((copy) => [copy.table, copy]));
      }),

    run(call) {
      const { operation, body } = call;
      if (replicas && readsIndex(operation, body)) return serially(() => readIndex(call));
      if (replicas && WRITES.has(operation)) return serially(() => write(call));
      return call.onTable();
    },
  };
}

/** Each table that an operation writes to, with the key of the item, or the item. */
function itemsWritten(operation: string, body: Body): [table: string, item: Item][] {
  if (operation === 'BatchWriteItem') {
    return Object.entries(asBody(body.RequestItems)).flatMap(([table, requests]) =>
      (requests as { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]).map(
        ({ PutRequest, DeleteRequest }): [string, Item] => [
          table,
          PutRequest?.Item ?? DeleteRequest?.Key ?? {},
        ],
      ),
    );
  }
  if (operation === 'ExecuteStatement') {
    const insert = parseInsert(String(body.Statement));
    const values = Array.isArray(body.Parameters) ? body.Parameters : [];
    return insert
      ? [[insert.table, Object.fromEntries(insert.names.map((name, i) => [name, values[i]]))]]
      : [];
  }
  return [[String(body.TableName), asBody(body.Item ?? body.Key)]];
}
