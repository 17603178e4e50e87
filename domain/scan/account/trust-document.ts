import type { Condition } from '../solving/operators.ts';
import { matches, valuePattern } from '../solving/pattern.ts';
import { asList, asTexts, isObject, type Json, policyDocument } from './json.ts';

/** A statement of a trust policy. `federated`: the ARNs or names of its federated principals, `*` for every principal.
 *  `others`: whether it names further principals, such as services. `source`: as it was written. */
export type TrustStatement = {
  label: string;
  effect: 'Allow' | 'Deny';
  federated: readonly string[];
  others: boolean;
  takesWebIdentity: boolean;
  conditions: readonly Condition[];
  source: Json;
};

/** A trust policy; `unreadable` says why it could not be judged. */
export type TrustReading =
  | { kind: 'read'; version: string; statements: readonly TrustStatement[] }
  | { kind: 'unreadable'; reason: string };

const ELEMENTS = new Set(['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Condition']);

/** Longest trust policy, in characters without white space. Source: AWS IAM quotas, role trust policy length, the most that
 *  its default of 2 048 can be raised to. */
const LONGEST = 8_192;

function isTooLong(document: Json): boolean {
  try {
    const text = JSON.stringify(document);
    return text.length > LONGEST && text.replaceAll(/\s/g, '').length > LONGEST;
  } catch {
    // Nested deeper than the stack is.
    return true;
  }
}

/** Reads a trust policy as IAM returns it. What IAM would not have taken is unreadable as a whole: a statement that is not
 *  understood could open the role. */
export function readTrustPolicy(value: unknown): TrustReading {
  const document = policyDocument(value);
  if (!document) return { kind: 'unreadable', reason: 'its trust policy is not a policy document' };
  if (isTooLong(document)) {
    return { kind: 'unreadable', reason: 'its trust policy is longer than IAM takes (8,192 characters)' };
  }
  const statements: TrustStatement[] = [];
  for (const [index, one] of asList(document.Statement).entries()) {
    const statement = isObject(one) ? readStatement(one, index) : 'is not an object';
    if (typeof statement === 'string') {
      return { kind: 'unreadable', reason: `statement ${index + 1} of its trust policy ${statement}` };
    }
    statements.push(statement);
  }
  if (statements.length === 0) return { kind: 'unreadable', reason: 'its trust policy has no statement' };
  return {
    kind: 'read',
    version: typeof document.Version === 'string' ? document.Version : '2008-10-17',
    statements,
  };
}

function readStatement(source: Json, index: number): TrustStatement | string {
  const unknown = Object.keys(source).find((element) => !ELEMENTS.has(element));
  if (unknown !== undefined) return `holds ${unknown}, which is not judged`;
  if (source.Effect !== 'Allow' && source.Effect !== 'Deny') return 'has no Effect';
  const principals = readPrincipals(source.Principal);
  if (!principals) return 'has principals that are not understood';
  const takesWebIdentity = readAction(source);
  if (takesWebIdentity === undefined) return 'has no Action';
  const conditions = readConditions(source.Condition);
  if (!conditions) return 'has conditions that are not understood';
  const sid = typeof source.Sid === 'string' && source.Sid !== '' ? ` (${source.Sid})` : '';
  return {
    label: `statement ${index + 1}${sid}`,
    effect: source.Effect,
    ...principals,
    takesWebIdentity,
    conditions,
    source,
  };
}

function readPrincipals(value: unknown): Pick<TrustStatement, 'federated' | 'others'> | undefined {
  if (value === '*') return { federated: ['*'], others: true };
  if (!isObject(value)) return undefined;
  const federated = asTexts(value.Federated);
  if (!federated) return undefined;
  // "AWS": "*" is everyone, callers with a web identity among them.
  const isEveryone = asList(value.AWS).includes('*');
  const others = Object.keys(value).some((type) => type !== 'Federated');
  return { federated: isEveryone ? [...federated, '*'] : federated, others };
}

/** Whether the actions cover AssumeRoleWithWebIdentity; undefined where there are none. */
function readAction(source: Json): boolean | undefined {
  const isNamed = (patterns: readonly string[]) => patterns.some(coversWebIdentity);
  const actions = asTexts(source.Action);
  const notActions = asTexts(source.NotAction);
  if (actions && actions.length > 0) return isNamed(actions);
  return notActions && notActions.length > 0 ? !isNamed(notActions) : undefined;
}

const coversWebIdentity = (action: string): boolean => {
  const pattern = valuePattern(action.toLowerCase(), { wildcards: true, ignoreCase: false });
  return pattern !== undefined && matches(pattern, 'sts:assumerolewithwebidentity');
};

function readConditions(value: unknown): Condition[] | undefined {
  if (value === undefined) return [];
  if (!isObject(value)) return undefined;
  const conditions: Condition[] = [];
  for (const [operator, block] of Object.entries(value)) {
    if (!isObject(block)) return undefined;
    for (const [key, one] of Object.entries(block)) {
      const values = asTexts(one);
      if (!values) return undefined;
      conditions.push({ operator, key: key.toLowerCase(), shownKey: key, values });
    }
  }
  return conditions;
}
