import type { Grant } from '../../grants/grant.ts';
import type { UnreadableItem } from '../../grants/unreadable/stored-event.ts';
import type { Caller } from '../../shared/principal.ts';
import { type FieldError, problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { type GrantSearch, type ListPorts, listGrants } from './list-grants.ts';

/** Grants of one page, and the most pages that are read for a step. Our choice: a repository has few live grants, and every
 *  grant that it ever had is looked through. */
const [PAGE, MOST_PAGES] = [100, 20];

/** The grants whose roles one step takes. */
export type StepGrants = { grants: [Grant, ...Grant[]]; unreadable: UnreadableItem[] };

/** Every active grant of a filter that the caller may read, for one step of a pipeline. A step belongs to one repository and to
 *  one deployment environment at most: `REQUEST_INVALID` says which to name. `GRANT_NOT_FOUND` where none is active. */
export async function stepGrants(
  ports: ListPorts,
  caller: Caller,
  filter: GrantSearch['filter'],
): Promise<Result<StepGrants>> {
  const misused = misuse(filter);
  if (misused) return invalid(misused);
  const found: Grant[] = [];
  const unreadable: UnreadableItem[] = [];
  let after: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const asked = { filter: { ...filter, state: 'active' }, limit: PAGE, after };
    const page = await listGrants(ports, caller, asked);
    found.push(...page.grants);
    unreadable.push(...page.unreadable);
    after = page.next;
    if (after === undefined) break;
    if (pages === MOST_PAGES) {
      return invalid({ pointer: '/template', detail: 'must be given: too many grants were looked through' });
    }
  }
  const [first, ...rest] = found;
  if (!first) {
    return fail(problem('GRANT_NOT_FOUND', 'No active grant that you may read fits, so there is no step.'));
  }
  const mixed = mixture([first, ...rest]);
  return mixed ? invalid(mixed) : ok({ grants: [first, ...rest], unreadable });
}

const invalid = (error: FieldError) =>
  fail(problem('REQUEST_INVALID', 'One step cannot take the roles of these grants.', { errors: [error] }));

function misuse({ repository, state }: GrantSearch['filter']): FieldError | undefined {
  if (repository === undefined) {
    return { pointer: '/repository', detail: 'is missing: a step belongs to one repository' };
  }
  return state === undefined || state === 'active'
    ? undefined
    : { pointer: '/state', detail: 'must be active: only active grants have a step' };
}

/** What keeps grants from being of one step. */
function mixture(grants: readonly Grant[]): FieldError | undefined {
  const intents = grants.map(({ request }) => request.intent);
  const repositories = new Map(intents.map(({ repository }) => [repository.uuid, repository.fullName]));
  if (repositories.size > 1) {
    const names = [...repositories].map(([uuid, name]) => `${name} ${uuid}`);
    return { pointer: '/repository', detail: `must be one of the UUIDs of ${names.join(', ')}` };
  }
  const environments = new Map(
    intents.flatMap(({ environment }) =>
      environment ? [[environment.uuid, environment.name] as const] : [],
    ),
  );
  return environments.size > 1
    ? {
        pointer: '/environment',
        detail: `must name one of ${[...environments.values()].join(', ')}: a step deploys to one environment`,
      }
    : undefined;
}
