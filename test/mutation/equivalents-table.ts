/** Mutants that change nothing which a caller could see, and why. `text` is the line of the source, trimmed. */
export const equivalents: readonly {
  file: string;
  text: string;
  before: string;
  after: string;
  reason: string;
}[] = [
  {
    file: 'domain/trust/check.ts',
    text: "const nearTo = (uuid: string): string => uuid.replace(/[0-9a-f]\\}$/, (end) => (end === '0}' ? '1}' : '0}'));",
    before: '/[0-9a-f]\\}$/',
    after: '/[0-9a-f]\\}/',
    reason: 'A UUID has one closing brace, its last character.',
  },
  {
    file: 'domain/trust/check.ts',
    text: 'return document.Statement.length === 1 && document.Statement.every(isObject)',
    before: 'every',
    after: 'some',
    reason: 'The list has one element.',
  },
  {
    file: 'domain/access/ownership.ts',
    text: '(pattern) => /^[^*]+\\*$/.test(pattern) && `${value}-`.startsWith(pattern.slice(0, -1)),',
    before: '/^[^*]+\\*$/',
    after: '/[^*]+\\*$/',
    reason: 'What is left of such a pattern holds a star, and no name does.',
  },
  {
    file: 'domain/access/ownership.ts',
    text: '(pattern) => /^[^*]+\\*$/.test(pattern) && `${value}-`.startsWith(pattern.slice(0, -1)),',
    before: '/^[^*]+\\*$/',
    after: '/^[^*]+\\*/',
    reason: 'What is left of such a pattern holds a star, and no name does.',
  },
  {
    file: 'domain/planning/plan.ts',
    text: 'if (live === undefined) return -1;',
    before: 'if (live === undefined) return -1;',
    after: ';',
    reason: 'No text compares as later than undefined, so the answer is the same; the types need the guard.',
  },
  {
    file: 'domain/planning/plan.ts',
    text: 'return asked > live ? 1 : -1;',
    before: '>',
    after: '>=',
    reason: 'Equal ends have returned before.',
  },
  {
    file: 'domain/policy/difference.ts',
    text: 'return [...open].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, permission]) => permission);',
    before: '<',
    after: '<=',
    reason: 'The keys of a map are distinct.',
  },
  {
    file: 'domain/guardrails/judge-action.ts',
    text: "const serviceOf = (action: string): string => lower(action.split(':')[0] ?? '');",
    before: "action.split(':')[0] ?? ''",
    after: "action.split(':')[0]",
    reason: 'What is split has a first part; the types need the default.',
  },
  {
    file: 'domain/guardrails/resource-scope.ts',
    text: "return b.every((field, index) => patternsOverlap(a[index] ?? '', field));",
    before: "a[index] ?? ''",
    after: 'a[index]',
    reason: 'Both have six fields here; the types need the default.',
  },
  {
    file: 'domain/guardrails/resource-scope.ts',
    text: "return fields.length < 6 ? fields : [...fields.slice(0, 5), fields.slice(5).join(':')];",
    before: '<',
    after: '<=',
    reason: 'Of six fields, the last is all the rest already.',
  },
  {
    file: 'domain/guardrails/scope/exact-scope.ts',
    text: 'if (!TAGS_AT_CREATION.some((action) => mayUse(action, statement))) return [];',
    before: 'some',
    after: 'every',
    reason: 'The list has one element.',
  },
  {
    file: 'domain/grants/evolve/checkpoint.ts',
    text: "checkpoint ? { seq: checkpoint.seq, prevHash: events[0]?.prevHash ?? '' } : STREAM_START,",
    before: "events[0]?.prevHash ?? ''",
    after: 'events[0]?.prevHash',
    reason: 'Without events, nothing is compared with it; the types need the default.',
  },
  {
    file: 'domain/guardrails/scope/key-use.ts',
    text: 'const services = equals.length === 1 ? [equals[0]?.[1] ?? []].flat() : [];',
    before: 'equals[0]?.[1] ?? []',
    after: 'equals[0]?.[1]',
    reason: 'A list of one has a first element; the types need the default.',
  },
];
