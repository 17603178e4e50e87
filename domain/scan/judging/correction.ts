import type { Role } from '../account/account.ts';
import { asList, asTexts, isObject, type Json } from '../account/json.ts';
import type { TrustStatement } from '../account/trust-document.ts';
import type { IssuerModel } from '../issuers/issuer.ts';
import { type FieldValues, fieldsOf, pinnedFields, subjectOf, type Template } from '../issuers/subject.ts';
import { audienceLists } from '../reach/audiences.ts';
import { comparesWith, deniesAllBut, namesRepository } from '../reach/pins.ts';
import type { ReachQuestion } from '../reach/reach.ts';
import { type Condition, operatorOf } from '../solving/operators.ts';
import { environmentIn, type Names } from './describe.ts';

/** A trust policy in the form that IAM takes. */
export type CorrectedPolicy = { Version: '2012-10-17'; Statement: Json[] };

/** What a correction has to know of a provider that a role trusts. `isForeign`: no token of it should get in. */
export type CorrectedProvider = ReachQuestion & { arn: string; isForeign: boolean };

const ACTION = 'sts:AssumeRoleWithWebIdentity';

/** The trust policy that admits what the old one names and nothing else: aud compared whole, sub from its beginning. Where the
 *  old one names nothing, it holds a form to fill in, which admits no token. Statements about other principals, and every
 *  Deny, are kept as they are. */
export function correctedTrust(
  role: Role,
  providers: readonly CorrectedProvider[],
  names: Names,
): CorrectedPolicy | undefined {
  if (role.trust.kind !== 'read') return undefined;
  const { statements } = role.trust;
  const narrowed = providers
    .filter(({ isForeign }) => !isForeign)
    .flatMap((provider) => narrowedStatements(provider, names));
  const kept = statements.flatMap((one) => keptSource(one, providers));
  const all = [...narrowed, ...kept];
  return all.length > 0 ? policy(all) : closedTrust(role, providers);
}

/** The trust policy that admits no token of the providers; other principals keep what they have. */
export function closedTrust(
  role: Role,
  providers: readonly CorrectedProvider[],
): CorrectedPolicy | undefined {
  if (role.trust.kind !== 'read') return undefined;
  const arns = [...new Set(providers.map(({ arn }) => arn))];
  const deny = {
    Effect: 'Deny',
    Principal: { Federated: arns.length === 1 ? arns[0] : arns },
    Action: ACTION,
  };
  return policy([deny, ...role.trust.statements.flatMap((one) => keptSource(one, providers))]);
}

const policy = (statement: Json[]): CorrectedPolicy => ({ Version: '2012-10-17', Statement: statement });

/** What stays of a statement when its Allows for the providers are taken away. */
function keptSource(statement: TrustStatement, providers: readonly CorrectedProvider[]): Json[] {
  const { source, effect, federated, takesWebIdentity } = statement;
  if (effect === 'Deny' || !takesWebIdentity) return [source];
  const isCorrected = (one: string) => one === '*' || providers.some(({ arn }) => arn === one);
  if (!federated.some(isCorrected)) return [source];
  const principal = source.Principal;
  // A statement that trusts everyone goes: whom it was meant for, it does not say.
  if (federated.includes('*') || typeof principal !== 'object' || principal === null) return [];
  const { Federated: _, ...rest } = principal as Json;
  const others = federated.filter((one) => !isCorrected(one));
  const left = { ...rest, ...(others.length > 0 ? { Federated: others } : {}) };
  return Object.keys(left).length > 0 ? [{ ...source, Principal: left }] : [];
}

