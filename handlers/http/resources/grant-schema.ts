import * as z from 'zod';
import { driftOutcomes } from '../../../domain/grants/drift.ts';
import { driftKinds } from '../../../domain/grants/drift-kinds.ts';
import { freezeCauses, eventSchema as storedEventSchema } from '../../../domain/grants/event.ts';
import { grantStates } from '../../../domain/grants/grant.ts';
import { planHashSchema } from '../../../domain/grants/request.ts';
import { unreadableItemSchema } from '../../../domain/grants/unreadable/stored-event.ts';
import { risks } from '../../../domain/policy/difference.ts';
import { accountIdSchema, grantIdSchema, NAME } from '../../../domain/shared/identifiers.ts';
import { principalSchema } from '../../../domain/shared/principal.ts';
import { problemCodes } from '../../../domain/shared/problem.ts';
import { instantSchema } from '../../../domain/shared/time.ts';

const uuid = z.string().regex(/^\{[0-9a-f-]{36}\}$/);
const document = z.record(z.string(), z.unknown());

const permissionSchema = z
  .strictObject({ action: z.string(), resource: z.string() })
  .meta({ id: 'Permission', description: 'Both may hold IAM wildcards' });

/** A value before a request, and after it. */
// biome-ignore lint/suspicious/noThenProperty: the contract's name; its value is a schema, which nothing awaits.
const nowThen = <T extends z.ZodType>(value: T) => ({ now: value.optional(), then: value.optional() });

const parameterValue = z.union([z.string(), z.array(z.string())]);

/** A principal without its identifiers. */
const namedPrincipalSchema = principalSchema.omit({ identifiers: true }).meta({ id: 'NamedPrincipal' });

/** What a request changes, as permissions. */
const change = {
  risk: z.enum(risks),
  gained: z.array(permissionSchema),
  lost: z.array(permissionSchema),
  requiresApproval: z.boolean(),
};

