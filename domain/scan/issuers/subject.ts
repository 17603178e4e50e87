import { matches, type Pattern, runPattern, textPattern, valuePattern } from '../solving/pattern.ts';

/** Whom a part of a subject names: the tenant of a shared issuer, what a trust is for, or what runs there. */
export type Part = 'owner' | 'repository' | 'rest';

/** A part of a subject that varies. `foreign` is the value of a token that a stranger could have. */
export type Field = { field: string; part: Part; pattern: Pattern; foreign: string };

/** One form that an issuer's subjects have: fixed text and fields, in order. */
export type Template = readonly (string | Field)[];

/** Values of fields by name. */
export type FieldValues = Readonly<Record<string, string>>;

export const fieldsOf = (template: Template): Field[] => template.filter((part) => typeof part !== 'string');

/** The pattern of a template's subjects, with the values of some fields given. */
export const subjectPattern = (template: Template, given: FieldValues): Pattern =>
  template.flatMap((part) =>
    typeof part === 'string'
      ? textPattern(part)
      : given[part.field] === undefined
        ? part.pattern
        : textPattern(given[part.field] ?? ''),
  );

/** The subject that a stranger's token has, with the values of some fields given. */
export const foreignSubject = (template: Template, given: FieldValues): string =>
  template.map((part) => (typeof part === 'string' ? part : (given[part.field] ?? part.foreign))).join('');

/** For each place of `subjectPattern`, the character that a stranger's subject has there; empty within runs. */
export const subjectGuides = (template: Template, given: FieldValues): string[] =>
  template.flatMap((part) => {
    const fixed = typeof part === 'string' ? part : given[part.field];
    if (fixed !== undefined || typeof part === 'string') return [...(fixed ?? '')];
    return part.pattern.map(({ isRun }, index) => (isRun ? '' : (part.foreign[index] ?? '')));
  });

/** A subject with the values of its fields replaced. */
export const subjectOf = (template: Template, fields: FieldValues): string =>
  template.map((part) => (typeof part === 'string' ? part : (fields[part.field] ?? ''))).join('');

/** The pattern of a field's value. Names that a person chose belong to the same one in either case: a host that took
 *  `acme` gives `Acme` to no one else. */
const namePattern = ({ pattern }: Field, value: string): Pattern => {
  const isChosen = pattern.some(({ isRun }) => isRun);
  return valuePattern(value, { wildcards: false, ignoreCase: isChosen }) ?? textPattern(value);
};

/** The pattern of every subject that has the given values, whatever follows behind the last of them. */
export function subjectsWith(template: Template, given: FieldValues): Pattern {
  const last = template.findLastIndex((part) => typeof part !== 'string' && given[part.field] !== undefined);
  const behind = template[last + 1];
  const until = template.slice(0, last + (typeof behind === 'string' ? 2 : 1));
  const isWhole = until.length === template.length;
  const fixed = until.flatMap((part) => {
    const value = typeof part === 'string' ? undefined : given[part.field];
    return typeof part === 'string' || value === undefined
      ? subjectPattern([part], {})
      : namePattern(part, value);
  });
  return [...fixed, ...(isWhole ? [] : (runPattern().slice(1) as Pattern))];
}

/** The fields of a subject; undefined where it does not have the template's form. */
export function readSubject(template: Template, subject: string): FieldValues | undefined {
  return readFields(template, subject, true);
}

/** The fields that a condition's value names: those whole before its first wildcard, and the one that the wildcard cuts
 *  short, as in `repo:acme/shop*`. Undefined where its text before the
 *  first wildcard does not fit the template. */
export function pinnedFields(template: Template, value: string, wildcards: boolean): FieldValues | undefined {
  const plain = wildcards ? (/^[^*?$]*/.exec(value)?.[0] ?? '') : value;
  return readFields(template, plain, plain.length === value.length);
}

function readFields(template: Template, text: string, isWhole: boolean): FieldValues | undefined {
  const found: Record<string, string> = {};
  let rest = text;
  for (const [index, part] of template.entries()) {
    const from = { rest, isWhole };
    const taken =
      typeof part === 'string' ? takeText(part, from) : takeField(part, template[index + 1], from);
    if (!taken) return undefined;
    if (typeof part !== 'string' && taken.value !== undefined) found[part.field] = taken.value;
    if (taken.isLast) return found;
    rest = taken.rest;
  }
  return rest === '' ? found : undefined;
}

/** What is left of a text; `isWhole` where it does not go on behind its end. */
type Remainder = { rest: string; isWhole: boolean };

/** One part of a template taken from a text. `isLast` where the text ends in it and may go on. */
type Taken = { rest: string; isLast: boolean; value?: string | undefined };

function takeText(part: string, { rest, isWhole }: Remainder): Taken | undefined {
  if (rest.startsWith(part)) return { rest: rest.slice(part.length), isLast: false };
  return !isWhole && part.startsWith(rest) ? { rest: '', isLast: true } : undefined;
}

function takeField(part: Field, behind: string | Field | undefined, from: Remainder): Taken | undefined {
  const end = endOf(part, behind, from);
  if (end === undefined) {
    return from.isWhole ? undefined : { rest: '', isLast: true, value: cutShort(part, behind, from.rest) };
  }
  const value = from.rest.slice(0, end);
  return matches(part.pattern, value) ? { rest: from.rest.slice(end), isLast: false, value } : undefined;
}

/** Where a field's value ends: behind its fixed length, else before the text that follows it. Undefined where the text does
 *  not say, because more may follow. */
function endOf(
  { pattern }: Field,
  behind: string | Field | undefined,
  { rest, isWhole }: Remainder,
): number | undefined {
  const isFixed = !pattern.some(({ isRun }) => isRun);
  if (isFixed && rest.length >= pattern.length) return pattern.length;
  const end = typeof behind === 'string' ? rest.indexOf(behind) : isWhole ? rest.length : -1;
  return end < 0 ? undefined : end;
}

/** The value of a field whose text ends within it, or within the text that follows it. */
function cutShort({ pattern }: Field, behind: string | Field | undefined, rest: string): string | undefined {
  const following = typeof behind === 'string' ? behind : '';
  for (let length = rest.length; length > 0; length -= 1) {
    const value = rest.slice(0, length);
    if (following.startsWith(rest.slice(length)) && matches(pattern, value)) return value;
  }
  return undefined;
}
