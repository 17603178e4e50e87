import type { GrantIntent } from '../../../domain/grants/intent.ts';
import { visibleName } from '../../../domain/shared/text/visible-text.ts';
import { valuesOf } from '../../../domain/templates/parameters.ts';
import { code, lines } from './blocks.ts';

/** Where a grant works, in words; as names are read. */
export const placeOf = ({ repository, environment }: GrantIntent): string =>
  environment
    ? `${visibleName(repository.fullName)}, ${visibleName(environment.name)}`
    : visibleName(repository.fullName);

/** A grant's template, and its name where it has one of its own. Trusted mrkdwn. */
export const templateOf = ({ template, name }: GrantIntent): string =>
  name === 'default' ? code(template.name) : `${code(template.name)}, named ${code(name)}`;

/** Who is admitted, said honestly. Trusted mrkdwn. */
export const admission = ({ environment }: GrantIntent): string =>
  environment
    ? `Steps that deploy to ${code(environment.name)}; who may do that is set in Bitbucket`
    : 'Every pipeline step of the repository, on any branch, reviewed or not';

/** The parameters with their values. Trusted mrkdwn. */
export function parametersOf({ parameters }: GrantIntent): string {
  const items = Object.entries(parameters).map(([name, value]) => ({
    text: `${name}: ${valuesOf(value).map(code).join(' ')}`,
  }));
  return items.length === 0 ? '_none_' : lines(items, (left) => `… and ${left} more`, 1900);
}