/** What a request would change; a request or a decision that carries the hash is bound to it. */
const planSchema = z
  .strictObject({
    hash: planHashSchema,
    ...change,
    approvalReasons: z.array(z.string()),
    decidedBy: z
      .array(uuid)
      .describe('The projects whose approvers decide, by UUID; empty where the installation’s approvers do'),
    expiresAt: z
      .strictObject(nowThen(instantSchema))
      .describe('Absent where there is no end; a lifetime that waits for approval begins at the approval'),
    maxSessionDuration: z.strictObject(nowThen(z.int())).describe('Seconds'),
    trustPolicyChanged: z.boolean().describe('Whether what is live has another trust policy'),
    replaces: z
      .array(z.strictObject({ parameter: z.string(), ...nowThen(parameterValue) }))
      .describe(
        'Parameters of the live grant that change; `now` is absent where one is added, `then` where one is removed',
      ),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Plan' });

const target = {
  repository: z.strictObject({
    uuid,
    fullName: z.string().describe('workspace/slug, as last read from Bitbucket'),
    workspace: z.strictObject({ slug: z.string(), uuid }),
    project: z.strictObject({ key: z.string(), uuid }).optional(),
  }),
  environment: z.strictObject({ uuid, name: z.string() }).optional(),
  account: z.strictObject({ alias: z.string(), id: accountIdSchema }),
  name: z.string().regex(NAME),
};

/** A grant as the API shows it. */
export const grantSchema = z
  .strictObject({
    id: grantIdSchema,
    state: z.enum(grantStates),
    ...target,
    template: z.strictObject({ name: z.string(), version: z.string() }),
    parameters: z.record(z.string(), parameterValue),
    role: z
      .strictObject({
        arn: z.string(),
        name: z.string(),
        id: z.string().optional().describe("IAM's RoleId; a new one after every re-creation"),
        maxSessionDuration: z.int().describe('Seconds'),
      })
      .optional(),
    trustPolicy: document.optional().describe('Not in lists'),
    permissionsPolicy: document.optional().describe('Not in lists'),
    plan: planSchema
      .optional()
      .describe(
        'The plan that waits for approval; in a dry run what the request would change; in the answer to a POST what it changed',
      ),
    warnings: z
      .array(z.string())
      .optional()
      .describe(
        'Roles that the permissions boundary does not let it pass or assume; and with a plan the warnings of that',
      ),
    lapsesAt: instantSchema.optional().describe('When the pending request lapses if it is not decided'),
    pendingChange: z
      .strictObject({
        planHash: planHashSchema,
        requestedBy: namedPrincipalSchema,
        requestedAt: instantSchema,
        lapsesAt: instantSchema.describe('When the change lapses if it is not decided'),
        parameters: z.record(z.string(), parameterValue),
        expiresIn: z.string().optional().describe('The lifetime that was asked for, as PnD or PTnH'),
        reason: z.string().optional(),
      })
      .optional(),
    decision: z
      .strictObject({
        outcome: z.enum(['approved', 'rejected', 'lapsed']),
        by: namedPrincipalSchema.optional().describe('Absent where it lapsed'),
        at: instantSchema,
        reason: z.string().optional(),
      })
      .optional()
      .describe('Of the latest request that was decided'),
    drift: z
      .strictObject({
        kinds: z.array(z.enum(driftKinds)),
        foundAt: instantSchema,
        action: z.enum(driftOutcomes).describe('What was done about the latest finding'),
      })
      .optional()
      .describe('What was last found to differ from what was applied'),
    frozen: z
      .strictObject({
        by: namedPrincipalSchema,
        at: instantSchema,
        reason: z.string(),
        cause: z.enum(freezeCauses),
        kinds: z.array(z.enum(driftKinds)).optional().describe('What was found, where drift is the cause'),
      })
      .optional()
      .describe('While the grant is frozen, or is being opened again'),
    hold: z
      .strictObject({ by: namedPrincipalSchema, at: instantSchema, reason: z.string().optional() })
      .optional()
      .describe('Machines cannot request or renew the grant until a person releases it'),
    lastError: z
      .strictObject({ code: z.enum(problemCodes), detail: z.string(), at: instantSchema })
      .optional(),
    expiresAt: instantSchema.optional(),
    reason: z.string().optional(),
    requestedBy: namedPrincipalSchema,
    createdAt: instantSchema,
    updatedAt: instantSchema,
    pipelineSnippet: z
      .string()
      .optional()
      .describe('The step for bitbucket-pipelines.yml, with the commands of the template; while active'),
    pipeSnippet: z
      .string()
      .optional()
      .describe(
        "The same step with Atlassian's pipes; while active, for templates that a pipe does the job of",
      ),
  })
  .meta({ id: 'Grant' });

/** See `grantSchema`. */
export type GrantResource = z.infer<typeof grantSchema>;

/** A grant after a revoke, and what holds of every revoke. */
export const revokedGrantSchema = z
  .strictObject({ ...grantSchema.shape, notice: z.string() })
  .meta({ id: 'RevokedGrant' });

/** A grant whose events cannot be read, after a revoke: a role that is provably its own is closed and kept. */
export const unreadableGrantSchema = z
  .strictObject({
    id: grantIdSchema,
    unreadable: z.literal(true),
    access: z
      .enum(['closing', 'closed', 'unknown'])
      .describe('`unknown`: no role was found that is provably the grant’s'),
    role: z.strictObject({ name: z.string(), arn: z.string(), id: z.string() }).optional(),
    note: z.string(),
    notice: z.string(),
  })
  .meta({ id: 'UnreadableGrant' });

/** What a revoke is answered with. */
export const revocationSchema = z.union([revokedGrantSchema, unreadableGrantSchema]);

/** What an upgrade to the template's present version would do to one grant. `problem` is set where the
 *  template no longer fits the grant; the grant then keeps its present permissions. */
const impactSchema = z
  .strictObject({
    grant: grantIdSchema,
    ...target,
    version: z.strictObject({ from: z.string(), to: z.string() }),
    risk: change.risk.optional(),
    gained: change.gained.optional(),
    lost: change.lost.optional(),
    requiresApproval: change.requiresApproval.optional(),
    problem: z.strictObject({ code: z.enum(problemCodes), detail: z.string() }).optional(),
  })
  .meta({ id: 'Impact' });

/** See `impactSchema`. */
export type ImpactResource = z.infer<typeof impactSchema>;

/** A page of a list; without a cursor it is the last. */
export const pageOf = <T extends z.ZodType>(id: string, item: T) =>
  z.strictObject({ items: z.array(item), cursor: z.string().optional() }).meta({ id });

/** An event as the API returns it. The other fields of `data` depend on the type; `docs/events.md` lists
 *  all. */
export const eventSchema = z
  .strictObject({
    ...storedEventSchema.shape,
    type: z.string().describe('One of the types in `docs/events.md`, or one that a newer version wrote'),
    principal: z.looseObject({ kind: z.string(), id: z.string() }),
    entryPoint: z.string().describe('`http`, `bitbucket`, `slack`, `schedule`, or one of a newer version'),
    data: z.looseObject({
      repository: z.unknown().optional().describe('`{uuid, fullName}`; in every event of a grant'),
      account: z.unknown().optional().describe('12 digits; in every event of a grant'),
    }),
  })
  .meta({ id: 'Event' });

/** An event in a page, or the marker of one that cannot be read. */
export const eventItemSchema = z.union([eventSchema, unreadableItemSchema]);

/** A grant in a page, or the marker of one that cannot be read. */
const grantItemSchema = z.union([grantSchema, unreadableItemSchema]);

export const grantPageSchema = pageOf('GrantPage', grantItemSchema);
export const impactPageSchema = pageOf('ImpactPage', impactSchema);
export const eventPageSchema = pageOf('EventPage', eventItemSchema);
