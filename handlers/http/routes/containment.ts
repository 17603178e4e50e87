import type { Caller } from '../../../domain/shared/principal.ts';
import { freezeGrant, repairGrant, thawGrant } from '../../../domain/use-cases/containment/freeze-grant.ts';
import { freezeInstallation } from '../../../domain/use-cases/containment/freeze-installation.ts';
import { releaseRepository } from '../../../domain/use-cases/containment/release-repository.ts';
import { revokeRepository } from '../../../domain/use-cases/containment/revoke-repository.ts';
import type { RequestPorts } from '../../../domain/use-cases/requests/request-grant.ts';
import * as own from '../contract/containment/containment.ts';
import * as installation from '../contract/containment/installation.ts';
import * as repositories from '../contract/containment/repositories.ts';
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

  async function revoke({ caller, requestId, path, body }: RequestTo<typeof repositories.revokeRepository>) {
    const input = { ...body, repository: uuidIn(path.uuid) };
    const ended = unwrap(await revokeRepository(ports, input, contextOf(caller, requestId)));
    const status = ended.outcome === 'changed' ? (200 as const) : (202 as const);
    return { status, body: { items: ended.items } };
  }

  async function release({
    caller,
    requestId,
    path,
    body,
  }: RequestTo<typeof repositories.releaseRepository>) {
    const input = { ...body, repository: uuidIn(path.uuid) };
    const items = unwrap(await releaseRepository(ports, input, contextOf(caller, requestId)));
    return { status: 200 as const, body: { items } };
  }

  async function freezeAll({ caller, requestId, body }: RequestTo<typeof installation.freezeInstallation>) {
    const frozen = unwrap(await freezeInstallation(ports, body, contextOf(caller, requestId)));
    return { status: 200 as const, body: { frozen } };
  }

  return [
    route(installation.freezeInstallation, freezeAll),
    route(repositories.revokeRepository, revoke),
    route(repositories.releaseRepository, release),
    route(own.freezeGrant, one(freezeGrant)),
    route(own.thawGrant, one(thawGrant)),
    route(own.repairGrant, one(repairGrant)),
  ];
}

/** A repository's UUID from a path, where its braces may be percent-encoded or left out: shells and clients do either. */
function uuidIn(text = ''): string {
  const bare = text.replace(/^(?:\{|%7B)/i, '').replace(/(?:\}|%7D)$/i, '');
  return `{${bare}}`;
}

const contextOf = (caller: Caller, correlationId: string) => ({
  caller,
  correlationId,
  entryPoint: 'http' as const,
});
