import { malformedPolicy } from '../protocol/error.ts';
import { isConditionOperator } from './conditions.ts';
import { checkedResource } from './resource-arn.ts';
import { parseStrictJson } from './strict-json.ts';
import { checkedTrustAction } from './trust-action.ts';

/** A statement after parsing: every element as a list. */
export type Statement = {
  effect: 'Allow' | 'Deny';
  /** Trust policies only; `*` alone is `{type: 'AWS', value: '*'}`, which means the same. */
  principals: { type: string; value: string }[];
  actions: string[];
  notActions: string[];
  resources: string[];
  notResources: string[];
  conditions: { operator: string; key: string; values: string[] }[];
  /** Version 2012-10-17 resolves `${…}`; the version before reads it as plain text. */
  variables: boolean;
};

/** `trust`: who may assume a role. `identity`: what an identity may do; also boundaries. */
export type PolicyKind = 'trust' | 'identity';

type Json = { [name: string]: unknown };

const STATEMENT_FIELDS = {
  trust: ['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Condition'],
  identity: ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
};

/** Parses a document as IAM does when it is put. Throws MalformedPolicyDocument. */
export function parsePolicy(document: string, kind: PolicyKind): Statement[] {
  const policy = asObject(parseJson(document));
  for (const field of Object.keys(policy)) {
    if (!['Version', 'Id', 'Statement'].includes(field)) throw malformedPolicy(`Unknown field ${field}`);
  }
  const version = versionOf(policy, kind);
  const statements = asList(policy.Statement).map(asObject);
  if (statements.length === 0) throw syntaxError();
  checkSids(statements);
  return statements.map((statement) => parseStatement(statement, kind, version === '2012-10-17'));
}

const versionNeeded = () => malformedPolicy('Policy document must be version 2012-10-17 or greater.');

/** The document's version. IAM takes none, which means 2008-10-17, in trust policies only. */
function versionOf({ Version: version }: Json, kind: PolicyKind): string {
  if (version === undefined && kind === 'identity') throw versionNeeded();
  if (version === undefined || version === '2008-10-17') return '2008-10-17';
  if (version !== '2012-10-17') throw syntaxError();
  return version;
}

/** Parses a managed policy, which IAM takes in version 2012-10-17 only. Throws MalformedPolicyDocument. */
export function parseManagedPolicy(document: string): Statement[] {
  const statements = parsePolicy(document, 'identity');
  if (!statements.every(({ variables }) => variables)) throw versionNeeded();
  return statements;
}

const syntaxError = () => malformedPolicy('Syntax errors in policy.');

function parseJson(document: string): unknown {
  const value = parseStrictJson(document);
  if (value === undefined) throw malformedPolicy('This policy contains invalid Json');
  return value;
}

function asObject(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw syntaxError();
  return value as Json;
}

const asList = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function asTexts(value: unknown): string[] {
  const items = asList(value);
  if (value !== undefined && items.length === 0) throw syntaxError();
  return items.map((item) => {
    if (typeof item !== 'string') throw syntaxError();
    return item;
  });
}

