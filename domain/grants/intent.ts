import * as z from 'zod';
import { canonicalHash, sha256Schema } from '../shared/canonical-hash.ts';
import {
  accountIdSchema,
  environmentUuidSchema,
  NAME,
  projectUuidSchema,
  repositoryUuidSchema,
  workspaceUuidSchema,
} from '../shared/identifiers.ts';
import { secondsSchema } from '../shared/time.ts';

/** The identity of what every event is about; part of the data of each. */
export const targetShape = {
  repository: z.strictObject({ uuid: repositoryUuidSchema, fullName: z.string().min(3) }),
  account: accountIdSchema,
};

/** The fields of an intent: what is to be granted, as inputs and hashes, never as documents to obey. */
export const intentShape = {
  ...targetShape,
  workspace: z.strictObject({ slug: z.string().min(1), uuid: workspaceUuidSchema }),
  project: z.strictObject({ key: z.string(), uuid: projectUuidSchema }).optional(),
  environment: z.strictObject({ uuid: environmentUuidSchema, name: z.string() }).optional(),
  template: z.strictObject({ name: z.string().regex(NAME), version: z.string().min(1) }),
  name: z.string().regex(NAME),
  parameters: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  roleName: z.string().regex(/^rw-[a-z0-9-]{1,61}$/),
  maxSessionDuration: z.int().min(3600).max(43_200),
  /** The configured tags of the role, beside Rolewright's own; absent for none. */
  roleTags: z.record(z.string(), z.string()).exactOptional(),
  /** The longest time since the last approval, over all renewals; none where it is absent. */
  maxLifetimeSeconds: secondsSchema.min(1).exactOptional(),
  trustPolicyHash: sha256Schema,
  permissionsPolicyHash: sha256Schema,
};

/** See `GrantIntent`. */
export const intentSchema = z.strictObject(intentShape);

/** What one request asks to be granted. Hashes are RFC 8785 SHA-256 of the documents. */
export type GrantIntent = z.infer<typeof intentSchema>;

/** The intent inside an event's data, without the other fields. */
export const intentOf = (data: Record<string, unknown>): GrantIntent =>
  intentSchema.parse(
    Object.fromEntries(Object.keys(intentShape).flatMap((key) => (key in data ? [[key, data[key]]] : []))),
  );

/** What of an intent must be equal for two requests to ask for the same: everything that decides what IAM will hold.
 *  How long the grant may last is no part of it: a renewal takes the limit of its time. */
export function intentHash(intent: GrantIntent): string {
  const {
    template,
    parameters,
    roleName,
    maxSessionDuration,
    roleTags,
    trustPolicyHash,
    permissionsPolicyHash,
  } = intent;
  return canonicalHash({
    template,
    parameters,
    roleName,
    maxSessionDuration,
    ...(roleTags ? { roleTags } : {}),
    trustPolicyHash,
    permissionsPolicyHash,
  });
}
