import type { PermissionsPolicy } from '../policy/document.ts';
import { INLINE_POLICY_LIMIT, policyText, TRUST_POLICY_LIMIT, type TrustPolicy } from '../policy/document.ts';
import type { GrantId } from '../shared/identifiers.ts';
import { problem } from '../shared/problem.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { type GuardrailContext, type GuardrailId, guardrailRules, type Rule } from './rules.ts';

/** How the guardrails are applied: `audit` are those that only report, `deny` more actions that are refused. */
export type GuardrailSettings = GuardrailContext & { audit: readonly GuardrailId[] };

/** What breaks a guardrail: the rule's id, the statement's sid, and a sentence with the violation and its fix. */
export type PolicyViolation = { rule: string; statement: string; detail: string };

/** A plan's violations of guardrails in audit mode, for the operators' log. */
export type AuditedRole = { grantId: GrantId; template: string; violations: PolicyViolation[] };

/** Receives the violations of audited guardrails. */
export type AuditPort = { reportAudited(plan: AuditedRole): void };

/** Everything in a policy that breaks a guardrail, whether enforced or audited. */
export const violationsOf = (permissions: PermissionsPolicy, context: GuardrailContext): PolicyViolation[] =>
  (guardrailRules as readonly Rule[]).flatMap(({ id, find }) =>
    find(permissions, context).map(({ statement, what, fix }) => ({
      rule: id,
      statement,
      detail: `${what}: ${fix}`,
    })),
  );

/** Rules that every rendered permissions policy must pass, whatever its template says: `GUARDRAIL_VIOLATED` names
 *  statement, rule and fix of each violation, `POLICY_TOO_LARGE` says which document exceeds IAM's limit. A success
 *  carries the violations of rules that are in audit mode. */
export function checkGuardrails(
  permissions: PermissionsPolicy,
  trust: TrustPolicy,
  settings: GuardrailSettings,
): Result<PolicyViolation[]> {
  const violations = violationsOf(permissions, settings);
  const isAudited = ({ rule }: PolicyViolation) =>
    settings.audit.some((id) => id === rule) &&
    !guardrailRules.some(({ id, isFixed }) => id === rule && isFixed);
  const enforced = violations.filter((violation) => !isAudited(violation));
  if (enforced.length > 0) {
    return fail(
      problem('GUARDRAIL_VIOLATED', 'The rendered policy breaks a guardrail. Change its template.', {
        errors: enforced.map(({ rule, statement, detail }) => ({
          pointer: '/template',
          detail: `statement ${statement}: ${rule}: ${detail}`,
        })),
      }),
    );
  }
  if (policyText(permissions).length > INLINE_POLICY_LIMIT)
    return tooLarge('permissions', INLINE_POLICY_LIMIT);
  if (policyText(trust).length > TRUST_POLICY_LIMIT) return tooLarge('trust', TRUST_POLICY_LIMIT);
  return ok(violations);
}

const tooLarge = (document: string, limit: number) =>
  fail(
    problem(
      'POLICY_TOO_LARGE',
      `The ${document} policy would exceed the ${limit} characters that IAM allows.`,
    ),
  );
