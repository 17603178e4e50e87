import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { reservedRules } from '../../domain/access/authorisation.ts';
import type { DerivedGroup } from '../../domain/access/derived-groups/derived-groups.ts';
import { ACCOUNT_ID, NAME, parseUuid } from '../../domain/shared/identifiers.ts';
import { fail, ok, type Result } from '../../domain/shared/result.ts';
import type { AccessFile, AccessFiles } from './access-files.ts';
import type { Cedar } from './engine.ts';

/** One access rule. `where` is its file and first line, e.g. `access/rules.cedar:12`. `doc` describes it. `next` is
 *  the next step for a caller whom the rule denies. */
export type Rule = {
  id: string;
  effect: 'permit' | 'forbid';
  text: string;
  json: PolicyJson;
  where: string;
  doc?: string | undefined;
  next?: string | undefined;
};

/** Principals whose tokens may hold no groups, and the entry of `issuers` that takes them, e.g. `/issuers/1`. */
export type Groupless = { principal: 'Person' | 'Service'; at: string; why: string };

/** The existing names by entity type, e.g. `{Account: ['111122223333']}`. Of other types every well-formed name is
 *  accepted. `groupless` are callers whose tokens may hold no groups, `derived` the groups that people have without a
 *  list. */
export type KnownNames = Partial<Record<'Account' | 'Workspace' | 'Template', readonly string[]>> & {
  groupless?: readonly Groupless[];
  derived?: readonly DerivedGroup[];
  requesters?: readonly string[];
};

const RULE_ID = /^[a-z][a-z0-9-]{0,63}$/;

/** Parses rules and validates each against the schema. Returns every error of every file as `access/rules.cedar:12:
 *  sentence`: syntax, unknown entity, attribute or action, a rule that can never apply, an `@id` that is missing or
 *  given more than once. */
export function parseRules(
  cedar: Cedar,
  files: AccessFiles,
  known: KnownNames,
): Result<{ schema: string; rules: Rule[] }, string[]> {
  const { schema } = files;
  const errors = schema ? schemaErrors(cedar, schema) : ['access/rolewright.cedarschema: is missing'];
  const isSchemaSound = errors.length === 0;
  const rules: Rule[] = [];
  for (const file of files.rules) {
    const read = readFile(cedar, file);
    errors.push(...read.errors);
    rules.push(...read.rules);
  }
  if (rules.length === 0 && errors.length === 0) errors.push('access/: holds no rule');
  errors.push(...rules.flatMap((rule) => [...idErrors(rule, rules), ...nameErrors(rule, known)]));
  if (schema && isSchemaSound) errors.push(...validationErrors(cedar, schema.text, rules));
  if (!schema || errors.length > 0) return fail(errors);
  return ok({ schema: schema.text, rules });
}

function schemaErrors(cedar: Cedar, { path, text }: AccessFile): string[] {
  const answer = cedar.checkParseSchema(text);
  return answer.type === 'success'
    ? []
    : answer.errors.map((error) => sentence(error, { path, text, line: 1 }));
}

function readFile(cedar: Cedar, { path, text }: AccessFile): { rules: Rule[]; errors: string[] } {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') {
    return { rules: [], errors: parts.errors.map((error) => sentence(error, { path, text, line: 1 })) };
  }
  const lineOf = linesOf(text, [...parts.policies, ...parts.policy_templates]);
  const errors = parts.policy_templates.map(
    (_, n) =>
      `${path}:${lineOf(parts.policies.length + n)}: contains a slot such as ?principal; name the principal in the rule`,
  );
  const rules: Rule[] = [];
  for (const [n, part] of parts.policies.entries()) {
    const line = lineOf(n);
    const parsed = cedar.policyToJson(part);
    if (parsed.type === 'failure') {
      errors.push(...parsed.errors.map((error) => sentence(error, { path, text: part, line })));
      continue;
    }
    const { id, doc, next } = parsed.json.annotations ?? {};
    const { effect } = parsed.json;
    rules.push({ id: id ?? '', effect, text: part, json: parsed.json, where: `${path}:${line}`, doc, next });
  }
  return { rules: rules.sort((a, b) => placeOf(a).line - placeOf(b).line), errors };
}

function idErrors(rule: Rule, rules: readonly Rule[]): string[] {
  const { id, where } = rule;
  if (id === '') return [`${where}: has no @id("…"), by which a denial names the rule`];
  if (!RULE_ID.test(id)) return [`${where}: @id("${id}") must be lower-case letters, digits and hyphens`];
  if (reservedRules.includes(id)) return [`${where}: @id("${id}") is the name of a built-in rule`];
  const first = rules.find((other) => other.id === id);
  return first && first !== rule ? [`${where}: @id("${id}") is already given at ${first.where}`] : [];
}

