import type { Caller } from '../../../domain/shared/principal.ts';
import { freezeGrant } from '../../../domain/use-cases/containment/freeze-grant.ts';
import { freezeInstallation } from '../../../domain/use-cases/containment/freeze-installation.ts';
import { revokeRepository } from '../../../domain/use-cases/containment/revoke-repository.ts';
import type { RequestPorts } from '../../../domain/use-cases/requests/request-grant.ts';
import { revokeGrant } from '../../../domain/use-cases/requests/revoke-grant.ts';
import * as containment from '../contract/containment/containment.ts';
import * as installation from '../contract/containment/installation.ts';
import * as repositories from '../contract/containment/repositories.ts';
import * as own from '../contract/containment/revocations.ts';
import type { Route } from '../http-function.ts';
import { answerToExisting } from '../outcome-answer.ts';
import { unwrap } from '../problem-details.ts';
import { repositoryUuidIn } from '../repository-path.ts';
import { grantResource } from '../resources/grant-resource.ts';
import { unreadableResource } from '../resources/unreadable-resource.ts';
import { type RequestTo, route } from '../route.ts';

/** What every answer to a revoke says. Source: IAM User Guide, eventual consistency: no time is guaranteed. */
const PROPAGATION_NOTICE =
  'IAM is eventually consistent: the change usually takes effect everywhere within seconds, and AWS guarantees no time. Until then a token may still be admitted and a live session may still act.';

/** The routes that end access, over what they work with. */
export function revocationRoutes(ports: RequestPorts): Route[] {
  async function revoke({ caller, requestId, path, body: asked }: RequestTo<typeof own.revokeGrant>) {
    const terms = { reason: asked.reason, withoutHold: asked.hold === false };
    const context = { ...contextOf(caller, requestId), ...terms };
    const answer = unwrap(await revokeGrant(ports, path.id ?? '', context));
    if ('unreadable' in answer) {
      const { grantId, revocation } = answer;
      const outcome = revocation.state === 'requested' ? 'accepted' : 'changed';
      const body = { ...unreadableResource(answer), notice: PROPAGATION_NOTICE };
      return answerToExisting(outcome, grantId, body);
    }
    const { outcome, grant } = answer;
    const body = { ...grantResource(grant, ports), notice: PROPAGATION_NOTICE };
    return answerToExisting(outcome, grant.id, body);
  }

  async function revokeAll({
    caller,
    requestId,
    path,
    body,
  }: RequestTo<typeof repositories.revokeRepository>) {
    const input = { ...body, repository: repositoryUuidIn(path.uuid) };
    const ended = unwrap(await revokeRepository(ports, input, contextOf(caller, requestId)));
    const status = ended.outcome === 'changed' ? (200 as const) : (202 as const);
    return { status, body: { items: ended.items } };
  }

  async function freeze({ caller, requestId, path, body }: RequestTo<typeof containment.freezeGrant>) {
    const input = { ...body, grantId: path.id ?? '' };
    const { outcome, grant } = unwrap(await freezeGrant(ports, input, contextOf(caller, requestId)));
    return answerToExisting(outcome, grant.id, grantResource(grant, ports));
  }

  async function freezeAll({ caller, requestId, body }: RequestTo<typeof installation.freezeInstallation>) {
    const frozen = unwrap(await freezeInstallation(ports, body, contextOf(caller, requestId)));
    return { status: 200 as const, body: { frozen } };
  }

  return [
    route(own.revokeGrant, revoke),
    route(repositories.revokeRepository, revokeAll),
    route(containment.freezeGrant, freeze),
    route(installation.freezeInstallation, freezeAll),
  ];
}

const contextOf = (caller: Caller, correlationId: string) => ({
  caller,
  correlationId,
  entryPoint: 'http' as const,
});
