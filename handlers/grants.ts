import { composeCursors, composeDecidingCore, composeRequests, composeVerifier } from './compose.ts';
import { httpFunction } from './http/http-function.ts';
import { containmentRoutes } from './http/routes/containment.ts';
import { grantRoutes } from './http/routes/grants.ts';
import { callerRoutes } from './http/routes/me.ts';
import { observed } from './invocation/observed.ts';

const core = composeDecidingCore();

const requests = composeRequests(core);

/** Requests, decides, lists, shows, freezes and revokes grants, and shows callers who they are. */
export const handler = observed(
  core,
  httpFunction(core, composeVerifier(core), [
    ...grantRoutes({ ...requests, ...composeCursors(core) }),
    ...containmentRoutes(requests),
    ...callerRoutes(requests),
  ]),
);
