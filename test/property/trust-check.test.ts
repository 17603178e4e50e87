import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runs, uuids } from '../support/domain/arbitraries.ts';
import { judge, type Presented } from '../support/domain/oracle.ts';
import { check, grants, isOwn, render, steps, type TrustedGrant, tokenOf } from '../support/domain/tokens.ts';

type Document = { Version: unknown; Statement: Record<string, unknown>[] };
type Mutation = (document: Document, at: number, text: string) => unknown;

const condition = (document: Document) =>
  (document.Statement[0]?.Condition ?? {}) as Record<string, Record<string, unknown>>;
const rename =
  (from: string, to: string): Mutation =>
  (document) => {
    const all = condition(document);
    if (all[from]) all[to] = all[from];
    if (from !== to) delete all[from];
  };
/** Changes the pattern of a condition key, at a place that the run chooses. */
const inPattern =
  (key: 'aud' | 'sub', change: (pattern: string, at: number, text: string) => unknown): Mutation =>
  (document, at, text) => {
    for (const block of Object.values(condition(document))) {
      for (const [name, pattern] of Object.entries(block)) {
        if (name.endsWith(`:${key}`) && typeof pattern === 'string') {
          block[name] = change(pattern, at % (pattern.length + 1), text);
        }
      }
    }
  };
const put = (sign: string) => (pattern: string, at: number) =>
  pattern.slice(0, at) + sign + pattern.slice(at + 1);
const cutAt = (pattern: string, at: number) => `${pattern.slice(0, at)}*`;

const mutations: Mutation[] = [
  inPattern('sub', put('?')),
  inPattern('sub', put('*')),
  inPattern('sub', cutAt),
  inPattern('sub', (pattern, at, text) => pattern.slice(0, at) + text + pattern.slice(at)),
  inPattern('sub', (pattern, at) => pattern.slice(at)),
  inPattern('sub', (pattern) => `*${pattern}`),
  inPattern('sub', (pattern, _, text) => [pattern, text]),
  inPattern('aud', put('?')),
  inPattern('aud', cutAt),
  inPattern('aud', (pattern, _, text) => [text, pattern]),
  rename('StringEquals', 'StringLike'),
  rename('StringLike', 'StringEquals'),
  rename('StringEquals', 'StringNotEquals'),
  rename('StringEquals', 'StringEqualsIfExists'),
  rename('StringLike', 'StringLikeIfExists'),
  rename('StringLike', 'ForAnyValue:StringLike'),
  rename('StringLike', 'ForAllValues:StringLike'),
  rename('StringLike', 'StringNotLike'),
  (document) => Reflect.deleteProperty(condition(document), 'StringEquals'),
  (document) => Reflect.deleteProperty(condition(document), 'StringLike'),
  (document) => document.Statement.push(structuredClone(document.Statement[0] ?? {})),
  (document) => document.Statement.unshift({ ...document.Statement[0], Condition: {} }),
  (document) => document.Statement.push({ ...document.Statement[0], Effect: 'Deny' }),
  (document) => Object.assign(document.Statement[0] ?? {}, { Effect: 'Deny' }),
  (document) => Object.assign(document.Statement[0] ?? {}, { Principal: '*' }),
  (document) => Object.assign(document.Statement[0] ?? {}, { Principal: { AWS: '*' } }),
  (document) => Object.assign(document.Statement[0] ?? {}, { Action: 'sts:*' }),
  (document) => Object.assign(document.Statement[0] ?? {}, { Action: ['sts:AssumeRole'] }),
  (document, _, text) => Object.assign(document.Statement[0] ?? {}, { Sid: text }),
];
const mutated = fc.array(
  fc.tuple(
    fc.constantFrom(...mutations),
    fc.nat({ max: 200 }),
    fc.oneof(uuids, fc.constantFrom('*', ':', '', 'x')),
  ),
  { maxLength: 3 },
);

/** Tokens that a document may admit though they are not the grant's: its own patterns with the wildcards filled in. */
function bait(text: string, g: TrustedGrant, filling: string): Presented[] {
  const filled = [...text.matchAll(/"([^"]*)"/g)].map(([, part = '']) =>
    part.replaceAll('*', filling).replaceAll('?', filling.slice(0, 1) || '0'),
  );
  const own = tokenOf(g, filling);
  return filled.flatMap((part) => [
    { ...own, sub: part },
    { ...own, aud: part },
    { ...own, sub: `${part}${filling}` },
  ]);
}

test('the checker is never laxer than a naive reading of IAM, on documents of any fault', () => {
  let leaks = 0;
  let passed = 0;
  fc.assert(
    fc.property(
      grants,
      mutated,
      grants,
      steps,
      fc.constantFrom('0', '{', 'abc', ':x', ''),
      (g, changes, other, step, filling) => {
        const document: Document = JSON.parse(render(g));
        for (const [mutate, at, text] of changes) mutate(document, at, text);
        const text = JSON.stringify(document);
        const own = [tokenOf(g, step), tokenOf(g, '{759de0c6-eaee-4eaa-b7a6-c507eec759a7}')];
        const others = [
          tokenOf(other, step),
          { ...tokenOf(g, step), sub: tokenOf(other, step).sub },
          ...bait(text, g, filling),
        ];
        const isRight =
          own.every((token) => judge(text, token) === 'admitted') &&
          others.every((token) => isOwn(g, token) || judge(text, token) === 'refused');
        const isPassed = check(text, g).length === 0;
        if (others.some((token) => !isOwn(g, token) && judge(text, token) === 'admitted')) leaks += 1;
        if (isPassed) passed += 1;
        expect(isPassed && !isRight).toBe(false);
      },
    ),
    runs(600),
  );
  // The runs are worth something only if many documents leak and some stay right.
  expect(leaks).toBeGreaterThan(30);
  expect(passed).toBeGreaterThan(3);
});
