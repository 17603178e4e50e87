import { parseArgs } from 'node:util';
import { type CedarAccess, cedarAccess } from '../../adapters/cedar/access.ts';
import { knownNames } from '../../adapters/cedar/access-rules.ts';
import { compiledAccess } from '../../adapters/cedar/access-source.ts';
import type { NamedRule } from '../../adapters/cedar/compiled-access.ts';
import { loadCedar } from '../../adapters/cedar/engine.ts';
import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import { type SettingsSource, sourceFromEnvironment } from '../../adapters/settings/source.ts';
import {
  type AccessContext,
  type AccessRules,
  type Action,
  type Attempt,
  actions,
  authorise,
  couldBeAllowed,
  eventResource,
  type Resource,
  refuse,
} from '../../domain/access/authorisation.ts';
import { principalOf as personOf } from '../../domain/access/directory.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { decideApproval } from '../../domain/grants/deciders/decide-approval.ts';
import { type GrantEvent, parseEvent } from '../../domain/grants/event.ts';
import { replay } from '../../domain/grants/evolve/evolve.ts';
import { type Grant, waitingRequest } from '../../domain/grants/grant.ts';
import { findAccount } from '../../domain/shared/account.ts';
import {
  type AccountId,
  type EnvironmentUuid,
  type ProjectUuid,
  parseEnvironmentUuid,
  parseProjectUuid,
  parseRepositoryUuid,
  type RepositoryUuid,
  type WorkspaceUuid,
  workspaceUuidSchema,
} from '../../domain/shared/identifiers.ts';
import { type Caller, callerOf, type Principal, principalSchema } from '../../domain/shared/principal.ts';
import { ok, type Result } from '../../domain/shared/result.ts';
import { visible } from '../../domain/shared/text/visible-text.ts';
import { epochTime, toInstant } from '../../domain/shared/time.ts';
import type { Template } from '../../domain/templates/template.ts';
import { apiClient } from '../api-client.ts';
import { options, usage } from './explain-options.ts';

/** The workspace of a pipeline whose question names none; no workspace has it. */
const NO_WORKSPACE = workspaceUuidSchema.parse('{00000000-0000-0000-0000-000000000000}');

type Given = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
type Settings = {
  configuration: Configuration;
  templates: ReadonlyMap<string, Template>;
  access: CedarAccess;
};
/** The fields of a grant in the API that rules can look at. */
type ShownGrant = {
  repository: {
    uuid: RepositoryUuid;
    workspace: { uuid: WorkspaceUuid };
    project?: { uuid: ProjectUuid };
  };
  environment?: { uuid: EnvironmentUuid };
  account: { id: AccountId };
  template: { name: string };
  plan?: { decidedBy?: ProjectUuid[] };
};

