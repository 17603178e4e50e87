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
export const REPOSITORY_RULES = { kind: 'system', id: 'repository-rules' } as const satisfies Principal;

/** Who approves where a rule of the configuration says `approved: true`. */
export const CONFIGURATION = { kind: 'system', id: 'configuration' } as const satisfies Principal;

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

/** A kind of principal whose calls carry no claims of a pipeline. */
type OtherKind = Exclude<Principal['kind'], 'pipeline'>;

/** A pipeline as caller, with the claims of its verified token. It has no groups. */
export type PipelineCaller = {
  principal: Principal & { kind: 'pipeline' };
  groups: readonly string[];
  pipeline: PipelineClaims;
};

/** The authenticated caller of one request. `groups` come from a company issuer. */
export type Caller =
  | PipelineCaller
  | { principal: Principal & { kind: OtherKind }; groups: readonly string[]; pipeline?: undefined };

const isOther = (principal: Principal): principal is Principal & { kind: OtherKind } =>
  principal.kind !== 'pipeline';

/** A principal of the log as the caller that it was; undefined for a pipeline, whose claims the log does not hold. */
export const callerOf = (principal: Principal, groups: readonly string[]): Caller | undefined =>
  isOther(principal) ? { principal, groups } : undefined;