/** One narrow statement for each of a provider's that names something; a form to fill in where none does. */
function narrowedStatements(provider: CorrectedProvider, names: Names): Json[] {
  const found = provider.allows.flatMap((statement) => {
    const subjects = subjectsOf(statement, provider, names);
    return subjects.length > 0 ? [statementFor(provider, subjects, statement.conditions)] : [];
  });
  const unique = new Map(found.map((statement) => [JSON.stringify(statement), statement]));
  if (unique.size > 0) return [...unique.values()];
  const denied = provider.denies.flatMap((one) => subjectsOf(one, provider, names));
  const subjects = denied.length > 0 ? [...new Set(denied)] : [placeholderFor(provider)];
  const key = `${provider.provider}:aud`.toLowerCase();
  const audiences = provider.allows.flatMap(({ conditions }) => conditions.filter((one) => one.key === key));
  return [statementFor(provider, subjects, audiences)];
}

/** The form to fill in, with the owner in it where the trust names one. */
function placeholderFor({ model, pins }: CorrectedProvider): string {
  const [owner, ...others] = pins.owners.flatMap((fields) => Object.values(fields));
  const isSure = owner !== undefined && others.length === 0;
  return isSure ? model.placeholder.replace(OWNER, () => owner) : model.placeholder;
}

const OWNER = /\{(?:OWNER|GROUP|ORGANIZATION)\}/;

function statementFor(
  provider: CorrectedProvider,
  subjects: readonly string[],
  conditions: readonly Condition[],
): Json {
  const name = provider.provider;
  const audience = audienceFor(provider, conditions);
  const isPlain = subjects.every((subject) => !/[*?]/.test(subject));
  const operator = isPlain ? 'StringEquals' : 'StringLike';
  const blocks: Record<string, Record<string, unknown>> = {
    StringEquals: { [`${name}:aud`]: audience.length === 1 ? audience[0] : audience },
  };
  blocks[operator] = { ...blocks[operator], [`${name}:sub`]: subjects.length === 1 ? subjects[0] : subjects };
  for (const { operator: kept, shownKey, values } of conditions.filter((one) => isKept(one, provider))) {
    blocks[kept] = { ...blocks[kept], [shownKey]: values.length === 1 ? values[0] : values };
  }
  return { Effect: 'Allow', Principal: { Federated: provider.arn }, Action: ACTION, Condition: blocks };
}

/** Conditions that narrow further and are not rewritten: on the request, and on claims that AWS knows. */
function isKept({ key, operator }: Condition, { provider, model }: CorrectedProvider): boolean {
  const { base, set, ifExists } = operatorOf(operator);
  if (base === 'null' || set || ifExists) return false;
  const prefix = `${provider}:`.toLowerCase();
  if (key.startsWith(prefix)) {
    const claim = key.slice(prefix.length);
    return Object.keys(model.claims).some((one) => one.toLowerCase() === claim);
  }
  return key.startsWith('aws:') || key.startsWith('sts:');
}

/** The audiences that a statement may compare with: its own whole values that tokens have, else the usual one. */
function audienceFor(
  { provider, model, audiences }: CorrectedProvider,
  conditions: readonly Condition[],
): string[] {
  const lists = audienceLists(model, audiences);
  const own = conditions
    .filter(({ key, operator }) => key === `${provider}:aud`.toLowerCase() && comparesWith(operator))
    .flatMap(({ values }) => values)
    .filter((value) => !/[*?]/.test(value))
    .filter((value) => (lists ? lists.some((list) => list.length === 1 && list[0] === value) : true));
  if (own.length > 0) return [...new Set(own)];
  return [audiences.usual ?? lists?.[0]?.[0] ?? '{AUDIENCE}'];
}

/** The subjects that a statement names, each from its beginning to the end of what it names. */
function subjectsOf(statement: TrustStatement, provider: CorrectedProvider, names: Names): string[] {
  const key = `${provider.provider}:sub`.toLowerCase();
  const { model } = provider;
  const values = statement.conditions.flatMap((one) => {
    const comparison = statement.effect === 'Allow' ? comparesWith(one.operator) : deniesAllBut(one.operator);
    return one.key === key && comparison ? one.values.map((value) => ({ value, ...comparison })) : [];
  });
  if (model.kind === 'bitbucket') {
    return [...new Set(values.flatMap(({ value }) => bitbucketSubject(value, provider, names)))];
  }
  const named = values.flatMap(({ value }) => {
    for (const template of model.templates) {
      const subject = narrowSubject(template, value);
      if (subject !== undefined) return [subject];
    }
    return [];
  });
  const linked = namesByClaim(statement, provider)
    ? provider.pins.repositories.map((fields) => `${headOf(model, fields)}*`)
    : [];
  return [...new Set(named.length > 0 ? named : linked)];
}

