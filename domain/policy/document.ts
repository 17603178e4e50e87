/** IAM condition block: operator → condition key → value or values. */
export type ConditionBlock = Record<string, Record<string, string | string[]>>;

/** A trust policy as Rolewright writes it: one statement about one federated principal. */
export type TrustPolicy = {
  Version: '2012-10-17';
  Statement: {
    Effect: 'Allow' | 'Deny';
    Principal: { Federated: string };
    Action: 'sts:AssumeRoleWithWebIdentity';
    Condition?: ConditionBlock;
  }[];
};

/** One statement of a permissions policy. */
export type PermissionsStatement = {
  Sid: string;
  Effect: 'Allow';
  Action: string[];
  Resource: string[];
  Condition?: ConditionBlock;
};

/** A permissions policy as a template renders it. */
export type PermissionsPolicy = { Version: '2012-10-17'; Statement: PermissionsStatement[] };

/** Longest trust policy of a role, in characters without white space. Source: AWS IAM quotas, role trust policy
 *  length, default value 2 048 (can be raised to 8 192; we stay inside the default). */
export const TRUST_POLICY_LIMIT = 2048;

/** Longest inline policies of a role together, in characters without white space. Source: AWS IAM quotas, 10 240,
 *  fixed. */
export const INLINE_POLICY_LIMIT = 10_240;

/** The text sent to IAM, and the text whose length counts: JSON without white space between tokens. */
export const policyText = (document: unknown): string => JSON.stringify(document);
