import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { actions, eventResource } from '../../domain/access/authorisation.ts';
import { canonicalHash } from '../../domain/shared/canonical-hash.ts';
import {
  accountIdSchema,
  environmentUuidSchema,
  projectUuidSchema,
  repositoryUuidSchema,
  workspaceUuidSchema,
} from '../../domain/shared/identifiers.ts';
import type { Caller } from '../../domain/shared/principal.ts';
import { fail, ok, type Result } from '../../domain/shared/result.ts';
import type { AccessFiles } from './access-files.ts';
import { type CompiledAccess, policySetsOf } from './compiled-access.ts';
import type { Cedar } from './engine.ts';
import { derivedGroupMisuses, forbidsByGroup } from './forbids-by-group.ts';
import { requestOf } from './request.ts';
import { looksAtResource, makesExceptions, reachesOf, withoutResource } from './rule-reach.ts';
import { type KnownNames, parseRules, type Rule } from './rules.ts';

/** Checks the rules of `access/` with every check that Cedar offers, and compiles them or returns every error. This
 *  takes most of a second, so it runs when a bundle is built. */
export function compileAccess(
  cedar: Cedar,
  files: AccessFiles,
  known: KnownNames = {},
): Result<CompiledAccess, string[]> {
  const parsed = parseRules(cedar, files, known);
  if (!parsed.ok) return parsed;
  const { rules, schema } = parsed.value;
  const fieldError = misfitOf(cedar, schema);
  if (fieldError) return fail([`access/rolewright.cedarschema: ${fieldError}`]);
  const byGroup = [...forbidsByGroup(rules, known.groupless ?? []), ...derivedGroupMisuses(rules, known)];
  if (byGroup.length > 0) return fail(byGroup);
  const inexact = rules.filter((rule) => !isExact(cedar, rule));
  if (inexact.length > 0)
    return fail(
      inexact.map(({ where }) => `${where}: Cedar does not keep this rule as JSON; word it differently`),
    );
  const compiled = {
    rules: rules.map(({ json: _, text: __, ...rule }) => rule),
    here: Object.fromEntries(rules.map(({ id, json }) => [id, json])),
    callers: callersOf(cedar, schema),
    somewhere: permissive(rules),
    reaches: reachesOf(rules),
    exceptions: actions.filter((action) => rules.some((rule) => makesExceptions(rule, action))),
  };
  const errors = Object.values(policySetsOf(compiled)).flatMap((set) => {
    const answer = cedar.checkParsePolicySet(set);
    return answer.type === 'failure' ? answer.errors.map(({ message }) => `access/: ${message}`) : [];
  });
  return errors.length > 0 ? fail(errors) : ok(compiled);
}

/** True where a rule's JSON says what its text says: Cedar's text of the JSON has the same JSON again. */
function isExact(cedar: Cedar, { json }: Rule): boolean {
  const printed = cedar.policyToText(json);
  if (printed.type === 'failure') return false;
  const again = cedar.policyToJson(printed.text);
  return again.type === 'success' && canonicalHash(again.json) === canonicalHash(json);
}

/** The types of principals that the schema allows for each action. */
function callersOf(cedar: Cedar, schema: string): CompiledAccess['callers'] {
  const answer = cedar.schemaToJson(schema);
  const known = answer.type === 'success' ? answer.json['']?.actions : undefined;
  return Object.fromEntries(
    actions.map((action) => [action, known?.[action]?.appliesTo?.principalTypes ?? []]),
  );
}

/** The name by which Cedar keeps the schema under check, and a policy set without rules; the next check replaces both. */
const CHECKED = 'rolewright-checked';

/** Why a schema does not fit Rolewright's requests; undefined if it does. Cedar checks one request of each action
 *  against it. */
function misfitOf(cedar: Cedar, schema: string): string | undefined {
  const caller: Caller = { principal: { kind: 'person', id: 'anyone' }, groups: ['some'] };
  const uuid = '{00000000-0000-0000-0000-000000000000}';
  const projectUuid = projectUuidSchema.parse(uuid);
  const team = { uuid: projectUuid, requesters: ['some'], approvers: ['some'], auditors: ['some'] };
  const kept = [
    cedar.preparseSchema(CHECKED, schema),
    cedar.preparsePolicySet(CHECKED, { staticPolicies: '' }),
  ];
  for (const answer of kept)
    if (answer.type === 'failure') return answer.errors.map(({ message }) => message).join('; ');
  for (const action of actions) {
    const event = eventResource({
      repositoryUuid: repositoryUuidSchema.parse(uuid),
      projectUuid,
      accountId: accountIdSchema.parse('000000000000'),
    });
    const grant = {
      workspaceUuid: workspaceUuidSchema.parse(uuid),
      decidedBy: [projectUuid],
      environmentUuid: environmentUuidSchema.parse(uuid),
      template: { name: 'some' },
    };
    const resource = action === 'audit' ? event : { ...event, ...grant };
    const answer = cedar.statefulIsAuthorized({
      ...requestOf(
        {
          caller,
          action,
          resource,
          context: { requesterKinds: ['person'], repositoryAdmin: false },
        },
        [team],
      ),
      preparsedPolicySetId: CHECKED,
      preparsedSchemaName: CHECKED,
      validateRequest: true,
    });
    if (answer.type === 'failure') return answer.errors.map(({ message }) => message).join('; ');
  }
  return undefined;
}

/** The rules that decide whether a caller could be allowed on any resource. They never deny a caller who could be:
 *  permits lose their resource and the conditions on it, other than that a team has the caller's group, and forbids count only if they do not look at the resource. */
function permissive(rules: readonly Rule[]): Record<string, PolicyJson> {
  return Object.fromEntries(
    rules.flatMap(({ id, json }): [string, PolicyJson][] => {
      const { effect, resource } = json;
      if (effect === 'permit') {
        const decidable = withoutResource(json.conditions);
        return [[id, { ...json, resource: anyOf(resource), conditions: decidable }]];
      }
      const conditions = json.conditions.filter(({ body }) => !looksAtResource(body));
      const isWhole = conditions.length === json.conditions.length;
      return isWhole && anyOf(resource) === resource ? [[id, json]] : [];
    }),
  );
}

function anyOf(resource: PolicyJson['resource']): PolicyJson['resource'] {
  if (resource.op === 'All' || (resource.op === 'is' && !resource.in)) return resource;
  return resource.op === 'is' ? { op: 'is', entity_type: resource.entity_type } : { op: 'All' };
}