function checkSids(statements: Json[]): void {
  const sids = statements.map((statement) => statement.Sid).filter((sid) => sid !== undefined);
  for (const sid of sids) {
    if (typeof sid !== 'string') throw syntaxError();
    if (!/^[0-9A-Za-z]*$/.test(sid)) {
      throw malformedPolicy(
        'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      );
    }
  }
  if (new Set(sids).size < sids.length) {
    throw malformedPolicy('Statement IDs (SID) in a single policy must be unique.');
  }
}

function parseStatement(statement: Json, kind: PolicyKind, variables: boolean): Statement {
  checkFieldNames(statement, kind);
  checkRequiredFields(statement, kind);
  const effect = statement.Effect;
  if (effect !== 'Allow' && effect !== 'Deny') throw syntaxError();
  return {
    effect,
    principals: kind === 'trust' ? parsePrincipals(statement.Principal) : [],
    actions: asTexts(statement.Action).map((action) => checkedAction(action, kind)),
    notActions: asTexts(statement.NotAction).map((action) => checkedAction(action, kind)),
    resources: asTexts(statement.Resource).map(checkedResource),
    notResources: asTexts(statement.NotResource).map(checkedResource),
    conditions: parseConditions(statement.Condition),
    variables,
  };
}

const hasIn = (statement: Json) => (field: string) => statement[field] !== undefined;

function checkFieldNames(statement: Json, kind: PolicyKind): void {
  const has = hasIn(statement);
  if (kind === 'identity' && (has('Principal') || has('NotPrincipal'))) {
    throw malformedPolicy('Policy document should not specify a principal.');
  }
  for (const field of Object.keys(statement)) {
    if (STATEMENT_FIELDS[kind].includes(field)) continue;
    const known = [...STATEMENT_FIELDS.trust, ...STATEMENT_FIELDS.identity, 'NotPrincipal'].includes(field);
    throw malformedPolicy(known ? `Has prohibited field ${field}` : `Unknown field ${field}`);
  }
}

function checkRequiredFields(statement: Json, kind: PolicyKind): void {
  const has = hasIn(statement);
  if (!has('Effect')) throw malformedPolicy('Missing required field Effect');
  if (kind === 'trust' && !has('Principal')) throw malformedPolicy('Missing required field Principal');
  if (has('Action') === has('NotAction')) {
    throw has('Action') ? syntaxError() : malformedPolicy('Policy statement must contain actions.');
  }
  if (kind === 'identity' && has('Resource') === has('NotResource')) {
    throw has('Resource') ? syntaxError() : malformedPolicy('Policy statement must contain resources.');
  }
}

const DOMAIN_NAME = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const PROVIDER_ARN = /^arn:aws[a-z-]*:iam::\d{12}:(oidc-provider|saml-provider)\/.+$/;
const AWS_PRINCIPAL = /^(\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::(\d{12}|cloudfront):.+)$/;

function parsePrincipals(principal: unknown): Statement['principals'] {
  if (principal === '*') return [{ type: 'AWS', value: '*' }];
  const entries = Object.entries(asObject(principal)).flatMap(([type, values]) =>
    asTexts(values).map((value) => ({ type, value })),
  );
  if (entries.length === 0) throw syntaxError();
  for (const { type, value } of entries) checkPrincipal(type, value);
  return entries;
}

function checkPrincipal(type: string, value: string): void {
  if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(type)) {
    throw malformedPolicy(`Unknown principal type ${type}`);
  }
  if (type === 'Federated' && value !== '*' && !DOMAIN_NAME.test(value) && !PROVIDER_ARN.test(value)) {
    throw malformedPolicy('Federated principals must be valid domain names or SAML metadata ARNs');
  }
  if ((type === 'AWS' && !AWS_PRINCIPAL.test(value)) || (type === 'Service' && !DOMAIN_NAME.test(value))) {
    throw malformedPolicy(`Invalid principal in policy: "${type}":"${value}"`);
  }
}

function checkedAction(action: string, kind: PolicyKind): string {
  if (kind === 'trust') return checkedTrustAction(action);
  if (action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action)) {
    throw malformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  return action;
}

function parseConditions(condition: unknown): Statement['conditions'] {
  if (condition === undefined) return [];
  return Object.entries(asObject(condition)).flatMap(([operator, block]) => {
    if (!isConditionOperator(operator)) throw malformedPolicy(`Invalid condition operator ${operator}`);
    return Object.entries(asObject(block)).map(([key, value]) => {
      if (!key.includes(':')) {
        throw malformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
      }
      return { operator, key, values: conditionValues(value) };
    });
  });
}

function conditionValues(value: unknown): string[] {
  const values = asList(value);
  if (values.length === 0) throw syntaxError();
  return values.map((item) => {
    if (!['string', 'number', 'boolean'].includes(typeof item)) throw syntaxError();
    return String(item);
  });
}
