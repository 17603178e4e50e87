import { createHash } from 'node:crypto';
import type { EntityJson, PolicyJson, PolicySet, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { AccessRules, Action, Circumstances, Decision, Resource } from '../domain/authorisation.ts';
import type { Caller, Principal } from '../domain/principal.ts';
import type { AccessFiles } from './access-files.ts';
import type { Cedar } from './cedar.ts';
import { type KnownNames, parseRules, type Rule } from './cedar-rules.ts';

/** The access rules, and the whole of what made a decision: the rules that it rests on, in the order of their files;
 *  none when nothing permits. */
export type CedarAccess = AccessRules & {
  explain(
    caller: Caller,
    action: Action,
    resource?: Resource,
    circumstances?: Circumstances,
  ): Decision & { rules: Rule[] };
};

const principalTypes = {
  person: 'Person',
  service: 'Service',
  pipeline: 'Pipeline',
  system: 'System',
} as const satisfies Record<Principal['kind'], string>;

const actions: readonly Action[] = ['request', 'revoke', 'approve', 'read', 'audit'];

/** The rules of `access/`, decided by Cedar, or every fault of them. A caller and an action that the schema does not bring
 *  together are denied, and so is whatever Cedar fails to evaluate: a forbid that failed must not be passed over. */
export function cedarAccess(
  cedar: Cedar,
  files: AccessFiles,
  known: KnownNames = {},
): { access: CedarAccess } | { faults: string[] } {
  const parsed = parseRules(cedar, files, known);
  if ('faults' in parsed) return parsed;
  const { rules, schema } = parsed;
  const fault = misfitOf(cedar, schema);
  if (fault) return { faults: [`access/rolewright.cedarschema: ${fault}`] };
  const here = prepared(cedar, {
    staticPolicies: Object.fromEntries(rules.map(({ id, text }) => [id, text])),
  });
  const somewhere = prepared(cedar, { staticPolicies: permissive(rules) });
  const callers = callersOf(cedar, schema);

  function explain(
    caller: Caller,
    action: Action,
    resource?: Resource,
    circumstances: Circumstances = {},
  ): Decision & { rules: Rule[] } {
    const principal = principalTypes[caller.principal.kind];
    if (!callers(action).includes(principal)) return { allowed: false, rule: 'default-deny', rules: [] };
    const answer = cedar.statefulIsAuthorized({
      ...requestOf(caller, action, resource, circumstances),
      preparsedPolicySetId: resource ? here : somewhere,
    });
    if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
    const { decision, diagnostics } = answer.response;
    const failed = diagnostics.errors.map(({ policyId }) => policyId);
    const decisive = failed.length > 0 ? failed : diagnostics.reason;
    const found = rules.filter(({ id }) => decisive.includes(id));
    const allowed = decision === 'allow' && failed.length === 0;
    return { allowed, rule: found[0]?.id ?? 'default-deny', next: found[0]?.next, rules: found };
  }

  return {
    access: {
      explain,
      decide(...asked) {
        const { allowed, rule, next } = explain(...asked);
        return { allowed, rule, next };
      },
    },
  };
}

/** Has Cedar parse a policy set once. Cedar keeps parsed sets for the whole process, by name: named by their content, two
 *  compositions in one process do not take each other's. */
function prepared(cedar: Cedar, policies: PolicySet): string {
  const name = createHash('sha256').update(JSON.stringify(policies)).digest('hex');
  const answer = cedar.preparsePolicySet(name, policies);
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '));
  return name;
}

/** Which types of principals the schema lets ask for each action, whatever the rules say. */
function callersOf(cedar: Cedar, schema: string): (action: Action) => readonly string[] {
  const answer = cedar.schemaToJson(schema);
  const known = answer.type === 'success' ? answer.json['']?.actions : undefined;
  return (action) => known?.[action]?.appliesTo?.principalTypes ?? [];
}

/** Why a schema does not fit what Rolewright asks: Cedar checks one request of each action against it. */
function misfitOf(cedar: Cedar, schema: string): string | undefined {
  const caller: Caller = { principal: { kind: 'person', id: 'somebody' }, groups: ['some'] };
  const uuid = '{00000000-0000-0000-0000-000000000000}';
  for (const action of actions) {
    const event = { repositoryUuid: uuid, accountId: '000000000000' };
    const grant = {
      workspaceUuid: uuid,
      projectUuid: uuid,
      environmentUuid: uuid,
      template: { name: 'some' },
    };
    const resource = action === 'audit' ? event : { ...event, ...grant };
    const answer = cedar.isAuthorized({
      ...requestOf(caller, action, resource, { requesterKinds: ['person'] }),
      policies: { staticPolicies: '' },
      schema,
      validateRequest: true,
    });
    if (answer.type === 'failure') return answer.errors.map(({ message }) => message).join('; ');
  }
  return undefined;
}

/** A request as Cedar takes it. A resource that is not said stands for any. */
function requestOf(
  { principal, groups }: Caller,
  action: Action,
  resource: Resource | undefined,
  { requesterKinds, repositoryAdmin = false }: Circumstances,
) {
  const caller = { type: principalTypes[principal.kind], id: principal.id };
  const parents = 'person' === principal.kind || 'service' === principal.kind ? groups : [];
  const acted = resourceEntity(action, resource);
  const context: Record<string, boolean | { __entity: TypeAndId }[]> = {};
  if (action === 'approve') {
    // Not said is not none: a rule that looks at it fails then, and what fails is denied.
    if (requesterKinds)
      context.requesterKinds = requesterKinds.map((id) => ({ __entity: { type: 'Kind', id } }));
  } else if (action !== 'audit') {
    context.repositoryAdmin = repositoryAdmin;
  }
  return {
    principal: caller,
    action: { type: 'Action', id: action },
    resource: acted.uid as TypeAndId,
    context,
    entities: [{ uid: caller, attrs: {}, parents: parents.map((id) => ({ type: 'Group', id })) }, acted],
  };
}

function resourceEntity(action: Action, resource: Resource | undefined): EntityJson {
  const parents = Object.entries({
    Workspace: resource?.workspaceUuid,
    Project: resource?.projectUuid,
    Repository: resource?.repositoryUuid,
    Environment: resource?.environmentUuid,
    Account: resource?.accountId,
    Template: resource?.template?.name,
  }).flatMap(([type, id]) => (id === undefined ? [] : [{ type, id }]));
  if (action === 'audit') return { uid: { type: 'Event', id: 'this' }, attrs: {}, parents };
  const attrs = { repositoryWide: resource?.environmentUuid === undefined };
  return { uid: { type: 'Grant', id: 'this' }, attrs, parents };
}

/** The rules that answer whether a caller could be allowed on any resource, and so never deny one who could: permits
 *  without their resource and without the conditions that look at it; of the forbids, only those that look at no resource
 *  at all. */
function permissive(rules: readonly Rule[]): Record<string, PolicyJson> {
  return Object.fromEntries(
    rules.flatMap(({ id, json }): [string, PolicyJson][] => {
      const { effect, resource } = json;
      const conditions = json.conditions.filter(({ body }) => !looksAtResource(body));
      if (effect === 'permit') return [[id, { ...json, resource: anyOf(resource), conditions }]];
      const isWhole = conditions.length === json.conditions.length;
      return isWhole && anyOf(resource) === resource ? [[id, json]] : [];
    }),
  );
}

function anyOf(resource: PolicyJson['resource']): PolicyJson['resource'] {
  if (resource.op === 'All' || (resource.op === 'is' && !resource.in)) return resource;
  return resource.op === 'is' ? { op: 'is', entity_type: resource.entity_type } : { op: 'All' };
}

/** True for a condition that needs more than the caller, the action and whether the caller administers the repository. */
function looksAtResource(expression: unknown): boolean {
  if (typeof expression !== 'object' || expression === null) return false;
  if ('Var' in expression) return expression.Var === 'resource' || expression.Var === 'context';
  const access =
    '.' in expression ? (expression['.'] as { left: { Var?: string }; attr: string }) : undefined;
  if (access?.left.Var === 'context' && access.attr === 'repositoryAdmin') return false;
  return Object.values(expression).some(looksAtResource);
}
