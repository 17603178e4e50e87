import { type Grant, waitingRequest } from '../../grants/grant.ts';
import type { Seconds } from '../../shared/time.ts';

/** A rule that a pipeline's request breaks, and what to do instead. */
export type BrokenLimit = {
  rule: 'pipeline-keeps-waiting-request' | 'pipeline-keeps-expiry';
  detail: string;
};

/** The rule that a pipeline's request on a grant breaks; undefined if it breaks none. Anyone who can push a branch
 *  can act as the pipeline. So it cannot replace a waiting request of another principal, nor change a lifetime that
 *  another principal has set or left open. `expiresInSeconds` is the requested lifetime. */
export function keptFromPipeline(
  grant: Grant | undefined,
  { expiresInSeconds }: { expiresInSeconds?: Seconds | undefined },
): BrokenLimit | undefined {
  const waiting = grant && waitingRequest(grant);
  if (grant && waiting && waiting.requestedBy.kind !== 'pipeline') {
    const detail = `${waiting.requestedBy.kind} ${waiting.requestedBy.id} has requested grant ${grant.id}, and that request waits for approval; a pipeline cannot replace it. Have it decided or withdrawn first, or request a grant with another name.`;
    return { rule: 'pipeline-keeps-waiting-request', detail };
  }
  const isOthers = grant?.state === 'active' && grant.lifetimeSetBy.kind !== 'pipeline';
  if (isOthers && expiresInSeconds !== undefined) {
    const { kind, id } = grant.lifetimeSetBy;
    const detail = `${kind} ${id} has decided how long grant ${grant.id} lasts, and a pipeline cannot change that. Repeat the request without expiresIn, or have a person make it.`;
    return { rule: 'pipeline-keeps-expiry', detail };
  }
  return undefined;
}
