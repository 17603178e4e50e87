import {
  composeCursors,
  composeDecidingCore,
  composeRequests,
  composeVerifier,
} from './composition/compose.ts';
import { httpFunction } from './http/http-function.ts';
import { containmentRoutes } from './http/routes/containment.ts';
import { grantRoutes } from './http/routes/grants.ts';
import { callerRoutes } from './http/routes/me.ts';
import { reconcileRoutes } from './http/routes/reconcile.ts';
import { composeReconcilerClient } from './invocation/clients.ts';
import { observed } from './invocation/observed.ts';

const core = composeDecidingCore();

const requests = composeRequests(core);

/** Requests, decides, lists and shows grants, opens closed ones again, has the reconciler run, and shows callers who they are. */
export const handler = observed(
  core,
  httpFunction(core, composeVerifier(core), [
    ...grantRoutes({ ...requests, ...composeCursors(core) }),
    ...containmentRoutes(requests),
    ...reconcileRoutes({ ...requests, reconciler: composeReconcilerClient(core) }),
    ...callerRoutes(requests),
  ]),
);
