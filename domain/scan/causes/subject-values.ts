import { foreignSubject, pinnedFields, subjectGuides, subjectPattern } from '../issuers/subject.ts';
import { comparesWith, namesIn, namesRepository } from '../reach/pins.ts';
import type { ReachQuestion } from '../reach/reach.ts';
import type { Condition } from '../solving/operators.ts';
import { valuePattern } from '../solving/pattern.ts';
import { findWord } from '../solving/word-search.ts';
import type { Cause } from './cause.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What is wrong with the values that a `sub` is compared with; empty where each names what it is for. */
export const judgeSubjectValues = (condition: Condition, question: ReachQuestion): Cause[] =>
  namesIn(condition, question.model).flatMap((value) => judgeSubjectValue(value, condition, question));

function judgeSubjectValue(value: string, condition: Condition, question: ReachQuestion): Cause[] {
  const wildcards = comparesWith(condition.operator)?.wildcards ?? false;
  if (!wildcards && /[*?]/.test(value)) {
    return [
      {
        code: 'LITERAL_WILDCARD',
        effect: 'closes',
        summary: `compares sub with ${value} by ${condition.operator}, which takes * and ? as plain characters`,
      },
    ];
  }
  const { model } = question;
  if (!fitsSomeToken(value, wildcards, question)) return neverMatching(value, question);
  const isExact = !wildcards || !/[*?]/.test(value);
  if (model.kind === 'bitbucket' && isExact) {
    return [
      {
        code: 'STEP_PINNED',
        effect: 'closes',
        summary: `names one step in ${value}: its UUID changes with every run, so that the role opens once at most`,
      },
    ];
  }
  const isNamed = model.templates.some((template) => namesRepository(template, { value, wildcards }));
  if (isNamed) return [];
  return [
    {
      code: 'WILDCARD_BEFORE_REPOSITORY',
      effect: 'opens',
      summary: `compares sub with ${value}, in which a wildcard comes before the end of the ${model.nouns.repository}`,
    },
  ];
}

/** Whether a token of the issuer's forms can have such a subject. */
export function fitsSomeToken(value: string, wildcards: boolean, { model, pins }: ReachQuestion): boolean {
  const pattern = valuePattern(value, { wildcards, ignoreCase: false });
  if (!pattern) return true;
  return model.templates.some((template) => {
    const isImpossible = pins.impossible.some((fields) =>
      Object.entries(fields).every(
        ([name, text]) => pinnedFields(template, value, wildcards)?.[name] === text,
      ),
    );
    if (isImpossible) return false;
    const shape = {
      shape: subjectPattern(template, {}),
      preferred: foreignSubject(template, pinnedFields(template, value, wildcards) ?? {}),
      guides: subjectGuides(template, {}),
    };
    return findWord(shape, { anyOf: [[pattern]], noneOf: [] }).kind !== 'none';
  });
}

function neverMatching(value: string, { model }: ReachQuestion): Cause[] {
  // Another form may be one that the customer chose: that is said as not judged.
  if (model.canCustomise) return [];
  if (model.kind !== 'bitbucket') {
    return [
      {
        code: 'NEVER_MATCHES',
        effect: 'closes',
        summary: `compares sub with ${value}, a shape that no token of ${model.name} has`,
      },
    ];
  }
  const [first = ''] = value.split(':');
  const bare = first.replaceAll(/[{}]/g, '');
  if (!UUID.test(bare)) {
    return [
      {
        code: 'NAME_FOR_UUID',
        effect: 'closes',
        summary: `compares sub with ${value}: Bitbucket puts UUIDs in braces there, never names`,
      },
    ];
  }
  return [
    {
      code: 'NEVER_MATCHES',
      effect: 'closes',
      summary: `compares sub with ${value}: ${reason(first, bare)}`,
    },
  ];
}

function reason(first: string, bare: string): string {
  if (first === bare) return 'the UUID lacks its braces';
  if (bare !== bare.toLowerCase())
    return 'Bitbucket writes UUIDs in lower case, and IAM compares case-sensitively';
  return 'no token has that shape; it is {repository}:* or {repository}:{environment}:*';
}
