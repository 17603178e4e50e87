/** Every code of a finding, with what it means. Stable: pipelines and ignore files name them. */
export const SCAN_CODES = {
  NO_SUBJECT: 'The trust has no condition on sub: every token of the issuer gets in.',
  WILDCARD_BEFORE_REPOSITORY: 'A wildcard is in or before the name of the repository: others match, too.',
  ONLY_EXCLUDES: 'The condition on sub says who is kept out, so that everyone else gets in.',
  ANY_PRINCIPAL: 'The statement trusts every principal, and so every provider of the account.',
  FOR_ALL_VALUES: 'ForAllValues holds for a token without the claim.',
  IF_EXISTS: '…IfExists holds for a token without the claim.',
  NULL_CONDITION: 'Null asks only whether the claim is there, which every token or no token fulfils.',
  UNKNOWN_CLAIM:
    'AWS has no condition key for the claim: every token passes an operator that holds for a missing key, and none passes any other.',
  OPEN_STATEMENT: 'One of several statements is open, and makes the others worthless.',
  NO_AUDIENCE: "The trust has no condition on aud; only the provider's list of client ids checks it.",
  AUDIENCE_UNKNOWN: 'The trust asks for an audience that no token of the issuer has.',
  EXTRA_AUDIENCE: 'The provider takes more audiences than its tokens need.',
  FOREIGN_WORKSPACE: 'The trust or the provider names a workspace that is not its own.',
  NAME_FOR_UUID: 'A name is where Bitbucket puts a UUID: no token matches.',
  NEVER_MATCHES:
    'No token fulfils the conditions, because of the shape of sub or because they exclude each other.',
  LITERAL_WILDCARD: 'StringEquals compares * and ? as plain characters: no token matches.',
  STEP_PINNED: 'The condition names one step by its UUID, which changes with every run.',
  DENY_WITHOUT_EFFECT: 'A Deny keeps no token out that the Allows let in.',
  NO_BOUNDARY: 'The role has no permissions boundary.',
  ADMINISTRATOR: 'The role may do everything in the account.',
  ESCALATION: "The role can become another one, by the guardrails' lists.",
  UNUSED: 'The role was not used for 90 days.',
} as const;

/** A code of a finding. */
export type ScanCode = keyof typeof SCAN_CODES;

export const scanCodes = Object.keys(SCAN_CODES) as ScanCode[];
