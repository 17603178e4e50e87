import { readCaller } from '../../../domain/use-cases/reading/read-caller.ts';
import type { RequestPorts } from '../../../domain/use-cases/requests/request-grant.ts';
import { showCaller } from '../contract/me.ts';
import type { Route } from '../http-function.ts';
import { route } from '../route.ts';

/** The route that shows callers who they are. */
export const callerRoutes = (ports: Pick<RequestPorts, 'access' | 'admins'>): Route[] => [
  route(showCaller, async ({ caller, query }) => {
    const { groups, readsEveryGrant, ...view } = readCaller(ports, caller);
    const reach = query.reach ? { readsEveryGrant } : {};
    return { status: 200 as const, body: { ...view, groups: [...groups], ...reach } };
  }),
];