function parsed(argv: string[]): Given {
  try {
    return parseArgs({ args: argv, options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function settingsIn(source: SettingsSource): Settings {
  const configuration = readConfiguration(source);
  const templates = readTemplates(source.root);
  const compiled = compiledAccess(source, knownNames(configuration, templates));
  const access = cedarAccess(loadCedar, compiled, configuration.projects);
  return { configuration, templates, access };
}

const listed = (text: string): string[] => text.split(',').filter((part) => part !== '');

function uuidOf<U extends string>(
  name: string,
  text: string | undefined,
  parse: (text: string) => U | undefined,
): U | undefined {
  if (text === undefined) return undefined;
  const uuid = parse(text);
  if (!uuid) throw new UsageError(`--${name} must be a UUID in braces, in quotes: names can change hands.`);
  return uuid;
}

function principalOf(text = ''): Principal {
  const colon = text.indexOf(':');
  const principal = principalSchema.safeParse({ kind: text.slice(0, colon), id: text.slice(colon + 1) });
  if (!principal.success)
    throw new UsageError('--principal must be <kind>:<id>, such as person:ada@acme.example.');
  return principal.data;
}

function actionOf(text = ''): Action {
  const action = actions.find((known) => known === text);
  if (!action) throw new UsageError(`--action must be one of ${actions.join(', ')}.`);
  return action;
}

/** A person with the identifiers that are known without a token: those of their entry in `people`, and an id that is an
 *  email. */
function identified(principal: Principal, { people }: Configuration): Principal {
  if (principal.kind !== 'person') return principal;
  const entry = people.find(({ id }) => id === principal.id);
  return personOf(entry ?? { id: principal.id, groups: [] });
}

function toResource({ repository, environment, account, template, plan }: ShownGrant): Resource {
  return {
    workspaceUuid: repository.workspace.uuid,
    projectUuid: repository.project?.uuid,
    repositoryUuid: repository.uuid,
    environmentUuid: environment?.uuid,
    accountId: account.id,
    decidedBy: plan?.decidedBy ?? [],
    template: { name: template.name },
  };
}

/** The projects whose approvers are assumed to decide a request: those that are named, else the repository's. */
const deciding = (given: Given): ProjectUuid[] =>
  (given['decided-by'] === undefined ? [given.project] : listed(given['decided-by'])).flatMap(
    (text) => uuidOf('decided-by', text, parseProjectUuid) ?? [],
  );

function namedResource(given: Given, { configuration }: Settings): Resource | undefined {
  const repositoryUuid = uuidOf('repository', given.repository, parseRepositoryUuid);
  if (!repositoryUuid) return undefined;
  const account = findAccount(configuration.accounts, given.account);
  if (!account) throw new UsageError(`--account: ${given.account} is not configured.`);
  const { workspaces } = configuration;
  const [only] = workspaces.length === 1 ? workspaces : [];
  const workspace = given.workspace ? workspaces.find(({ slug }) => slug === given.workspace) : only;
  if (!workspace)
    throw new UsageError(`--workspace must be one of ${workspaces.map(({ slug }) => slug).join(', ')}.`);
  return {
    workspaceUuid: workspace.uuid,
    projectUuid: uuidOf('project', given.project, parseProjectUuid),
    repositoryUuid,
    environmentUuid: uuidOf('environment', given.environment, parseEnvironmentUuid),
    accountId: account.id,
    decidedBy: deciding(given),
    template: given.template === undefined ? undefined : { name: given.template },
  };
}

/** The resource of a question. For a request it includes the template's `requestableBy`; events have a repository,
 *  its project and an account only. */
function asAsked(action: Action, resource: Resource, templates: Settings['templates']): Resource {
  const { repositoryUuid, projectUuid, accountId } = resource;
  if (action === 'audit') return eventResource({ repositoryUuid, projectUuid, accountId });
  if (action !== 'request') return resource;
  if (!resource.template) throw new UsageError('--template is missing: name the template of the request.');
  const template = templates.get(resource.template.name);
  if (!template) throw new UsageError(`--template: there is no ${resource.template.name}.`);
  return { ...resource, template };
}

function givenCaller(given: Given, resource: Resource | undefined, configuration: Configuration): Caller {
  const principal = identified(principalOf(given.principal), configuration);
  const groups = listed(given.groups);
  const other = callerOf(principal, groups);
  if (other) return other;
  const repositoryUuid = parseRepositoryUuid(principal.id);
  if (!repositoryUuid)
    throw new UsageError("--principal: a pipeline is named by its repository's UUID, pipeline:{uuid}.");
  return {
    principal: { kind: 'pipeline', id: principal.id },
    groups,
    pipeline: {
      workspaceUuid: resource?.workspaceUuid ?? NO_WORKSPACE,
      workspaceSlug: given.workspace ?? '',
      repositoryUuid,
      environmentUuid: uuidOf('step-environment', given['step-environment'], parseEnvironmentUuid),
    },
  };
}

function accessContextOf(given: Given, grant: Grant | undefined): AccessContext {
  const asked = grant?.requesters ?? listed(given.requesters).map((kind) => principalOf(`${kind}:anyone`));
  return {
    requesterKinds: [...new Set(asked.map(({ kind }) => kind))],
    repositoryAdmin: given['repository-admin'],
  };
}

/** The decision on a resource; without one, whether the caller could be allowed on any. */
function decisionOn({
  resource,
  ...question
}: Attempt & { rules: AccessRules; resource: Resource | undefined }): Result<undefined> {
  const report = () => {};
  if (resource) return authorise({ ...question, resource, report });
  const decision = couldBeAllowed(question);
  return decision.allowed ? ok(undefined) : refuse({ ...question, resource, decision, report });
}

/** The decision on an approval by a person who may approve there. It succeeds only for a request that waits, that
 *  has not lapsed, and that another person made. */
function approvalOf(grant: Grant, principal: Principal, now: number): Result<unknown> {
  const planHash = waitingRequest(grant)?.planHash ?? '';
  return decideApproval(grant, { planHash, principal, now: toInstant(epochTime(now)) });
}

/** Replays a grant from its events in the running API, page by page. */
async function replayed(grantId: string, get: Get): Promise<Grant | undefined> {
  const events: GrantEvent[] = [];
  let cursor: unknown;
  do {
    const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(String(cursor))}`;
    const page = await get(`/v1/grants/${encodeURIComponent(grantId)}/events?limit=100${more}`);
    events.push(...(page.items as unknown[]).map(parseEvent));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return replay(events);
}

const inWords = ({ effect, id, doc, where }: NamedRule): string[] => [
  `  ${effect}  ${id}  (${where})`,
  ...(doc ? [`      ${doc}`] : []),
];

/** Reads a path of a running API. */
type Get = (path: string) => Promise<Record<string, unknown>>;

/** An error in the arguments; the usage shows the correct form. */
export class UsageError extends Error {}

/** The rules that would permit on another resource or in another access context what they do not permit here. */
function nearRules(access: CedarAccess, { caller, action, context }: Attempt): string[] {
  const near = access.explain({
    caller,
    action,
    resource: undefined,
    context: { ...context, repositoryAdmin: true },
  }).rules;
  if (near.length === 0) return [];
  return [
    '',
    'These would permit it on another resource or in another access context:',
    ...near.flatMap(inWords),
  ];
}

/** The decision in words: its reason, the rules that took part, and after a denial by no rule those that come near. */
function explanationOf({
  access,
  decision,
  on,
  ...question
}: Attempt & {
  access: CedarAccess;
  decision: Result<unknown>;
  resource: Resource | undefined;
  on: string;
}): string[] {
  const { caller, action, resource } = question;
  const { allowed, rules } = access.explain(question);
  const isBuiltIn = allowed && !decision.ok && decision.problem.code === 'DENIED';
  const { principal, groups } = caller;
  return [
    `${principal.kind} ${principal.id} of ${groups.length > 0 ? groups.join(', ') : 'no group'}: ${action} on ${on}`,
    '',
    decision.ok ? 'allowed' : `denied  ${decision.problem.detail}`,
    ...(isBuiltIn ? ['', 'Rules cannot change that. They would permit it:'] : []),
    ...rules.flatMap(inWords),
    ...(!decision.ok && resource && rules.length === 0 ? nearRules(access, question) : []),
  ];
}

/** Decides at `now` (epoch milliseconds) and explains the decision. Throws `UsageError`, and what `get` throws. */
export async function explainAccess({
  argv,
  source,
  get,
  now,
}: {
  argv: string[];
  source: SettingsSource;
  get: Get;
  now: number;
}): Promise<{ allowed: boolean; text: string }> {
  const given = parsed(argv);
  const settings = settingsIn(source);
  const { access, templates } = settings;
  const action = actionOf(given.action);
  const named = given.grant
    ? toResource((await get(`/v1/grants/${encodeURIComponent(given.grant)}`)) as unknown as ShownGrant)
    : namedResource(given, settings);
  const grant = given.grant && action === 'approve' ? await replayed(given.grant, get) : undefined;
  const caller = givenCaller(given, named, settings.configuration);
  const resource = named && asAsked(action, named, templates);
  const context = accessContextOf(given, grant);
  const byRules = decisionOn({ rules: access, caller, action, resource, context });
  const decision = byRules.ok && grant ? approvalOf(grant, caller.principal, now) : byRules;
  const on = resource ? (given.grant ?? `repository ${resource.repositoryUuid}`) : 'any resource';
  const lines = explanationOf({ access, decision, on, caller, action, resource, context });
  return { allowed: decision.ok, text: lines.map(visible).join('\n') };
}

if (import.meta.main) {
  try {
    const get = async (path: string) => (await apiClient())('GET', path);
    const { allowed, text } = await explainAccess({
      argv: process.argv.slice(2),
      source: sourceFromEnvironment(process.cwd(), process.env),
      get,
      now: Date.now(),
    });
    console.log(text);
    process.exitCode = allowed ? 0 : 1;
  } catch (error) {
    console.error((error as Error).message);
    if (error instanceof UsageError) console.error(`\n${usage}`);
    process.exitCode = 2;
  }
}
