import type { Configuration } from '../../domain/configuration.ts';
import type { Grant } from '../../domain/grant.ts';
import type { GrantIntent } from '../../domain/grant-intent.ts';
import type { PlannedGrant } from '../../domain/use-cases/answer-request.ts';
import { pipelineSnippet } from './pipeline-snippet.ts';

/** Leaves out what is undefined. */
const compact = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function subjectFields(intent: GrantIntent, { accounts }: Configuration) {
  const account = accounts.find(({ id }) => id === intent.account);
  const { repository, workspace, project, environment } = intent;
  return {
    repository: compact({ ...repository, workspace, project }),
    environment,
    template: intent.template,
    name: intent.name,
    parameters: intent.parameters,
    account: { alias: account?.alias ?? intent.account, id: intent.account },
  };
}

/** A grant as the API shows it. Lists leave the documents out. */
export function grantResource(
  grant: Grant,
  configuration: Configuration,
  { inList = false }: { inList?: boolean } = {},
): Record<string, unknown> {
  const { intent, requestedBy, reason } = grant.request;
  const { change, role, documents } = grant;
  const region = configuration.accounts.find(({ id }) => id === intent.account)?.region;
  const isActive = grant.status === 'active';
  return compact({
    id: grant.id,
    state: grant.status,
    ...subjectFields(intent, configuration),
    role:
      role &&
      compact({ arn: role.arn, name: role.name, id: role.id, maxSessionDuration: intent.maxSessionDuration }),
    ...(inList || !documents ? {} : documents),
    pendingChange:
      change?.phase === 'waiting'
        ? compact({ planHash: change.planHash, requestedBy: change.requestedBy, expiresAt: change.expiresAt })
        : undefined,
    lastError: grant.lastError,
    expiresAt: grant.expiresAt,
    reason,
    requestedBy,
    createdAt: grant.createdAt,
    updatedAt: grant.updatedAt,
    pipelineSnippet: isActive && role && region ? pipelineSnippet(intent, role.arn, region) : undefined,
  });
}

/** A grant as it would be, for a dry run: the same resource, with its role's ARN and both documents. */
export function plannedResource(
  { plan, template, command, caller }: PlannedGrant,
  configuration: Configuration,
  now: string,
): Record<string, unknown> {
  const { role, intent, grantId } = plan;
  return compact({
    id: grantId,
    state: template.approval === 'required' ? 'pending' : 'active',
    ...subjectFields(intent, configuration),
    role: { arn: role.arn, name: role.name, maxSessionDuration: role.maxSessionDuration },
    trustPolicy: role.trustPolicy,
    permissionsPolicy: role.permissionsPolicy,
    expiresAt: command.expiresAt,
    reason: command.reason,
    requestedBy: caller.principal,
    createdAt: now,
    updatedAt: now,
  });
}
