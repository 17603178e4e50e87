import type { PermissionsPolicy, PermissionsStatement } from './policy-document.ts';
import { INLINE_POLICY_LIMIT, policyText, TRUST_POLICY_LIMIT, type TrustPolicy } from './policy-document.ts';
import { type FieldError, problem } from './problem.ts';
import { fail, ok, type Result } from './result.ts';

/** Services that no grant may touch: whoever can change these can widen their own access, hide it or spend money.
 *  Our choice, along the denies of the permissions boundary in `serverless.yml`. */
const FORBIDDEN_SERVICES = new Set([
  'account',
  'apigateway',
  'aws-portal',
  'billing',
  'budgets',
  'ce',
  'cloudtrail',
  'cognito-identity',
  'config',
  'consolidatedbilling',
  'controltower',
  'cur',
  'guardduty',
  'iam',
  'identitystore',
  'invoicing',
  'kms',
  'organizations',
  'payments',
  'purchase-orders',
  'rolesanywhere',
  'savingsplans',
  'securityhub',
  'sso',
  'sso-directory',
  'sts',
  'tax',
]);

/** Actions that hand access on to others, or act with rights that are not the grant's own: resource policies and
 *  permissions, and reading parameters by a path that hides which. Our choice. */
const HANDS_ACCESS_ON = /(?:Policy|Permission|Permissions|Acl)$|^GetParametersByPath$/;

/** Actions that take no resource, so `*` is the only thing that can stand there. Source: AWS Service Authorization
 *  Reference, actions without a resource type. */
const WITHOUT_RESOURCE = new Set(['ecr:GetAuthorizationToken']);

/** Rules that every rendered permissions policy must pass, whatever its template says: `GUARDRAIL_VIOLATED` names
 *  statement and rule of each violation, `POLICY_TOO_LARGE` says which document exceeds IAM's limit. */
export function checkGuardrails(permissions: PermissionsPolicy, trust: TrustPolicy): Result<undefined> {
  const errors = permissions.Statement.flatMap((statement) =>
    violations(statement).map(
      (detail): FieldError => ({ pointer: '/template', detail: `statement ${statement.Sid}: ${detail}` }),
    ),
  );
  if (errors.length > 0) {
    return fail(
      problem('GUARDRAIL_VIOLATED', 'The rendered policy breaks a guardrail; its template must change.', {
        errors,
      }),
    );
  }
  if (policyText(permissions).length > INLINE_POLICY_LIMIT)
    return tooLarge('permissions', INLINE_POLICY_LIMIT);
  if (policyText(trust).length > TRUST_POLICY_LIMIT) return tooLarge('trust', TRUST_POLICY_LIMIT);
  return ok(undefined);
}

const tooLarge = (document: string, limit: number) =>
  fail(
    problem(
      'POLICY_TOO_LARGE',
      `The ${document} policy would exceed the ${limit} characters that IAM allows.`,
    ),
  );

function violations(statement: PermissionsStatement): string[] {
  const found: string[] = [];
  for (const action of statement.Action) {
    const [service = '', name = ''] = action.split(':');
    if (/[*?]/.test(action) || name === '') found.push(`${action} must name one action`);
    if (FORBIDDEN_SERVICES.has(service.toLowerCase())) found.push(`no grant may use ${service} actions`);
    if (HANDS_ACCESS_ON.test(name)) found.push(`no grant may use ${action}, which can hand access on`);
  }
  for (const resource of statement.Resource) {
    if (resource === '*') {
      if (!statement.Action.every((action) => WITHOUT_RESOURCE.has(action))) {
        found.push('* stands as resource of an action that takes one');
      }
    } else if (!namesOneThing(resource)) {
      found.push(`${resource} must be an ARN whose service, region, account and first name hold no wildcard`);
    } else if (/rolewright/i.test(resource)) {
      found.push("no grant may reach Rolewright's own resources");
    }
  }
  return found;
}

/** True for an ARN that holds no wildcard and no IAM variable up to the end of its first name: `function:shop:*` and `shop-site/*` do not,
 *  `function:*` and `shop-*` do. The first name follows the type of the resource, except in S3, where it comes first. */
function namesOneThing(resource: string): boolean {
  const [, service, rest = ''] = /^arn:[a-z-]+:([a-z0-9-]+):[a-z0-9-]*:\d*:(.+)$/.exec(resource) ?? [];
  const parts = rest.split(/[:/]/).filter((part) => part !== '');
  const upToName = parts.slice(0, service === 's3' ? 1 : 2);
  return upToName.length > 0 && !upToName.some((part) => /[*?$]/.test(part));
}
