import { composeDecidingCore, composeRequests, composeVerifier } from './composition/compose.ts';
import { httpFunction } from './http/http-function.ts';
import { revocationRoutes } from './http/routes/revocations.ts';
import { observed } from './invocation/observed.ts';

const core = composeDecidingCore();

/** Ends access: revokes grants and repositories, and freezes. A function of its own, so that it can have a share of Lambda's
 *  concurrency that requests do not use up. */
export const handler = observed(
  core,
  httpFunction(core, composeVerifier(core), revocationRoutes(composeRequests(core))),
);
