import type { TrustStatement } from '../account/trust-document.ts';
import type { IssuerModel } from '../issuers/issuer.ts';
import {
  type FieldValues,
  fieldsOf,
  pinnedFields,
  readSubject,
  subjectOf,
  type Template,
} from '../issuers/subject.ts';
import { type Condition, operatorOf } from '../solving/operators.ts';

/** What the conditions of a trust name in full: owners, repositories, and the claims with whole values, by claim. Whatever is
 *  not named is a stranger. */
export type Pins = {
  owners: readonly FieldValues[];
  repositories: readonly FieldValues[];
  /** Repositories that cannot be: the workspace's own UUID, which some policies put first. */
  impossible: readonly FieldValues[];
  claims: Readonly<Record<string, readonly string[]>>;
};

const POSITIVE = new Map([
  ['stringequals', false],
  ['stringequalsignorecase', false],
  ['stringlike', true],
]);

/** Whether an operator compares with its values, with wildcards or without; undefined for all others. */
export const comparesWith = (operator: string): { wildcards: boolean } | undefined => {
  const wildcards = POSITIVE.get(operatorOf(operator).base);
  return wildcards === undefined ? undefined : { wildcards };
};

/** The values of a condition as they name something: in lower case where the case does not count, and the issuer writes no
 *  other. */
export const namesIn = ({ operator, values }: Condition, { kind }: IssuerModel): readonly string[] =>
  kind === 'bitbucket' && operatorOf(operator).base.endsWith('ignorecase')
    ? values.map((value) => value.toLowerCase())
    : values;

const NEGATED = new Map([
  ['stringnotequals', false],
  ['stringnotequalsignorecase', false],
  ['stringnotlike', true],
]);

/** The same for the operators of a Deny that keeps out all but its values. */
export const deniesAllBut = (operator: string): { wildcards: boolean } | undefined => {
  const wildcards = NEGATED.get(operatorOf(operator).base);
  return wildcards === undefined ? undefined : { wildcards };
};

const namesOf = (template: Template, part: 'owner' | 'repository'): string[] =>
  fieldsOf(template).flatMap((one) => (one.part === part ? [one.field] : []));

/** The provider that pins are looked for; `workspaceUuid` in braces, for Bitbucket's. */
export type PinnedProvider = { name: string; model: IssuerModel; workspaceUuid: string | undefined };

/** What the statements about a provider name: the Allows, and the Denies of all others. */
export function pinsOf(
  { name: provider, model, workspaceUuid }: PinnedProvider,
  statements: readonly TrustStatement[],
): Pins {
  const prefix = `${provider}:`.toLowerCase();
  const owners = new Map<string, FieldValues>();
  const repositories = new Map<string, FieldValues>();
  const claims: Record<string, string[]> = {};
  for (const { condition, wildcards } of namingConditions(prefix, statements)) {
    const values = namesIn(condition, model);
    const claim = claimOf(model, condition, prefix);
    if (claim !== undefined && claim !== 'sub') {
      claims[claim] = [...(claims[claim] ?? []), ...values.filter((one) => !/[*?]/.test(one))];
    }
    for (const [value, template] of values.flatMap((one) =>
      model.templates.map((form) => [one, form] as const),
    )) {
      const fields = fieldsNamed({ model, template, claim, value, wildcards });
      const [owner, repository] = [
        namedBy(template, fields, 'owner'),
        namedBy(template, fields, 'repository'),
      ];
      if (owner) owners.set(JSON.stringify(owner), owner);
      if (repository) repositories.set(JSON.stringify(repository), repository);
    }
  }
  const impossible = workspaceUuid === undefined ? [] : [{ repository: workspaceUuid }];
  for (const fields of impossible) repositories.delete(JSON.stringify(fields));
  return { owners: [...owners.values()], repositories: [...repositories.values()], impossible, claims };
}

/** The conditions on a provider's keys that name something, and whether their values take wildcards. */
function namingConditions(
  prefix: string,
  statements: readonly TrustStatement[],
): { condition: Condition; wildcards: boolean }[] {
  return statements.flatMap(({ effect, conditions }) =>
    conditions.flatMap((condition) => {
      const reads = effect === 'Allow' ? comparesWith : deniesAllBut;
      const comparison = condition.key.startsWith(prefix) ? reads(condition.operator) : undefined;
      return comparison ? [{ condition, ...comparison }] : [];
    }),
  );
}

/** Whether a value of `sub` names a repository in full: all of its fields, and the text behind them. */
export function namesRepository(
  template: Template,
  { value, wildcards }: { value: string; wildcards: boolean },
): boolean {
  const fields = pinnedFields(template, value, wildcards) ?? {};
  const names = [...namesOf(template, 'owner'), ...namesOf(template, 'repository')];
  if (!names.every((name) => fields[name] !== undefined)) return false;
  const plain = wildcards ? (/^[^*?$]*/.exec(value)?.[0] ?? '') : value;
  const last = template.findLastIndex((part) => typeof part !== 'string' && names.includes(part.field));
  const isFixed = template.every(
    (part) =>
      typeof part === 'string' || !names.includes(part.field) || !part.pattern.some(({ isRun }) => isRun),
  );
  const behind = template[last + 1];
  const until = subjectOf(template.slice(0, last + 1), fields);
  return isFixed || plain.startsWith(`${until}${typeof behind === 'string' ? behind : ''}`);
}

function claimOf(model: IssuerModel, { key }: Condition, prefix: string): string | undefined {
  const name = key.slice(prefix.length);
  return name === 'sub' ? name : Object.keys(model.claims).find((claim) => claim.toLowerCase() === name);
}

type NamedValue = {
  model: IssuerModel;
  template: Template;
  claim: string | undefined;
  value: string;
  wildcards: boolean;
};

function fieldsNamed({ model, template, claim, value, wildcards }: NamedValue): FieldValues {
  if (claim === 'sub') return pinnedFields(template, value, wildcards) ?? {};
  const linkedTo = model.claims[claim ?? '']?.linkedTo;
  if (!linkedTo) return {};
  const linked = linkedTo.map((part) => fieldsOf(template).find(({ field }) => field === part) ?? part);
  return (wildcards ? pinnedFields(linked, value, true) : readSubject(linked, value)) ?? {};
}

/** The values of a template's owner, or of its owner and repository; undefined where one of them is not named. */
function namedBy(
  template: Template,
  fields: FieldValues,
  part: 'owner' | 'repository',
): FieldValues | undefined {
  const own = namesOf(template, part);
  const names = part === 'owner' ? own : [...namesOf(template, 'owner'), ...own];
  if (own.length === 0 || names.some((name) => fields[name] === undefined)) return undefined;
  return Object.fromEntries(names.map((name) => [name, fields[name] ?? '']));
}
