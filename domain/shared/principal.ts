import * as z from 'zod';
import type { Uuid } from './identifiers.ts';

/** The kinds of principals. */
export const principalKinds = ['person', 'service', 'pipeline', 'system'] as const;

/** Who did something, as the log names them: `{kind: 'person', id: 'ada@acme.example'}`. A pipeline's id is its
 *  repository's UUID; the system's is the part that acted, e.g. `provisioner`. */
export const principalSchema = z
  .strictObject({
    kind: z.enum(principalKinds),
    id: z.string().min(1).max(256),
  })
  .meta({ id: 'Principal' });

/** See `principalSchema`. */
export type Principal = z.infer<typeof principalSchema>;

/** Who asks for what `onRepositoryCreated` says. */
export const REPOSITORY_RULES: Principal = { kind: 'system', id: 'repository-rules' };

/** Who approves where a rule of the configuration says `approved: true`. */
export const CONFIGURATION: Principal = { kind: 'system', id: 'configuration' };

/** True for the same kind and id. */
export const isSamePrincipal = (a: Principal, b: Principal): boolean => a.kind === b.kind && a.id === b.id;

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
