import type { Caller } from '../../../domain/shared/principal.ts';
import { freezeGrant, repairGrant, thawGrant } from '../../../domain/use-cases/containment/freeze-grant.ts';
import type { RequestPorts } from '../../../domain/use-cases/requests/request-grant.ts';
import * as own from '../contract/containment/containment.ts';
import type { Route } from '../http-function.ts';
import { answerToExisting } from '../outcome-answer.ts';
import { unwrap } from '../problem-details.ts';
import { grantResource } from '../resources/grant-resource.ts';
import { type RequestTo, route } from '../route.ts';

type ContainmentOperation = typeof own.freezeGrant | typeof own.thawGrant | typeof own.repairGrant;

/** The routes that close access and open it again, over what they work with. */
export function containmentRoutes(ports: RequestPorts): Route[] {
  const one =
    (act: typeof freezeGrant) =>
    async ({ caller, requestId, path, body }: RequestTo<ContainmentOperation>) => {
      const input = { ...body, grantId: path.id ?? '' };
      const { outcome, grant } = unwrap(await act(ports, input, contextOf(caller, requestId)));
      return answerToExisting(outcome, grant.id, grantResource(grant, ports));
    };

  return [
    route(own.freezeGrant, one(freezeGrant)),
    route(own.thawGrant, one(thawGrant)),
    route(own.repairGrant, one(repairGrant)),
  ];
}

const contextOf = (caller: Caller, correlationId: string) => ({
  caller,
  correlationId,
  entryPoint: 'http' as const,
});
