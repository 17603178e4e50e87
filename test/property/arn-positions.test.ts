import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { patternsOverlap } from '../../domain/shared/patterns.ts';
import {
  type ParameterTypeName,
  parameterError,
  parameterTypeNames,
  parameterTypes,
} from '../../domain/templates/parameters/parameter-types.ts';
import { fillPlaceholders } from '../../domain/templates/placeholder.ts';
import { runs } from '../support/domain/arbitraries.ts';
import { templateOf } from '../support/domain/samples.ts';

/** Texts that come near what the types admit, and what an attacker would try. */
const values = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('a', 'E', '1', '-', '*', '?', '$', '{', '}', '/', ':', '"', '\n', '.'),
    maxLength: 12,
  }),
  fc.string({ unit: fc.constantFrom('a', '/', '.', '-'), minLength: 1, maxLength: 10 }),
  fc.stringMatching(/^[a-z0-9-]{3,20}$/),
  fc.stringMatching(/^E[A-Z0-9]{7,12}$/),
  fc.uuid(),
);
const admitted = fc
  .tuple(fc.constantFrom(...parameterTypeNames), values)
  .filter(([type, value]) => parameterError(type, value) === undefined);

/** Every place in which a type may stand, as the text of a resource and what may follow there. */
const textsOf = (type: ParameterTypeName): string[] =>
  parameterTypes[type].positions
    .filter((place) => place !== 'region')
    .flatMap((place) => {
      const [service, ...resource] = place.split(':');
      const text = `arn:aws:${service}:eu-central-1:111122223333:${resource.join(':')}`
        .replaceAll('<>', 'named')
        .replace('@', '{{value}}');
      return place.endsWith('??????') ? [text] : [text, `${text}/*`];
    });

const wildcardsOf = (text: string) => text.replace(/[^*?$]/g, '');

test('no value that a type admits holds a wildcard, a variable, or what ends its segment', () => {
  fc.assert(
    fc.property(admitted, ([, value]) => {
      expect(value).toMatch(/^[A-Za-z0-9._/-]+$/);
      for (const segment of value.split('/')) expect(segment).toMatch(/^[A-Za-z0-9_-]/);
    }),
    runs(60),
  );
});

test('no value leaves the segment of the ARN that its type names, in any place where it may stand', () => {
  fc.assert(
    fc.property(admitted, ([type, value]) => {
      const takesSlashes = parameterError(type, `${parameterTypes[type].example}/x`) === undefined;
      for (const text of textsOf(type)) {
        const [filled = ''] = fillPlaceholders(text, new Map([['value', value]]));
        expect(wildcardsOf(filled)).toBe(wildcardsOf(text));
        expect(filled.split(':')).toHaveLength(text.split(':').length);
        if (!takesSlashes) expect(filled.split('/')).toHaveLength(text.split('/').length);
        expect(filled).toBe(text.replace('{{value}}', () => value));
      }
    }),
    runs(60),
  );
});

test('two values of one type reach nothing in common, but what lies below the one', () => {
  const pairs = fc
    .tuple(fc.constantFrom(...parameterTypeNames), values, values)
    .filter(
      ([type, a, b]) =>
        a !== b && parameterError(type, a) === undefined && parameterError(type, b) === undefined,
    );
  fc.assert(
    fc.property(pairs, ([type, a, b]) => {
      const isBelow = [
        [a, b],
        [b, a],
      ].some(([x, y]) => x?.startsWith(`${y}/`) || x?.startsWith(`${y}-`));
      for (const text of textsOf(type)) {
        const [one = ''] = fillPlaceholders(text, new Map([['value', a]]));
        const [other = ''] = fillPlaceholders(text, new Map([['value', b]]));
        if (!isBelow) expect(patternsOverlap(one, other)).toBe(false);
      }
    }),
    runs(40),
  );
});

test('every type may stand where it says, and a template with it there is sound', () => {
  for (const type of parameterTypeNames) {
    for (const resource of textsOf(type)) {
      const template = templateOf({
        name: 'placed',
        ...{
          description: 'x',
          parameters: { value: { type, description: 'x' } },
          statements: [{ sid: 'A', actions: ['s3:GetObject'], resources: [resource] }],
        },
      });
      expect(template.name).toBe('placed');
    }
  }
});

const globs = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });

test('two patterns overlap exactly when some text matches both', () => {
  const texts = [''];
  for (let at = 0; at < texts.length; at += 1) {
    const text = texts[at] ?? '';
    if (text.length < 7) texts.push(`${text}a`, `${text}b`);
  }
  const expression = (glob: string) => new RegExp(`^${glob.replaceAll('?', '.').replaceAll('*', '.*')}$`);
  fc.assert(
    fc.property(globs, globs, (left, right) => {
      const [a, b] = [expression(left), expression(right)];
      // The shortest common text is no longer than both patterns without their stars.
      const isShort = `${left}${right}`.replaceAll('*', '').length <= 7;
      const found = texts.some((text) => a.test(text) && b.test(text));
      if (isShort) expect([left, right, patternsOverlap(left, right)]).toEqual([left, right, found]);
      expect(patternsOverlap(left, right)).toBe(patternsOverlap(right, left));
    }),
    runs(200),
  );
});
