import * as z from 'zod';

/** What the command line reads of the API's answers. Fields that it does not show may be there or not. */
const principal = z.looseObject({ kind: z.string(), id: z.string() });
const permission = z.looseObject({ action: z.string(), resource: z.string() });
const parameterValue = z.union([z.string(), z.array(z.string())]);
const parameters = z.record(z.string(), parameterValue);

/** A value before a request, and after it. */
// biome-ignore lint/suspicious/noThenProperty: the contract's name; its value is a schema, which nothing awaits.
const nowThen = <T extends z.ZodType>(value: T) => ({ now: value.optional(), then: value.optional() });

const planView = z.looseObject({
  hash: z.string(),
  risk: z.string(),
  gained: z.array(permission),
  lost: z.array(permission),
  requiresApproval: z.boolean(),
  approvalReasons: z.array(z.string()),
  expiresAt: z.looseObject(nowThen(z.string())).optional(),
  replaces: z
    .array(
      z.looseObject({
        parameter: z.string(),
        ...nowThen(parameterValue),
      }),
    )
    .default([]),
  warnings: z.array(z.string()).default([]),
});

export const grantView = z.looseObject({
  id: z.string().regex(/^gr_[a-z2-7]{26}$/),
  state: z.string(),
  repository: z.looseObject({ uuid: z.string(), fullName: z.string() }),
  environment: z.looseObject({ uuid: z.string(), name: z.string() }).optional(),
  account: z.looseObject({ alias: z.string(), id: z.string() }),
  template: z.looseObject({ name: z.string(), version: z.string() }),
  name: z.string(),
  parameters,
  role: z.looseObject({ arn: z.string() }).optional(),
  plan: planView.optional(),
  warnings: z.array(z.string()).optional(),
  lapsesAt: z.string().optional(),
  pendingChange: z
    .looseObject({
      planHash: z.string(),
      requestedBy: principal,
      lapsesAt: z.string(),
      reason: z.string().optional(),
    })
    .optional(),
  decision: z
    .looseObject({
      outcome: z.string(),
      by: principal.optional(),
      at: z.string(),
      reason: z.string().optional(),
    })
    .optional(),
  frozen: z
    .looseObject({ by: principal.optional(), at: z.string(), reason: z.string().optional() })
    .optional(),
  hold: z.looseObject({ by: principal.optional(), at: z.string(), reason: z.string().optional() }).optional(),
  lastError: z.looseObject({ code: z.string(), detail: z.string(), at: z.string() }).optional(),
  expiresAt: z.string().optional(),
  reason: z.string().optional(),
  requestedBy: principal,
  createdAt: z.string(),
  updatedAt: z.string(),
  pipelineSnippet: z.string().optional(),
  notice: z.string().optional(),
});

/** A grant whose events cannot be read, in a list or after a revoke. */
export const unreadableView = z.looseObject({
  unreadable: z.literal(true),
  grantId: z.string().optional(),
  id: z.string().optional(),
  access: z.string().optional(),
  note: z.string().optional(),
  notice: z.string().optional(),
});

export const grantPageView = z.looseObject({
  items: z.array(z.union([unreadableView, grantView])),
  cursor: z.string().optional(),
});

export type PlanView = z.infer<typeof planView>;
export type GrantView = z.infer<typeof grantView>;
export type UnreadableView = z.infer<typeof unreadableView>;
