/** The one PartiQL statement that the sandbox supports, parsed: `names` in the order of the parameters. */
export type InsertStatement = { table: string; names: string[] };

const STATEMENT = /^\s*INSERT\s+INTO\s+"([A-Za-z0-9_.-]{3,255})"\s+VALUE\s+\{(.*)\}\s*$/is;
const FIELD = /^\s*'((?:[^']|'')+)'\s*:\s*\?\s*$/;

/** Parses `INSERT INTO "<table>" VALUE {'name': ?, 'name2': ?, …}`; undefined for every other statement.
 *  A name holds no comma, appears once, and doubles its single quotes, as in PartiQL. */
export function parseInsert(statement: string): InsertStatement | undefined {
  const [, table, fields] = STATEMENT.exec(statement) ?? [];
  if (table === undefined || fields === undefined) return undefined;
  const names: string[] = [];
  for (const field of fields.split(',')) {
    const name = FIELD.exec(field)?.[1]?.replaceAll("''", "'");
    if (name === undefined || names.includes(name)) return undefined;
    names.push(name);
  }
  return { table, names };
}
