import { type Conditions, readConditions } from './conditions.ts';

/** A statement of a policy in the one form that statements are compared in. `principals` are `type value`, such as
 *  `Federated arn:…`; `*` for anyone; none in a policy that is no trust policy. Actions are in lower case. */
export type Statement = {
  principals: readonly string[];
  actions: readonly string[];
  resources: readonly string[];
  conditions: Conditions;
};

/** What a document says. `allows` are its Allow statements that are understood; `isOpaque`: it has others, which may allow
 *  anything. `denies`: it has a Deny statement, whatever it denies. */
export type ReadPolicy = { allows: Statement[]; denies: boolean; isOpaque: boolean };

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const KNOWN = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);

/** Reads a policy document of any author. Total: what it does not understand makes the reading opaque. */
export function readPolicy(document: unknown): ReadPolicy {
  const reading: ReadPolicy = { allows: [], denies: false, isOpaque: false };
  if (!isObject(document)) return { ...reading, isOpaque: true };
  // Before 2012-10-17 IAM's variables are plain text, so such a document is understood only without one.
  const isOld = document.Version !== '2012-10-17';
  if (isOld && JSON.stringify(document).includes('${')) reading.isOpaque = true;
  for (const statement of [document.Statement].flat()) {
    const read = readStatement(statement);
    if (read === 'deny') reading.denies = true;
    else if (read === 'opaque') reading.isOpaque = true;
    else reading.allows.push(read);
  }
  return reading;
}

function readStatement(statement: unknown): Statement | 'deny' | 'opaque' {
  if (!isObject(statement)) return 'opaque';
  if (statement.Effect === 'Deny') return 'deny';
  if (statement.Effect !== 'Allow' || Object.keys(statement).some((key) => !KNOWN.has(key))) return 'opaque';
  const principals = principalsOf(statement.Principal);
  const actions = texts(statement.Action);
  const resources = statement.Resource === undefined ? [] : texts(statement.Resource);
  const conditions = readConditions(statement.Condition);
  if (!principals || !actions || !resources || !conditions) return 'opaque';
  return { principals, actions: actions.map((action) => action.toLowerCase()), resources, conditions };
}

function principalsOf(principal: unknown): string[] | undefined {
  if (principal === undefined) return [];
  if (principal === '*') return ['*'];
  if (!isObject(principal)) return undefined;
  const entries = Object.entries(principal).map(([type, value]) =>
    texts(value)?.map((text) => `${type} ${text}`),
  );
  return entries.every((one) => one !== undefined) ? entries.flat() : undefined;
}

/** Text or a list of texts as a list; undefined for anything else, also for none. */
function texts(value: unknown): string[] | undefined {
  const list = [value].flat();
  return list.length > 0 && list.every((item) => typeof item === 'string') ? list : undefined;
}
