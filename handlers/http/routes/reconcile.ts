import { type Reconciler, reconcileNow } from '../../../domain/use-cases/drift/reconcile-now.ts';
import type { RequestPorts } from '../../../domain/use-cases/requests/request-grant.ts';
import { reconcileInstallation } from '../contract/containment/installation.ts';
import type { Route } from '../http-function.ts';
import { unwrap } from '../problem-details.ts';
import { route } from '../route.ts';

/** The route that has the reconciler run now. */
export const reconcileRoutes = (
  ports: Pick<RequestPorts, 'access' | 'reportDenied'> & { reconciler: Reconciler },
): Route[] => [
  route(reconcileInstallation, async ({ caller, body }) => {
    const { drift } = unwrap(await reconcileNow(ports, body, caller));
    return { status: 202 as const, body: { drift } };
  }),
];
