import type { TextRule } from './input.ts';

// IAM API Reference, "Common parameters" and each action's own, read in @aws-sdk/client-iam 3.1169.

const NAME = '[\\w+=,.@-]+';
const PATH_SHOWN = '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)';
const PATH_PATTERN = /^(\/|\/[!-~]+\/)$/;

export const ROLE_NAME: TextRule = { min: 1, max: 64, pattern: /^[\w+=,.@-]+$/, shown: NAME };
export const POLICY_NAME: TextRule = { min: 1, max: 128, pattern: /^[\w+=,.@-]+$/, shown: NAME };
export const PATH: TextRule = { min: 1, max: 512, pattern: PATH_PATTERN, shown: PATH_SHOWN };
export const PATH_PREFIX: TextRule = {
  min: 1,
  max: 512,
  pattern: /^\/[!-~]*$/,
  shown: '\\u002F[\\u0021-\\u007F]*',
};
export const ARN: TextRule = { min: 20, max: 2048 };
export const VERSION_ID: TextRule = {
  min: 2,
  pattern: /^v[1-9]\d*(\.[A-Za-z0-9-]*)?$/,
  shown: 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?',
};
export const DESCRIPTION: TextRule = {
  max: 1000,
  pattern: /^[\t\n\r -~¡-ÿ]*$/,
  shown: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*',
};
export const DOCUMENT: TextRule = {
  min: 1,
  max: 131_072,
  pattern: /^[\t\n\r -ÿ]+$/,
  shown: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
};
/** A session policy. Source: STS API Reference, AssumeRoleWithWebIdentity. */
export const SESSION_POLICY: TextRule = { ...DOCUMENT, max: 2048 };
export const CLIENT_ID: TextRule = { min: 1, max: 255 };
export const THUMBPRINT: TextRule = {
  min: 40,
  max: 40,
  pattern: /^[0-9A-Fa-f]{40}$/,
  shown: '[0-9A-Fa-f]{40}',
};
export const PROVIDER_URL: TextRule = { min: 1, max: 255 };
export const MARKER: TextRule = { min: 1, pattern: /^[ -ÿ]+$/, shown: '[\\u0020-\\u00FF]+' };
export const SESSION_NAME: TextRule = { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/, shown: '[\\w+=,.@-]*' };

/** Source: STS API Reference, AssumeRole. */
export const EXTERNAL_ID: TextRule = {
  min: 2,
  max: 1224,
  pattern: /^[\w+=,.@:/-]*$/,
  shown: '[\\w+=,.@:\\/-]*',
};

/** Seconds. */
export const MAX_SESSION_DURATION = { min: 3600, max: 43_200 };
/** Seconds; the upper end is what any role can allow, its own maximum is checked later. */
export const SESSION_DURATION = { min: 900, max: 43_200 };
/** Bytes. */
export const MINIMUM_TOKEN_SIZE = { min: 0, max: 4096 };
export const MAX_ITEMS = { min: 1, max: 1000 };

/** Account quotas that IAM enforces here and GetAccountSummary reports (`facts`: the defaults of 2026). */
export const QUOTA = {
  roles: 1000,
  providers: 100,
  policies: 1500,
  trustPolicyCharacters: 2048,
  inlineCharacters: 10_240,
  managedPolicyCharacters: 6144,
  attachedPolicies: 10,
  clientIds: 100,
  thumbprints: 5,
} as const;

/** The length that IAM counts: white space is free. */
export const countedLength = (document: string): number => document.replace(/\s/g, '').length;
