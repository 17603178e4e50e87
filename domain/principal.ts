import * as z from 'zod';
import type { Uuid } from './identifiers.ts';

/** Who did something, as the log names them: `{kind: 'person', id: 'ada@acme.example'}`. A pipeline's id is its
 *  repository's UUID; the system's is the part that acted, e.g. `provisioner`. */
export const principalSchema = z.strictObject({
  kind: z.enum(['person', 'service', 'pipeline', 'system']),
  id: z.string().min(1).max(256),
});

/** See `principalSchema`. */
export type Principal = z.infer<typeof principalSchema>;

/** What a verified Bitbucket step token says of its run; UUIDs in braces and lower case. */
export type PipelineClaims = {
  workspaceUuid: Uuid;
  workspaceSlug: string;
  repositoryUuid: Uuid;
  environmentUuid?: Uuid | undefined;
  pipelineUuid?: string | undefined;
  stepUuid?: string | undefined;
  branchName?: string | undefined;
};

/** The authenticated caller of one request. `groups` come from a company issuer; `pipeline` stands exactly when the
 *  kind is `pipeline`. */
export type Caller = { principal: Principal; groups: readonly string[]; pipeline?: PipelineClaims };
