import type { Caller } from '../../../domain/shared/principal.ts';
import { repairGrant, thawGrant } from '../../../domain/use-cases/containment/freeze-grant.ts';
import { releaseRepository } from '../../../domain/use-cases/containment/release-repository.ts';
import type { RequestPorts } from '../../../domain/use-cases/requests/request-grant.ts';
import * as own from '../contract/containment/containment.ts';
import * as repositories from '../contract/containment/repositories.ts';
import type { Route } from '../http-function.ts';
import { answerToExisting } from '../outcome-answer.ts';
import { unwrap } from '../problem-details.ts';
import { repositoryUuidIn } from '../repository-path.ts';
import { grantResource } from '../resources/grant-resource.ts';
import { type RequestTo, route } from '../route.ts';

type ContainmentOperation = typeof own.thawGrant | typeof own.repairGrant;

/** The routes that open closed access again, over what they work with. */
export function containmentRoutes(ports: RequestPorts): Route[] {
  const one =
    (act: typeof thawGrant) =>
    async ({ caller, requestId, path, body }: RequestTo<ContainmentOperation>) => {
      const input = { ...body, grantId: path.id ?? '' };
      const { outcome, grant } = unwrap(await act(ports, input, contextOf(caller, requestId)));
      return answerToExisting(outcome, grant.id, grantResource(grant, ports));
    };

  async function release({
    caller,
    requestId,
    path,
    body,
  }: RequestTo<typeof repositories.releaseRepository>) {
    const input = { ...body, repository: repositoryUuidIn(path.uuid) };
    const items = unwrap(await releaseRepository(ports, input, contextOf(caller, requestId)));
    return { status: 200 as const, body: { items } };
  }

  return [
    route(repositories.releaseRepository, release),
    route(own.thawGrant, one(thawGrant)),
    route(own.repairGrant, one(repairGrant)),
  ];
}

const contextOf = (caller: Caller, correlationId: string) => ({
  caller,
  correlationId,
  entryPoint: 'http' as const,
});
