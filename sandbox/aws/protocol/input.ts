import type { Tag } from '../state.ts';
import { validationError } from './error.ts';
import type { Parameters, Tree } from './query-protocol.ts';

/** What a text parameter must look like. `shown` is the pattern as AWS prints it. */
export type TextRule = { min?: number; max?: number; pattern?: RegExp; shown?: string };
export type NumberRule = { min: number; max: number };

/** Reads one call's parameters and collects every violation, as AWS reports them: all in one ValidationError. */
export type Input = {
  /** A required text; '' when it is missing, which `check` reports. */
  text(name: string, rule?: TextRule): string;
  optionalText(name: string, rule?: TextRule): string | undefined;
  optionalNumber(name: string, rule: NumberRule): number | undefined;
  texts(name: string, rule: TextRule, most?: number): string[];
  requiredTexts(name: string, rule: TextRule, most?: number): string[];
  /** The one field of each object of a list, such as the `arn` of `PolicyArns`. */
  fields(name: string, wanted: { field: string; rule: TextRule; most?: number }): string[];
  tags(name?: string): Tag[];
  requiredTags(): Tag[];
  /** Throws ValidationError when anything read so far was wrong. */
  check(): void;
};

const TAG_ALPHABET = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]';
export const TAG_KEY: TextRule = {
  min: 1,
  max: 128,
  pattern: new RegExp(`^${TAG_ALPHABET}+$`, 'u'),
  shown: `${TAG_ALPHABET}+`,
};
const TAG_VALUE: TextRule = {
  max: 256,
  pattern: new RegExp(`^${TAG_ALPHABET}*$`, 'u'),
  shown: `${TAG_ALPHABET}*`,
};

export const MAX_TAGS = 50;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each of the readers is short.
export function readInput(parameters: Parameters): Input {
  const violations: string[] = [];
  const violation = (value: string | undefined, member: string, constraint: string) =>
    violations.push(
      `Value ${value === undefined ? 'null' : `'${value}'`} at '${member}' failed to satisfy constraint: ${constraint}`,
    );

  function checked(value: Tree | undefined, member: string, rule: TextRule): string | undefined {
    if (typeof value !== 'string') return undefined;
    const { min = 0, max = Number.POSITIVE_INFINITY, pattern, shown } = rule;
    if (value.length < min) {
      violation(value, member, `Member must have length greater than or equal to ${min}`);
    }
    if (value.length > max) violation(value, member, `Member must have length less than or equal to ${max}`);
    if (pattern && !pattern.test(value)) {
      violation(value, member, `Member must satisfy regular expression pattern: ${shown ?? pattern.source}`);
    }
    return value;
  }

  function required(value: Tree | undefined, member: string, rule: TextRule): string {
    const text = checked(value, member, rule);
    if (text === undefined) violation(undefined, member, 'Member must not be null');
    return text ?? '';
  }

  function list(name: string, most: number): readonly Tree[] {
    const value = parameters[name];
    const items = Array.isArray(value) ? value : [];
    if (items.length > most) {
      violation(
        `[${items.length} members]`,
        memberName(name),
        `Member must have length less than or equal to ${most}`,
      );
    }
    return items;
  }

  const present = (name: string) => {
    if (parameters[name] === undefined) violation(undefined, memberName(name), 'Member must not be null');
  };

  const input: Input = {
    text: (name, rule = {}) => required(parameters[name], memberName(name), rule),
    optionalText: (name, rule = {}) => checked(parameters[name], memberName(name), rule),
    optionalNumber(name, { min, max }) {
      const text = parameters[name];
      if (typeof text !== 'string') return undefined;
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      const member = memberName(name);
      if (Number.isNaN(value)) violation(text, member, 'Member must be an integer');
      if (value < min) violation(text, member, `Member must have value greater than or equal to ${min}`);
      if (value > max) violation(text, member, `Member must have value less than or equal to ${max}`);
      return value;
    },
    texts: (name, rule, most = Number.POSITIVE_INFINITY) =>
      list(name, most).map((item, i) => required(item, `${memberName(name)}.${i + 1}.member`, rule)),
    requiredTexts(name, rule, most) {
      present(name);
      return input.texts(name, rule, most);
    },
    fields: (name, { field, rule, most = Number.POSITIVE_INFINITY }) =>
      list(name, most).map((item, i) =>
        required(asFields(item)[field], `${memberName(name)}.${i + 1}.member.${field}`, rule),
      ),
    tags: (name = 'Tags') =>
      list(name, MAX_TAGS).map((item, i) => {
        const tag = asFields(item);
        const member = `${memberName(name)}.${i + 1}.member`;
        return {
          key: required(tag.Key, `${member}.key`, TAG_KEY),
          value: required(tag.Value, `${member}.value`, TAG_VALUE),
        };
      }),
    requiredTags() {
      present('Tags');
      return input.tags();
    },
    check() {
      if (violations.length === 0) return;
      const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`;
      throw validationError(`${count}: ${violations.join('; ')}`);
    },
  };
  return input;
}

const asFields = (item: Tree): Parameters =>
  typeof item === 'object' && !Array.isArray(item) ? (item as Parameters) : {};

/** The name that AWS's messages use for a parameter: `RoleName` is 'roleName'. */
const memberName = (name: string) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
