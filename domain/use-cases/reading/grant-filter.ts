import type { Scope } from '../../access/reach.ts';
import { type GrantEntry, type GrantPartition, targetOf } from '../../grants/listing.ts';
import { type ProjectUuid, parseUuid, type RepositoryUuid } from '../../shared/identifiers.ts';
import type { PipelineClaims } from '../../shared/principal.ts';
import type { Instant } from '../../shared/time.ts';

/** Which grants; every field that is given must fit. */
export type GrantFilter = {
  repositoryUuids?: readonly RepositoryUuid[] | undefined;
  projectUuids?: readonly ProjectUuid[] | undefined;
  /** A deployment environment's UUID, or its name in exact case. */
  environment?: string | undefined;
  state?: string | undefined;
  waiting?: boolean | undefined;
  drift?: boolean | undefined;
  hold?: boolean | undefined;
  template?: string | undefined;
  account?: string | undefined;
  /** `kind:id`. */
  requestedBy?: string | undefined;
  expiresBefore?: Instant | undefined;
};

/** A partition to read, and the fields of the filter that all of its entries fit. */
type Choice = { partition: GrantPartition; covered: readonly (keyof GrantFilter)[] };

/** True for an entry that fits a filter. */
export function fits(entry: GrantEntry, filter: GrantFilter): boolean {
  const { expiresBefore } = filter;
  return (
    isAsked(filter.repositoryUuids, entry.repositoryUuid) &&
    isAsked(filter.projectUuids, entry.projectUuid) &&
    isNamed(filter.environment, entry.environment) &&
    is(filter.state, entry.state) &&
    is(filter.waiting, entry.isWaiting) &&
    is(filter.drift, entry.hasDrift) &&
    is(filter.hold, entry.isHeld) &&
    is(filter.template, entry.template) &&
    is(filter.account, entry.account) &&
    is(filter.requestedBy, entry.requestedBy) &&
    (expiresBefore === undefined || (entry.expiresAt !== undefined && entry.expiresAt < expiresBefore))
  );
}

/** True for an environment that is asked for by UUID or by name; a repository-wide grant has none. */
function isNamed(asked: string | undefined, has: GrantEntry['environment']): boolean {
  if (asked === undefined) return true;
  return has !== undefined && (has.name === asked || has.uuid === parseUuid(asked));
}

const is = <T>(asked: T | undefined, has: T): boolean => asked === undefined || asked === has;
const isAsked = (asked: readonly string[] | undefined, has: string | undefined): boolean =>
  asked === undefined || (has !== undefined && asked.includes(has));

/** The partitions that hold every grant of a filter, for a caller who may read everything: the smallest kind first. */
export function partitionsOf(filter: GrantFilter): Choice[] {
  const { repositoryUuids, projectUuids, environment, waiting } = filter;
  const target = environment === undefined ? undefined : parseUuid(environment);
  if (target) return [one('target', target, 'environment')];
  if (repositoryUuids) return repositoryUuids.map((uuid) => one('repository', uuid, 'repositoryUuids'));
  if (waiting && projectUuids) {
    return projectUuids.map((uuid) => one('waitingInProject', uuid, 'projectUuids', 'waiting'));
  }
  if (waiting) return [one('waiting', '', 'waiting')];
  if (filter.drift) return [one('drift', '', 'drift')];
  if (filter.hold) return [one('hold', '', 'hold')];
  if (filter.requestedBy !== undefined) return [one('requester', filter.requestedBy, 'requestedBy')];
  if (filter.expiresBefore !== undefined) return [one('expiry', filter.expiresBefore, 'expiresBefore')];
  if (projectUuids) return projectUuids.map((uuid) => one('project', uuid, 'projectUuids'));
  if (environment !== undefined) return [one('environment', environment, 'environment')];
  if (filter.template !== undefined) return [one('template', filter.template, 'template')];
  if (filter.state !== undefined) return [one('state', filter.state, 'state')];
  if (filter.account !== undefined) return [one('account', filter.account, 'account')];
  return [one('all', '')];
}

const one = (by: GrantPartition['by'], value: string, ...covered: (keyof GrantFilter)[]): Choice => ({
  partition: { by, value },
  covered,
});

/** The partition of what is in a scope and can fit a filter; none where nothing can. No other grant is in it. */
export function partitionsIn({ type, id }: Scope, filter: GrantFilter): Choice[] {
  const when = (isPossible: boolean, choice: Choice): Choice[] => (isPossible ? [choice] : []);
  switch (type) {
    case 'Repository':
      return when(isAsked(filter.repositoryUuids, id), one('repository', id, 'repositoryUuids'));
    case 'Environment': {
      const asked = filter.environment === undefined ? undefined : parseUuid(filter.environment);
      return when(is(asked, id), one('target', id));
    }
    case 'Project': {
      const kind = filter.waiting ? 'waitingInProject' : 'project';
      const covered = filter.waiting ? (['projectUuids', 'waiting'] as const) : (['projectUuids'] as const);
      return when(isAsked(filter.projectUuids, id), one(kind, id, ...covered));
    }
    case 'Template':
      return when(is(filter.template, id), one('template', id, 'template'));
    case 'Account':
      return when(is(filter.account, id), one('account', id, 'account'));
  }
}

/** The partition of a pipeline's own target: nothing that it may not read is in it. */
export const partitionOfPipeline = ({ repositoryUuid, environmentUuid }: PipelineClaims): Choice =>
  one('target', targetOf(repositoryUuid, environmentUuid));

/** True where entries of the chosen partitions may not fit the filter. */
export const mustFilter = (filter: GrantFilter, choices: readonly Choice[]): boolean => {
  const given = (Object.keys(filter) as (keyof GrantFilter)[]).filter((name) => filter[name] !== undefined);
  return choices.some(({ covered }) => given.some((name) => !covered.includes(name)));
};
