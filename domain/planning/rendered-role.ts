import { closedAccount, templateNotOffered } from '../access/accounts/open-accounts.ts';
import { type OwnedName, ownedNames, unownedParameters } from '../access/ownership.ts';
import type { OwnershipRule } from '../access/ownership-schema.ts';
import type { ProjectSettings } from '../access/teams/project-schema.ts';
import type { DeploymentEnvironment, Repository } from '../bitbucket/repository.ts';
import type { GrantIntent } from '../grants/intent.ts';
import {
  type AuditPort,
  checkGuardrails,
  type GuardrailSettings,
  type PolicyViolation,
} from '../guardrails/guardrails.ts';
import { type LifetimeConfiguration, type LifetimeRule, lifetimeRuleOf } from '../lifetimes/lifetime-rule.ts';
import { policyText } from '../policy/document.ts';
import type { Account } from '../shared/account.ts';
import { canonicalHash } from '../shared/canonical-hash.ts';
import { type GrantId, grantIdOf, type RepositoryUuid } from '../shared/identifiers.ts';
import type { Principal } from '../shared/principal.ts';
import { type FieldError, problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { fillDefaults } from '../templates/defaults.ts';
import type { Parameters } from '../templates/parameters.ts';
import { renderPermissionsPolicy } from '../templates/render.ts';
import type { Template } from '../templates/template.ts';
import { checkTrustPolicy } from '../trust/check.ts';
import { renderTrustPolicy } from '../trust/policy.ts';
import { accountPart, type RoleSpecification, roleArnOf, roleNameOf, roleTags } from './role.ts';

/** The settings that every role is checked by: open accounts, lifetimes, ownership rules and guardrail settings. */
export type RoleSettings = LifetimeConfiguration & {
  projects: readonly ProjectSettings[];
  ownership: readonly OwnershipRule[];
  guardrails: Pick<GuardrailSettings, 'audit' | 'deny'>;
  service?: string | undefined;
  protectedRepositories: readonly RepositoryUuid[];
};

/** What a grant is made from, all of it read from Bitbucket, the configuration and the bundled templates, except the
 *  parameters and the name, which are checked. `roleName` when an earlier intent has fixed it. */
export type RoleInputs = {
  configuration: RoleSettings;
  account: Account;
  repository: Repository;
  environment?: DeploymentEnvironment | undefined;
  template: Template;
  parameters: Parameters;
  name: string;
  /** The kind of the requester. An ownership rule holds for a pipeline only if it lists the name under `pipeline`. */
  requesterKind: Principal['kind'];
  roleName?: string | undefined;
};

/** The role as it will be, and the intent that an event records of it: the inputs and the documents' hashes. `unowned`
 *  are the parameters that no ownership rule covers: such a plan is not granted without approval. `audited` is what breaks
 *  guardrails that are in audit mode: it is reported and shown, and stops nothing. `actsThrough` says what the role
 *  amounts to where others act for it. `lifetime` is how long such a grant may last. */
export type RenderedRole = {
  grantId: GrantId;
  role: RoleSpecification;
  intent: GrantIntent;
  requesterKind: Principal['kind'];
  unowned: FieldError[];
  audited: PolicyViolation[];
  actsThrough?: string | undefined;
  /** Every name of a resource, with the project that owns it. */
  names: OwnedName[];
  lifetime: LifetimeRule;
};

/** Renders a grant and checks the result: that the account is open (`DENIED`, `REQUEST_INVALID`), guardrails (`GUARDRAIL_VIOLATED`), sizes
 *  (`POLICY_TOO_LARGE`), built-in values (`REQUEST_INVALID`), and that the trust policy admits the grant's own tokens
 *  and no other. Deterministic: the edge and the provisioner come to the same plan from the same inputs, or the
 *  provisioner refuses. */
export function renderRole(inputs: RoleInputs): Result<RenderedRole> {
  const { configuration, account, repository, environment, template, name, requesterKind } = inputs;
  if (configuration.protectedRepositories.includes(repository.uuid)) {
    const detail = `Nothing can be requested for ${repository.fullName}: the configuration protects it, because who controls a grant of it must not control Rolewright.`;
    return fail(problem('DENIED', detail));
  }
  if (template.scope === 'environment' && !environment) {
    const errors = [{ pointer: '/environment', detail: 'is missing' }];
    const detail = `Template ${template.name} is granted to a deployment environment only; name one.`;
    return fail(problem('REQUEST_INVALID', detail, { errors }));
  }
  const closed =
    templateNotOffered(template, account) ??
    closedAccount({ projects: configuration.projects, account, repository, environment });
  if (closed) return fail(closed);
  const filled = fillDefaults(template, inputs.parameters, { account, repository, environment });
  if (!filled.ok) return filled;
  const parameters = filled.value;
  const permissions = renderPermissionsPolicy(template, { account, repository, environment, parameters });
  if (!permissions.ok) return permissions;
  const { workspace, uuid: repositoryUuid } = repository;
  const target = { account, workspace, repositoryUuid, environmentUuid: environment?.uuid };
  const trustPolicy = renderTrustPolicy(target);
  const guarded = checkGuardrails(permissions.value, trustPolicy, {
    accountId: account.id,
    service: configuration.service,
    ...configuration.guardrails,
  });
  if (!guarded.ok) return guarded;
  const findings = trustFindings(inputs, trustPolicy);
  if (findings.length > 0) {
    return fail(problem('GUARDRAIL_VIOLATED', `The trust policy ${findings.join('; ')}.`));
  }
  const grantId = grantIdOf({
    accountId: account.id,
    repositoryUuid: repository.uuid,
    environmentUuid: environment?.uuid,
    template: template.name,
    name,
  });
  const roleName = inputs.roleName ?? roleNameOf(grantId, repository.slug, template.name);
  const role: RoleSpecification = {
    name: roleName,
    arn: roleArnOf(account, roleName),
    ...accountPart(account),
    maxSessionDuration: template.maxSessionDuration,
    tags: roleTags({
      stage: account.stage,
      configured: account.roleTags,
      grantId,
      repositoryUuid: repository.uuid,
      environmentUuid: environment?.uuid,
      template: template.name,
    }),
    trustPolicy,
    permissionsPolicy: permissions.value,
  };
  const lifetime = lifetimeRuleOf(configuration, template, repository.project?.uuid);
  return ok({
    grantId,
    role,
    lifetime,
    requesterKind,
    audited: guarded.value,
    actsThrough: template.actsThrough,
    ...ownershipOf({ ...inputs, parameters }),
    intent: { ...intentOf({ ...inputs, parameters }, role), ...optionalMax(lifetime) },
  });
}

/** Who owns the names of a request. */
function ownershipOf({ configuration, ...question }: RoleInputs): Pick<RenderedRole, 'unowned' | 'names'> {
  const asked = { ...question, rules: configuration.ownership };
  return { unowned: unownedParameters(asked), names: ownedNames(asked) };
}

/** What a checker that shares no code with the renderer finds wrong with a trust policy. */
const trustFindings = (
  { account, repository, environment }: RoleInputs,
  trustPolicy: RoleSpecification['trustPolicy'],
): string[] =>
  checkTrustPolicy(policyText(trustPolicy), {
    partition: account.partition,
    accountId: account.id,
    workspaceSlug: repository.workspace.slug,
    workspaceUuid: repository.workspace.uuid,
    repositoryUuid: repository.uuid,
    environmentUuid: environment?.uuid,
  });

function intentOf(
  { repository, environment, account, template, parameters, name }: RoleInputs,
  role: RoleSpecification,
): GrantIntent {
  return {
    repository: { uuid: repository.uuid, fullName: repository.fullName },
    workspace: repository.workspace,
    ...(repository.project ? { project: repository.project } : {}),
    ...(environment ? { environment } : {}),
    account: account.id,
    template: { name: template.name, version: template.version },
    name,
    parameters,
    roleName: role.name,
    maxSessionDuration: template.maxSessionDuration,
    ...configuredTags(account),
    trustPolicyHash: canonicalHash(role.trustPolicy),
    permissionsPolicyHash: canonicalHash(role.permissionsPolicy),
  };
}

/** Absent without configured tags, as in the intents of before there were any. */
const configuredTags = ({ roleTags: tags }: Account): Pick<GrantIntent, 'roleTags'> =>
  tags && Object.keys(tags).length > 0 ? { roleTags: { ...tags } } : {};

const optionalMax = ({ max }: LifetimeRule): Pick<GrantIntent, 'maxLifetimeSeconds'> =>
  max === undefined ? {} : { maxLifetimeSeconds: max };

/** Reports a plan's violations of audited guardrails, if there are any. */
export function reportAuditedRole(
  { reportAudited }: AuditPort,
  { grantId, intent, audited }: RenderedRole,
): void {
  if (audited.length > 0) reportAudited({ grantId, template: intent.template.name, violations: audited });
}
