import { describe, expect, test } from '@jest/globals';
import { mutantsOf, withLoopLimit, withMutant } from './mutants.ts';
import { type Outcome, problemsOf, reportOf, scoreOf } from './report.ts';

/** The texts that the mutants of a source are. */
const mutated = (source: string) => mutantsOf(source).map((mutant) => withMutant(source, mutant));

describe('the mutants', () => {
  test.each<[string, string, string[]]>([
    ['negate a condition', 'if (a) b();', ['if (!(a)) b();']],
    ['drop a guard', 'for (;;) { if (a) continue; }', ['for (;;) { if (!(a)) continue; }', 'for (;;) { ; }']],
    ['leave an `if` with an `else` where it is', 'if (a) b(); else c();', ['if (!(a)) b(); else c();']],
    ['negate a choice', 'x = a ? b : c;', ['x = !(a) ? b : c;']],
    ['remove a negation', 'x = !a;', ['x = a;']],
    ['flip an equality', 'x = a === b;', ['x = a !== b;']],
    ['flip a comparison, and move its border', 'x = a < b;', ['x = a <= b;', 'x = a >= b;']],
    ['flip `and`', 'x = a && b;', ['x = ((a) || (b));']],
    ['flip `or`', 'x = a || (b && c);', ['x = ((a) && ((b && c)));', 'x = a || (((b) || (c)));']],
    ['drop a default', 'x = a ?? b;', ['x = a;']],
    ['keep brackets', 'x = (a ?? b) ?? (c);', ['x = (a ?? b);', 'x = (a) ?? (c);']],
    ['remove each anchor', 'x = /^a\\$[^$]$/;', ['x = /a\\$[^$]$/;', 'x = /^a\\$[^$]/;']],
    ['exchange some and every', 'x = a.some(f);', ['x = a.every(f);']],
    ['drop a case', 'switch (a) { case 1: b(); }', ['switch (a) { case Symbol(): b(); }']],
    ['leave types alone', 'type A = B extends C ? D : E; const x = a as A | undefined;', []],
  ])('%s', (_, source, expected) => {
    expect(mutated(source)).toEqual(expected);
  });

  test('end an endless loop', () => {
    const run = new Function(withLoopLimit('for (;;) ;', 10));
    expect(run).toThrow('endless');
  });
});

const outcome = (over: Partial<Outcome> = {}): Outcome => ({
  file: 'a.ts',
  mutator: 'flipped operator',
  line: 1,
  text: 'a < b',
  before: '<',
  after: '<=',
  ...over,
});
const listed = { file: 'a.ts', text: 'a < b', before: '<', after: '<=', reason: 'They are never equal.' };
const killed = outcome({ killer: 'a test', after: '>=' });

describe('a run', () => {
  test('counts what is killed, equivalent mutants aside', () => {
    expect(scoreOf([killed, outcome()], [])).toBe(50);
    expect(scoreOf([killed, outcome()], [listed])).toBe(100);
    expect(scoreOf([], [])).toBe(100);
  });

  test('fails below the goal, and with a list that is out of date', () => {
    expect(problemsOf([killed, outcome()], [])).toEqual(['50.0 % killed; the goal is 95 %']);
    expect(problemsOf([killed, outcome()], [listed])).toEqual([]);
    expect(problemsOf([outcome({ killer: 'a test' })], [listed])).toEqual([
      expect.stringContaining('and killed'),
    ]);
    expect(problemsOf([killed], [listed])).toEqual([expect.stringContaining('no longer a mutant')]);
  });

  test('names each survivor and each equivalent mutant with its reason', () => {
    const other = outcome({ text: 'c < d', line: 7 });
    const page = reportOf([killed, outcome(), other], [listed]);
    expect(page).toContain('`a.ts:7` flipped operator: `<` became `<=`');
    expect(page).toContain('They are never equal.');
    expect(page).toContain('| `a.ts` | 3 | 1 | 1 | 1 |');
  });
});
