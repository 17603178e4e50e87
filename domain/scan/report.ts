import type { Unjudged } from './account/account.ts';
import type { ScanCode } from './codes.ts';

/** How urgent a finding is, most urgent first. */
export const severities = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof severities)[number];

/** A token that a role admits and should not: its issuer and claims, and what else the request must have. */
export type AdmittedClaims = {
  issuer: string;
  claims: Readonly<Record<string, unknown>>;
  request?: { sessionName?: string; sourceIp?: string };
};

/** What asking Rolewright for a grant of its own would take: the body of the request for it. A word in braces and capitals is
 *  what a scan does not know, such as `{TEMPLATE}`. */
export type GrantRequest = {
  repository: string;
  environment?: string;
  template: string;
  parameters: Readonly<Record<string, unknown>>;
};

/** Something wrong with a role, or with a provider, by its ARN. `admits` is a token that gets in and that the corrected
 *  trust policy refuses; `can` what a session could do; `fillIn` what the corrected policy
 *  still lacks, because the old one names nothing; `templates` the shipped ones that fit what the role can do; `narrow` the
 *  command that puts the corrected trust policy, a comment that says what to edit first where there is a `fillIn`; `command`
 *  the one that closes the role to its tokens. Both read the policy from a file. */
export type ScanFinding = {
  role: string;
  file: string;
  severity: Severity;
  code: ScanCode;
  summary: string;
  admits?: AdmittedClaims;
  can?: readonly string[];
  correctedTrustPolicy?: unknown;
  fillIn?: string;
  request?: GrantRequest;
  templates?: readonly string[];
  narrow?: string;
  command?: string;
};

/** What a role admits where its trust is right: some token gets in, every one that does is of what the trust names, and there
 *  is no finding about the trust. Findings about what the role can do there may be. */
export type RightTrust = { role: string; admits: string };

/** What a role lets in, for pictures and lists: `from` says who, `severity` how grave. */
export type Entry = { role: string; from: string; severity: Severity | 'right' };

/** A document for one of the commands: a trust policy, and the name of its file. */
export type PolicyFile = { name: string; policy: unknown };

/** All that a scan found. `roles` counts those that trust an OIDC provider, or whose trust is not understood; `rolesRead`
 *  all; `rolesUnjudged` those of `roles` of whose trust a part could not be judged. Findings come gravest first, and are
 *  grouped by role. */
export type ScanReport = {
  roles: number;
  rolesRead: number;
  rolesUnjudged: number;
  findings: readonly ScanFinding[];
  right: readonly RightTrust[];
  unknown: readonly Unjudged[];
  entries: readonly Entry[];
  files: readonly PolicyFile[];
};