/** True where a claim that repeats the subject names the repository. */
const namesByClaim = ({ conditions }: TrustStatement, { provider, model }: CorrectedProvider): boolean =>
  conditions.some(({ key, operator }) =>
    Object.entries(model.claims).some(
      ([claim, { linkedTo, belongsTo }]) =>
        linkedTo &&
        belongsTo === 'repository' &&
        key === `${provider}:${claim}`.toLowerCase() &&
        comparesWith(operator),
    ),
  );

/** The text of a subject up to the end of its repository. */
function headOf({ templates }: IssuerModel, fields: FieldValues): string {
  const [template = []] = templates;
  const last = template.findLastIndex((part) => typeof part !== 'string' && fields[part.field] !== undefined);
  const behind = template[last + 1];
  return `${subjectOf(template.slice(0, last + 1), fields)}${typeof behind === 'string' ? ':' : ''}`;
}

function narrowSubject(template: Template, value: string): string | undefined {
  const fields = pinnedFields(template, value, true) ?? {};
  const needed = fieldsOf(template).filter(({ part }) => part !== 'rest');
  if (!needed.every(({ field }) => fields[field] !== undefined)) return undefined;
  if (namesRepository(template, { value, wildcards: true })) return value;
  const last = template.findLastIndex((part) => typeof part !== 'string' && part.part !== 'rest');
  const behind = template[last + 1];
  const head = subjectOf(template.slice(0, last + 1), fields);
  return typeof behind === 'string' ? `${head}${behind}*` : head;
}

const BRACED = /\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?/gi;

/** `{repository}:*` or `{repository}:{environment}:*` for a value that names one, also one that has the UUIDs in a shape that
 *  no token has, or a name that the documents have the UUID of. */
function bitbucketSubject(value: string, { pins }: CorrectedProvider, names: Names): string[] {
  const foreign = pins.impossible.map((pin) => pin.repository);
  const uuids = [...value.matchAll(BRACED)]
    .map(([, uuid = '']) => `{${uuid.toLowerCase()}}`)
    .filter((uuid) => !foreign.includes(uuid));
  const [repository] = uuids;
  if (repository === undefined) {
    const [name = ''] = value.split(':');
    const entry = [...names].find(([, known]) => known === name.replaceAll(/[{}]/g, ''));
    return entry ? [`${entry[0]}:*`] : [];
  }
  if (/^[*?]/.test(value) && uuids.length > 1) return [];
  const own = value.slice(Math.max(0, value.toLowerCase().indexOf(repository)));
  const environment = environmentIn(own) ?? environmentBehindWildcard(value, repository);
  return [environment === undefined ? `${repository}:*` : `${repository}:${environment}:*`];
}

/** Atlassian's older pattern `{repository}*:{environment}:*` names an environment behind a wildcard. */
const environmentBehindWildcard = (value: string, repository: string): string | undefined => {
  const rest = value.startsWith(`${repository}*:`) ? value.slice(repository.length + 2) : '';
  return /^(\{[0-9a-f-]{36}\}):/.exec(rest)?.[1];
};

/** The subjects of a provider's tokens that a corrected policy admits. */
export function subjectsIn({ Statement }: CorrectedPolicy, { arn, provider }: CorrectedProvider): string[] {
  return Statement.filter(({ Effect, Principal }) => {
    return Effect === 'Allow' && isObject(Principal) && asList(Principal.Federated).includes(arn);
  }).flatMap(({ Condition: blocks }) =>
    Object.values(isObject(blocks) ? blocks : {}).flatMap((block) =>
      isObject(block) ? (asTexts(block[`${provider}:sub`]) ?? []) : [],
    ),
  );
}
