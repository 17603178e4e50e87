import { describe, expect, test } from '@jest/globals';
import { importedNames, type SourceFile, sourceFiles, targetOf } from '../support/arch/imports.ts';
import { functions, textOf } from '../support/arch/infrastructure.ts';

/** The folders whose exports must be of use outside tests. `bench/bare/` holds whole functions that are only bundled. */
const files = ['domain', 'adapters', 'handlers', 'cli', 'scripts', 'sandbox', 'bench']
  .flatMap((folder) => sourceFiles(folder))
  .filter(({ path }) => !path.startsWith('bench/bare/'));

/** Files that begin otherwise than by an import: a function, an npm script, the build. */
const entryFiles = new Set([
  ...Object.values(functions()).map(({ handler }) => handler.replace(/\.handler$/, '.ts')),
  ...['package.json', 'serverless.yml', 'serverless.emulator.mjs'].map(textOf).flatMap(
    // What is CommonJS loads the module of its name.
    (text) =>
      (text.match(/\b(?:adapters|cli|scripts|sandbox|bench)\/[\w/-]+\.(?:ts|cjs)\b/g) ?? []).map((path) =>
        path.replace(/\.cjs$/, '.ts'),
      ),
  ),
]);

/** Files that start as processes of their own, by a path in the code. */
const processes = [
  'bench/measure/access-process.ts',
  'bench/measure/first-answer-process.ts',
  'bench/measure/scan-account.ts',
  'bench/scripts/grants.ts',
  'sandbox/exit-with-parent.ts',
  'sandbox/gateway-as-deployed.ts',
];

/** Exports that tests alone import, each with the reason why it is not hidden in its file. */
const forTests: Record<string, string> = {
  'cli/api/login-file.ts loginFile': 'tests hold where logins are kept',
  'domain/explanation/diagnosis.ts diagnosisCodes': 'tests hold that each code has a case',
  'domain/grants/event.ts prefixOf': 'tests append each type to a stream of its own kind',
  'domain/planning/plan.ts planHash': 'tests state which inputs a plan is bound to',
  'domain/templates/acts-through.ts BORROWS': 'tests hold that each escalation path is judged',
  'scripts/guardrails/boundary.ts USED_BEHIND_OTHERS':
    'the boundary is tested against what it was written from',
  'scripts/guardrails/boundary.ts mustBeDenied': 'the boundary is tested against what it was written from',
  'scripts/guardrails/judgements.ts judgements': 'tests hold that each action is judged once',
  'scripts/guardrails/judgements.ts namesOf': 'tests hold that each action is judged once',
  'scripts/jobs/job-schema.ts BotoCall': 'the jobs tier runs these calls',
  'scripts/build/emulator/start-checks.ts testOnlyBuild':
    'a test-only bundle has it in the place of the product’s constant',
  'sandbox/aws/policy/evaluation.ts verdictOf': 'tests judge policies as the sandbox does',
  'sandbox/aws/policy/evaluation.ts coversAction': 'tests judge policies as the sandbox does',
  'sandbox/aws/policy/evaluation.ts coversResource': 'tests judge policies as the sandbox does',
  'sandbox/aws/policy/evaluation.ts conditionsHold': 'tests judge policies as the sandbox does',
  'sandbox/aws/policy/pattern.ts tokensOf': 'tests compare the matching with a second one',
  'sandbox/aws/policy/pattern.ts walk': 'tests compare the matching with a second one',
  'sandbox/infrastructure.ts boundaryPolicy': 'the jobs tier bounds its roles as the stack does',
};

const DECLARED = /^export (?:async )?(?:const|let|function\*?|class|type) (\w+)/gm;

/** The exports of some files that no other of them imports. A type counts as used where its own file uses it, because what
 *  is exported beside it speaks of it. */
function unusedExports(sources: readonly SourceFile[]): string[] {
  const taken = new Map<string, Set<string>>();
  for (const { path, imports } of sources) {
    for (const one of imports) {
      const target = targetOf(path, one) ?? '';
      taken.set(target, new Set([...(taken.get(target) ?? []), ...importedNames(one)]));
    }
  }
  return sources.flatMap(({ path, code }) => {
    const names = taken.get(path) ?? new Set();
    if (names.has('*')) return [];
    return [...code.matchAll(DECLARED)].flatMap(([declaration, name = '']) => {
      const isOwnType =
        declaration.includes(' type ') && (code.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1;
      return names.has(name) || isOwnType ? [] : [`${path} ${name}`];
    });
  });
}

describe('every export', () => {
  const unused = unusedExports(files).filter((entry) => {
    const [path = ''] = entry.split(' ');
    return !entryFiles.has(path) && !processes.includes(path);
  });

  test('is imported by the product, or is listed with the reason why tests need it', () => {
    expect(unused.filter((entry) => !(entry in forTests))).toEqual([]);
  });

  test('that is listed is still there and still imported by tests alone', () => {
    expect(Object.keys(forTests).filter((entry) => !unused.includes(entry))).toEqual([]);
    const byTests = new Set(
      sourceFiles('test').flatMap(({ path, imports }) =>
        imports.flatMap((one) => importedNames(one).map((name) => `${targetOf(path, one)} ${name}`)),
      ),
    );
    expect(Object.keys(forTests).filter((entry) => !byTests.has(entry))).toEqual([]);
  });
});

test('every file is imported by the product or begins something', () => {
  const imported = new Set(files.flatMap(({ path, imports }) => imports.map((one) => targetOf(path, one))));
  const lonely = files.filter(
    ({ path }) => !imported.has(path) && !entryFiles.has(path) && !processes.includes(path),
  );
  expect(lonely.map(({ path }) => path)).toEqual([]);
});

describe('the looking itself', () => {
  const file = (path: string, code: string, imports: SourceFile['imports'] = []): SourceFile => ({
    path,
    code,
    imports,
  });
  const importing = (...names: string[]) => file('b.ts', '', [{ from: './a.ts', names, isTypeOnly: false }]);

  test('finds what nothing imports, and not what something does, under another name or as a whole', () => {
    const a = file('a.ts', 'export const one = 1;\nexport type Two = 2;\nexport async function three() {}\n');
    expect(unusedExports([a])).toEqual(['a.ts one', 'a.ts Two', 'a.ts three']);
    expect(unusedExports([a, importing('one as first', 'type Two')])).toEqual(['a.ts three']);
    expect(unusedExports([a, importing('*')])).toEqual([]);
  });

  test('lets a type pass that its own file speaks of', () => {
    const a = file('a.ts', 'export type One = 1;\nexport const one: One = 1;\n');
    expect(unusedExports([a, importing('one')])).toEqual([]);
  });
});