/** The grammar of entity names, where Cedar would accept any text. A rule about `Project::"SHOP"` would never apply,
 *  because projects are named by UUID. */
const grammars: Record<string, [(name: string) => boolean, string]> = {
  ...Object.fromEntries(
    ['Workspace', 'Project', 'Repository', 'Environment'].map((type) => [
      type,
      [(name: string) => parseUuid(name) === name, 'is named by its UUID in braces and lower case'],
    ]),
  ),
  Account: [(name) => ACCOUNT_ID.test(name), 'is named by its 12 digits'],
  Template: [(name) => NAME.test(name), 'is named as in templates/'],
};

function nameErrors({ json, where }: Rule, known: KnownNames): string[] {
  return entitiesIn([json.principal, json.resource, json.conditions]).flatMap(({ type, id }) => {
    const [fits, grammar] = grammars[type] ?? [];
    const shown = `${type}::"${id}"`;
    if (fits && !fits(id)) return [`${where}: ${shown} can never apply: a ${type} ${grammar}`];
    const names = known[type as 'Account' | 'Workspace' | 'Template'];
    return names && !names.includes(id) ? [`${where}: there is no ${shown}; known: ${names.join(', ')}`] : [];
  });
}

/** Every entity that a part of a policy names. Cedar's JSON format writes each as `{type, id}`. */
function entitiesIn(part: unknown): { type: string; id: string }[] {
  if (typeof part !== 'object' || part === null) return [];
  if ('type' in part && 'id' in part && typeof part.type === 'string' && typeof part.id === 'string') {
    return [{ type: part.type, id: part.id }];
  }
  return Object.values(part).flatMap(entitiesIn);
}

function validationErrors(cedar: Cedar, schema: string, rules: readonly Rule[]): string[] {
  const staticPolicies = Object.fromEntries(rules.map((rule, n) => [String(n), rule.text]));
  const answer = cedar.validate({ schema, policies: { staticPolicies } });
  if (answer.type === 'failure') return answer.errors.map(({ message }) => `access/: ${message}`);
  const { validationErrors: errors, validationWarnings: warnings } = answer;
  // For an invalid rule Cedar also reports that it never applies, and gives the cause twice; one report is enough.
  const isWrong = (id: string) => errors.some(({ policyId }) => policyId === id);
  const found = [...errors, ...warnings.filter(({ policyId }) => !isWrong(policyId))];
  const sentences = found.flatMap(({ policyId, error }) => {
    const rule = rules[Number(policyId)];
    if (!rule || error.message.includes('unable to find an applicable action')) return [];
    const { path, line } = placeOf(rule);
    return [sentence(error, { path, text: rule.text, line })];
  });
  // Cedar repeats an error for each kind of principal and resource that a rule concerns.
  return [...new Set(sentences)];
}

const placeOf = ({ where }: Rule): { path: string; line: number } => {
  const colon = where.lastIndexOf(':');
  return { path: where.slice(0, colon), line: Number(where.slice(colon + 1)) };
};

/** The line on which each part of a text begins; Cedar returns the parts without positions. The longest part is
 *  searched first, because a part without annotations also occurs inside the same part with annotations. */
function linesOf(text: string, parts: readonly string[]): (n: number) => number {
  const starts: number[] = [];
  let rest = text;
  const order = parts
    .map((part, n) => ({ part, n }))
    .sort((a, b) => b.part.length - a.part.length || a.n - b.n);
  for (const { part, n } of order) {
    const start = rest.indexOf(part);
    starts[n] = start;
    if (start >= 0) rest = rest.slice(0, start) + '\0'.repeat(part.length) + rest.slice(start + part.length);
  }
  return (n) => text.slice(0, Math.max(0, starts[n] ?? 0)).split('\n').length;
}

/** An error as `path:line: what is wrong; what could be meant`. `text` begins at `line` of the file. Cedar counts bytes
 *  of UTF-8. */
function sentence(
  { message, help, sourceLocations }: DetailedError,
  { path, text, line }: AccessFile & { line: number },
): string {
  const [location] = sourceLocations ?? [];
  const before = Buffer.from(text).subarray(0, location?.start ?? 0);
  const at = line + before.filter((byte) => byte === 0x0a).length;
  const plain = unnumbered(message);
  const expected = location?.label ? `; ${location.label}` : '';
  return `${path}:${at}: ${plain}${expected}${help ? `; ${unnumbered(help)}` : ''}`;
}

const unnumbered = (text: string): string => text.replaceAll(/for policy `\d+`[,:] /g, '');
