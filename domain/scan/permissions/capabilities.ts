import { isLike } from '../../shared/patterns.ts';
import type { Role } from '../account/account.ts';
import type { PolicyStatement } from '../account/permissions.ts';
import { type ActionReader, isReadPattern, type Power, powers } from './action-lists.ts';

/** What a role's policies let its sessions do. `can`: sentences, the gravest first. `unread`: policies that are not known. */
export type Capabilities = {
  isAdministrator: boolean;
  escalates: boolean;
  can: readonly string[];
  unread: readonly string[];
  /** Every allowed action with its resources, in lower case. */
  actions: readonly { action: string; resources: readonly string[] }[];
};

/** Reads a role's policies. Conditions of an Allow are taken to hold, those of a Deny not to, and the permissions boundary is
 *  left out: the upper limit of what a session could do. */
export function capabilitiesOf({ permissions }: Role, reader: ActionReader): Capabilities {
  const { statements, unread } = permissions;
  const denied = statements.flatMap(deniedEverywhere);
  const allowed = statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap((one) => allowances(one, denied));
  const isAdministrator = allowed.some(({ action, resources }) => isAll(action) && resources.includes('*'));
  if (isAdministrator) {
    return { isAdministrator, escalates: true, can: [ADMINISTER], unread, actions: allowed };
  }
  const escalations = escalationTexts(allowed, reader);
  const can = [
    ...escalations,
    ...powerTexts(allowed, reader),
    ...secretTexts(allowed, reader),
    ...writeTexts(allowed, reader),
  ];
  return { isAdministrator, escalates: escalations.length > 0, can, unread, actions: allowed };
}

const ADMINISTER = 'administer the account: every action on every resource';

const isAll = (action: string): boolean => /^\*(?::\*)?$/.test(action);

type Allowance = { shown: string; action: string; resources: readonly string[] };

function allowances(statement: PolicyStatement, denied: readonly string[]): Allowance[] {
  // An Allow with NotAction is taken for everything but what it names.
  const except = [...denied, ...statement.notActions.map((action) => action.toLowerCase())];
  const actions = statement.notActions.length > 0 ? everythingBut(statement.notActions) : statement.actions;
  const resources = statement.notResources.length > 0 ? ['*'] : statement.resources;
  return actions
    .map((shown) => ({ shown, action: shown.toLowerCase(), resources }))
    .filter(({ action }) => !except.some((pattern) => isLike(action, pattern)));
}

/** The services that matter most among those that a NotAction leaves open. */
const SERVICES = [
  'iam',
  'sts',
  'lambda',
  'ec2',
  'ecs',
  's3',
  'dynamodb',
  'secretsmanager',
  'ssm',
  'kms',
  'cloudformation',
];

function everythingBut(notActions: readonly string[]): string[] {
  if (notActions.length === 0) return ['*'];
  return SERVICES.map((service) => `${service}:*`);
}

/** What an unconditional Deny on every resource takes away. */
function deniedEverywhere({ effect, actions, resources, condition }: PolicyStatement): string[] {
  const isSure = effect === 'Deny' && resources.includes('*') && Object.keys(condition).length === 0;
  return isSure ? actions.map((action) => action.toLowerCase()) : [];
}

/** The most names that one sentence lists. */
const MOST_NAMES = 3;

function listed(names: Iterable<string>): string {
  const all = [...new Set(names)];
  const more = all.length - MOST_NAMES;
  return `${all.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const EXACT_ROLE = /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

function escalationTexts(allowed: readonly Allowance[], reader: ActionReader): string[] {
  const having = (power: Power) => allowed.filter(({ action }) => reader.powersOf(action).has(power));
  const identity = having('identity');
  const alone = having('escalation').filter((one) => !identity.includes(one));
  const pair = reader.escalationPair(allowed.map(({ shown }) => shown));
  const assuming = allowed.filter(({ action }) => reader.assumesRoles(action));
  const roles = assuming.flatMap(({ resources }) => resources).filter((one) => !EXACT_ROLE.test(one));
  return [
    ...(roles.length > 0 ? [`assume other roles: ${roles.includes('*') ? 'every one' : listed(roles)}`] : []),
    ...(identity.length > 0
      ? [`change or become identities: ${listed(identity.map(({ shown }) => shown))}`]
      : []),
    ...(alone.length > 0 ? [`reach another role: ${listed(alone.map(({ shown }) => shown))}`] : []),
    ...(pair ? [`reach another role: ${[...new Set(pair)].join(' together with ')}`] : []),
  ];
}

const POWER_TEXTS: Partial<Record<Power, string>> = {
  organisation: 'reach the organisation, the account or its bill',
  logging: 'switch off or shorten what records and watches',
  keys: 'use or delete keys',
  handingOn: 'give access to others',
};

const powerTexts = (allowed: readonly Allowance[], reader: ActionReader): string[] =>
  powers.flatMap((power) => {
    const text = POWER_TEXTS[power];
    const having = allowed.filter(({ action }) => reader.powersOf(action).has(power));
    return text !== undefined && having.length > 0
      ? [`${text}: ${listed(having.map(({ shown }) => shown))}`]
      : [];
  });

function secretTexts(allowed: readonly Allowance[], reader: ActionReader): string[] {
  const reading = allowed.filter(({ action }) => reader.readsSecrets(action));
  const resources = reading.flatMap((one) => one.resources);
  if (reading.length === 0) return [];
  return [`read secrets: ${resources.includes('*') ? 'every one' : listed(resources)}`];
}

function writeTexts(allowed: readonly Allowance[], reader: ActionReader): string[] {
  const byService = new Map<string, Set<string>>();
  for (const { action, resources } of allowed) {
    if (isReadPattern(action) || reader.powersOf(action).has('identity') || /^(?:iam|sts):/.test(action))
      continue;
    const service = isAll(action) ? 'everything' : action.slice(0, action.indexOf(':'));
    const known = byService.get(service) ?? new Set<string>();
    for (const resource of resources) known.add(resource);
    byService.set(service, known);
  }
  return [...byService].map(
    ([service, resources]) =>
      `write to ${service}: ${resources.has('*') ? 'every resource' : listed(resources)}`,
  );
}
