import { composeCore, composeCursors, composeRequests, composeVerifier } from './compose.ts';
import { httpFunction } from './http/http-function.ts';
import { grantRoutes } from './http/routes/grants.ts';

const core = composeCore();

/** Requests, decides, lists, shows and revokes grants. */
export const handler = httpFunction(
  core.logger,
  composeVerifier(core),
  grantRoutes({ ...composeRequests(core), ...composeCursors(core) }),
);
