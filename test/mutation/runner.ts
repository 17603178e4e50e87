import { expect } from 'expect';

/** Stands for `@jest/globals` while mutants run: the same tests, one after the other in one process, until the first fails.
 *  Titles of tables are not filled in. */

type Work = (...row: never[]) => unknown;
type Scope = { parent?: Scope; before: Work[]; after: Work[]; once: Work[] };

const tests: { title: string; scope: Scope; work: () => unknown }[] = [];
let scope: Scope = { before: [], after: [], once: [] };
const started = new Set<Scope>();

/** The arguments of each row, as in Jest: a row is spread only where every row is a list. */
const rowsOf = (table: readonly unknown[]): never[][] =>
  (table.every(Array.isArray) ? table : table.map((row) => [row])) as never[][];

function add(title: string, work: Work): void {
  tests.push({ title, scope, work: work as () => unknown });
}

function within(work: Work, row: never[] = []): void {
  const outer = scope;
  scope = { parent: outer, before: [], after: [], once: [] };
  work(...row);
  scope = outer;
}

const test = Object.assign((title: string, work: Work) => add(title, work), {
  each:
    (table: readonly unknown[]) =>
    (title: string, work: Work): void => {
      for (const row of rowsOf(table)) add(title, () => work(...row));
    },
});
const describe = Object.assign((_title: string, work: Work) => within(work), {
  each:
    (table: readonly unknown[]) =>
    (_title: string, work: Work): void => {
      for (const row of rowsOf(table)) within(work, row);
    },
});
const beforeEach = (work: Work): unknown => scope.before.push(work);
const afterEach = (work: Work): unknown => scope.after.push(work);
const beforeAll = (work: Work): unknown => scope.once.push(work);

const chainOf = (inner: Scope): Scope[] => (inner.parent ? [...chainOf(inner.parent), inner] : [inner]);

/** Runs what was collected; answers how many tests ran, and the failure that ended the run. */
export async function run(): Promise<{ ran: number; failure?: string }> {
  for (const [n, one] of tests.entries()) {
    try {
      const scopes = chainOf(one.scope);
      for (const outer of scopes) {
        if (!started.has(outer)) for (const work of outer.once) await work();
        started.add(outer);
      }
      for (const outer of scopes) for (const work of outer.before) await work();
      await one.work();
      for (const outer of scopes) for (const work of outer.after) await work();
    } catch (error) {
      return { ran: n + 1, failure: `${one.title}: ${String(error).slice(0, 200)}` };
    }
  }
  return { ran: tests.length };
}

export { afterEach, beforeAll, beforeEach, describe, expect, test };
