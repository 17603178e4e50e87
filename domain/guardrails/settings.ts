import * as z from 'zod';
import { auditableGuardrails } from './rules.ts';

/** The `guardrails` part of the configuration: which rules only report, and which actions are refused besides. */
export const guardrailSettingsSchema = z.strictObject({
  audit: z
    .array(
      z.enum(auditableGuardrails, {
        error: `must be a guardrail that may be audited: ${auditableGuardrails.join(', ')}`,
      }),
    )
    .default([]),
  deny: z
    .array(
      z
        .string()
        .regex(
          /^[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+$/,
          'must be a pattern of actions, e.g. s3:DeleteObject or ec2:*',
        ),
    )
    .default([]),
});
