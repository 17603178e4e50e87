import type { TrustStatement } from '../account/trust-document.ts';
import type { IssuerModel } from '../issuers/issuer.ts';
import { type FieldValues, fieldsOf, pinnedFields, readSubject, type Template } from '../issuers/subject.ts';
import { type Condition, operatorOf } from '../solving/operators.ts';

/** What the conditions of a trust name in full: owners, repositories, and the claims with whole values, by claim. Whatever is
 *  not named is a stranger. */
export type Pins = {
  owners: readonly FieldValues[];
  repositories: readonly FieldValues[];
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

const namesOf = (template: Template, part: 'owner' | 'repository'): string[] =>
  fieldsOf(template).flatMap((one) => (one.part === part ? [one.field] : []));

/** What the Allow statements about a provider name. */
export function pinsOf(provider: string, model: IssuerModel, statements: readonly TrustStatement[]): Pins {
  const prefix = `${provider}:`.toLowerCase();
  const owners = new Map<string, FieldValues>();
  const repositories = new Map<string, FieldValues>();
  const claims: Record<string, string[]> = {};
  const conditions = statements.flatMap((one) => (one.effect === 'Allow' ? one.conditions : []));
  for (const condition of conditions) {
    const comparison = comparesWith(condition.operator);
    if (!comparison || !condition.key.startsWith(prefix)) continue;
    const claim = claimOf(model, condition, prefix);
    if (claim !== undefined && claim !== 'sub') {
      claims[claim] = [...(claims[claim] ?? []), ...condition.values.filter((one) => !/[*?]/.test(one))];
    }
    for (const value of condition.values) {
      for (const template of model.templates) {
        const fields = fieldsNamed(model, template, claim, value, comparison.wildcards);
        addPins(template, fields, owners, repositories);
      }
    }
  }
  return { owners: [...owners.values()], repositories: [...repositories.values()], claims };
}

function claimOf(model: IssuerModel, { key }: Condition, prefix: string): string | undefined {
  const name = key.slice(prefix.length);
  return name === 'sub' ? name : Object.keys(model.claims).find((claim) => claim.toLowerCase() === name);
}

function fieldsNamed(
  model: IssuerModel,
  template: Template,
  claim: string | undefined,
  value: string,
  wildcards: boolean,
): FieldValues {
  if (claim === 'sub') return pinnedFields(template, value, wildcards) ?? {};
  const linkedTo = model.claims[claim ?? '']?.linkedTo;
  if (!linkedTo) return {};
  const linked = linkedTo.map((part) => fieldsOf(template).find(({ field }) => field === part) ?? part);
  return (wildcards ? pinnedFields(linked, value, true) : readSubject(linked, value)) ?? {};
}

function addPins(
  template: Template,
  fields: FieldValues,
  owners: Map<string, FieldValues>,
  repositories: Map<string, FieldValues>,
): void {
  const pick = (names: readonly string[]): FieldValues | undefined =>
    names.length > 0 && names.every((name) => fields[name] !== undefined)
      ? Object.fromEntries(names.map((name) => [name, fields[name] ?? '']))
      : undefined;
  const owner = pick(namesOf(template, 'owner'));
  if (owner) owners.set(JSON.stringify(owner), owner);
  const repository = pick([...namesOf(template, 'owner'), ...namesOf(template, 'repository')]);
  if (repository && namesOf(template, 'repository').length > 0) {
    repositories.set(JSON.stringify(repository), repository);
  }
}
