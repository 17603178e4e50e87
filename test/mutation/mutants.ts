import { type ParserOptions, parse } from '@babel/parser';

/** One change of a source text: `before` at `start` becomes `after`. */
export type Mutant = {
  mutator: string;
  line: number;
  start: number;
  end: number;
  before: string;
  after: string;
};

type Node = { type: string; start: number; end: number; loc: { start: { line: number } } } & Record<
  string,
  unknown
>;

const OPTIONS: ParserOptions = {
  sourceType: 'module',
  plugins: ['typescript'],
  createParenthesizedExpressions: false,
};

const COMPARISONS: Record<string, string[]> = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
};
const LOGICAL: Record<string, string> = { '&&': '||', '||': '&&' };
const SWAPPED: Record<string, string> = { some: 'every', every: 'some' };

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** Type expressions hold no code; these three hold an expression beside a type. */
const WITH_EXPRESSION = ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'];

/** Every node of the code, types left out, parents first. */
function* nodesOf(node: Node): Generator<Node> {
  if (node.type.startsWith('TS') && !WITH_EXPRESSION.includes(node.type)) return;
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child);
  }
}

const rootOf = (source: string): Node => parse(source, OPTIONS).program as unknown as Node;

/** Every mutant of a source text: each condition negated, each operator flipped, each guard dropped, each anchor of a regular
 *  expression removed, `some` and `every` exchanged, each case of a switch dropped. */
export function mutantsOf(source: string): Mutant[] {
  const found: Mutant[] = [];
  for (const node of nodesOf(rootOf(source))) {
    const add = (mutator: string, range: { start: number; end: number }, after: string) => {
      const { start, end } = range;
      const line = source.slice(0, start).split('\n').length;
      found.push({ mutator, line, start, end, before: source.slice(start, end), after });
    };
    negateCondition(node, source, add);
    flipOperator(node, source, add);
    dropGuard(node, add);
    dropAnchors(node, source, add);
    swapQuantifier(node, add);
    dropCase(node, add);
  }
  return found;
}

type Add = (mutator: string, range: { start: number; end: number }, after: string) => void;

const CONDITIONAL = [
  'IfStatement',
  'ConditionalExpression',
  'WhileStatement',
  'DoWhileStatement',
  'ForStatement',
];

function negateCondition(node: Node, source: string, add: Add): void {
  const { test } = node;
  if (CONDITIONAL.includes(node.type) && isNode(test)) {
    add('negated condition', test, `!(${source.slice(test.start, test.end)})`);
  }
  if (node.type === 'UnaryExpression' && node.operator === '!' && isNode(node.argument)) {
    add('negation removed', node, source.slice(node.argument.start, node.argument.end));
  }
}

function flipOperator(node: Node, source: string, add: Add): void {
  const { left, right, operator } = node;
  if (!isNode(left) || !isNode(right) || typeof operator !== 'string') return;
  const between = { start: left.end, end: right.start };
  const text = source.slice(between.start, between.end);
  const at = text.indexOf(operator);
  const range = { start: between.start + at, end: between.start + at + operator.length };
  if (node.type === 'BinaryExpression') {
    for (const other of COMPARISONS[operator] ?? []) add('flipped operator', range, other);
    if (operator === 'in' || operator === 'instanceof') {
      add('flipped operator', node, `!(${source.slice(node.start, node.end)})`);
    }
  }
  if (node.type !== 'LogicalExpression') return;
  const other = LOGICAL[operator];
  // The operands by the whole expression's ends: their own leave out brackets around them.
  const before = source.slice(node.start, range.start).trimEnd();
  const after = source.slice(range.end, node.end).trimStart();
  add(
    other ? 'flipped operator' : 'default dropped',
    node,
    other ? `((${before}) ${other} (${after}))` : before,
  );
}

const LEAVES = ['ReturnStatement', 'ThrowStatement', 'ContinueStatement', 'BreakStatement'];

function dropGuard(node: Node, add: Add): void {
  const { consequent, alternate } = node;
  if (node.type !== 'IfStatement' || !isNode(consequent) || isNode(alternate)) return;
  const body = consequent.type === 'BlockStatement' ? (consequent.body as Node[]) : [consequent];
  const last = body.at(-1);
  if (last && LEAVES.includes(last.type)) add('dropped guard', node, ';');
}

/** Positions of `^` and `$` in a pattern that are anchors: neither escaped nor in a class. */
function anchorsIn(pattern: string): number[] {
  const found: number[] = [];
  let isInClass = false;
  for (let n = 0; n < pattern.length; n += 1) {
    const one = pattern[n];
    if (one === '\\') n += 1;
    else if (one === '[') isInClass = true;
    else if (one === ']') isInClass = false;
    else if (!isInClass && (one === '^' || one === '$')) found.push(n);
  }
  return found;
}

function dropAnchors(node: Node, source: string, add: Add): void {
  if (node.type !== 'RegExpLiteral') return;
  const text = source.slice(node.start, node.end);
  for (const at of anchorsIn(String(node.pattern))) {
    add('anchor removed', node, text.slice(0, at + 1) + text.slice(at + 2));
  }
}

function swapQuantifier(node: Node, add: Add): void {
  const { callee } = node;
  if (node.type !== 'CallExpression' && node.type !== 'OptionalCallExpression') return;
  if (!isNode(callee) || !isNode(callee.property)) return;
  const other = SWAPPED[String(callee.property.name)];
  if (other) add('some and every exchanged', callee.property, other);
}

function dropCase({ type, test }: Node, add: Add): void {
  if (type === 'SwitchCase' && isNode(test)) add('dropped case', test, 'Symbol()');
}

/** The source with one mutant in it. */
export const withMutant = (source: string, { start, end, after }: Mutant): string =>
  source.slice(0, start) + after + source.slice(end);

const LOOPS = ['ForStatement', 'ForOfStatement', 'ForInStatement', 'WhileStatement', 'DoWhileStatement'];

/** The source with a counter in every loop, which throws after that many rounds in all: an endless mutant counts as killed. */
export function withLoopLimit(source: string, mostRounds: number): string {
  const limit = `if ((globalThis.rounds = (globalThis.rounds ?? 0) + 1) > ${mostRounds}) throw new Error('endless');`;
  const insertions: [number, string][] = [];
  for (const node of nodesOf(rootOf(source))) {
    const { body } = node;
    if (!LOOPS.includes(node.type) || !isNode(body)) continue;
    if (body.type === 'BlockStatement') insertions.push([body.start + 1, limit]);
    else insertions.push([body.start, `{ ${limit} `], [body.end, ' }']);
  }
  return insertions
    .sort(([a], [b]) => b - a)
    .reduce((text, [at, inserted]) => text.slice(0, at) + inserted + text.slice(at), source);
}
