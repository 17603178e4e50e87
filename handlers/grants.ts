import type { Caller } from '../domain/shared/principal.ts';
import { toInstant } from '../domain/shared/time.ts';
import { grantEvents, listGrants, readableGrant } from '../domain/use-cases/reading/read-grants.ts';
import { templateImpact } from '../domain/use-cases/reading/template-impact.ts';
import { approveGrant, rejectGrant } from '../domain/use-cases/requests/decide-approval.ts';
import type { RequestAnswer } from '../domain/use-cases/requests/outcome.ts';
import { type RequestPorts, requestGrant } from '../domain/use-cases/requests/request-grant.ts';
import { revokeGrant } from '../domain/use-cases/requests/revoke-grant.ts';
import { upgradeGrant } from '../domain/use-cases/requests/upgrade-grant.ts';
import { composeCore, composeRequests, composeVerifier } from './compose.ts';
import * as own from './http/contract/grants.ts';
import { fromCursor, toCursor } from './http/cursor.ts';
import { httpFunction, type Route } from './http/http-function.ts';
import { orProblem } from './http/or-problem.ts';
import { grantResource, impactResource, plannedResource } from './http/resources/grant-resource.ts';
import { type RequestTo, route } from './http/route.ts';

/** What every answer to a revoke says. Source: IAM User Guide, eventual consistency: no time is guaranteed. */
const PROPAGATION_NOTICE =
  'IAM shows changes everywhere within seconds as a rule, and guarantees no time: until then a token may still be admitted and a live session may still act.';

/** The routes on grants, over what they work with. */
export function grantRoutes(ports: RequestPorts): Route[] {
  const { configuration } = ports;

  async function request({ caller, requestId, query, body }: RequestTo<typeof own.requestGrant>) {
    const context = { ...contextOf(caller, requestId), dryRun: query.dryRun === 'true' };
    return toAnswer(orProblem(await requestGrant(ports, body, context)));
  }

  async function upgrade({ caller, requestId, path, query, body }: RequestTo<typeof own.upgradeGrant>) {
    const context = { ...contextOf(caller, requestId), dryRun: query.dryRun === 'true' };
    return toChange(orProblem(await upgradeGrant(ports, path.id ?? '', body, context)));
  }

  /** The answer about a grant that was there before: nothing of it is created. */
  function toChange(answer: RequestAnswer) {
    return { ...toAnswer(answer), status: answer.status === 202 ? (202 as const) : (200 as const) };
  }

  function toAnswer(answer: RequestAnswer) {
    if ('planned' in answer) {
      const now = toInstant(ports.clock.now());
      return { status: 200 as const, body: plannedResource(answer.planned, ports, now) };
    }
    const location = { location: `/v1/grants/${answer.grant.id}` };
    return {
      status: answer.status,
      ...(answer.status === 200 ? {} : { headers: location }),
      body: grantResource(answer.grant, ports),
    };
  }

  async function approve({ caller, requestId, path, body }: RequestTo<typeof own.approveGrant>) {
    return toChange(orProblem(await approveGrant(ports, path.id ?? '', body, contextOf(caller, requestId))));
  }

  async function reject({ caller, requestId, path, body }: RequestTo<typeof own.rejectGrant>) {
    return toChange(orProblem(await rejectGrant(ports, path.id ?? '', body, contextOf(caller, requestId))));
  }

  async function impact({ caller, path, query }: RequestTo<typeof own.showTemplateImpact>) {
    const { limit, cursor } = query;
    const name = path.name ?? '';
    const route = `/v1/templates/${name}/impact`;
    const after = fromCursor(route, {}, cursor);
    const page = orProblem(await templateImpact(ports, caller, name, { limit, after }));
    const items = page.impacts.map(({ grant, impact }) => impactResource(grant, impact, configuration));
    return {
      status: 200 as const,
      body: { items, ...(page.next ? { cursor: toCursor(route, {}, page.next) } : {}) },
    };
  }

  async function list({ caller, query }: RequestTo<typeof own.listGrants>) {
    const { limit, cursor, ...given } = query;
    const account = configuration.accounts.find(({ alias }) => alias === given.account)?.id ?? given.account;
    const filter = { ...given, account };
    const after = fromCursor('/v1/grants', filter, cursor);
    const { grants, next } = await listGrants(ports, caller, filter, { limit, after });
    const items = grants.map((grant) => grantResource(grant, ports, { inList: true }));
    return {
      status: 200 as const,
      body: { items, ...(next ? { cursor: toCursor('/v1/grants', filter, next) } : {}) },
    };
  }

  async function show({ caller, path }: RequestTo<typeof own.showGrant>) {
    const grant = orProblem(await readableGrant(ports, path.id ?? '', caller));
    return { status: 200 as const, body: grantResource(grant, ports) };
  }

  async function revoke({ caller, requestId, path }: RequestTo<typeof own.revokeGrant>) {
    const { status, grant } = orProblem(
      await revokeGrant(ports, path.id ?? '', contextOf(caller, requestId)),
    );
    return {
      status,
      ...(status === 202 ? { headers: { location: `/v1/grants/${grant.id}` } } : {}),
      body: { ...grantResource(grant, ports), notice: PROPAGATION_NOTICE },
    };
  }

  async function events({ caller, path, query }: RequestTo<typeof own.listGrantEvents>) {
    const { limit, cursor } = query;
    const id = path.id ?? '';
    const route = `/v1/grants/${id}/events`;
    const after = Number(fromCursor(route, {}, cursor) ?? 0);
    const page = orProblem(await grantEvents(ports, id, caller, { limit, after }));
    return {
      status: 200 as const,
      body: { items: page.events, ...(page.next ? { cursor: toCursor(route, {}, String(page.next)) } : {}) },
    };
  }

  return [
    route(own.requestGrant, request),
    route(own.listGrants, list),
    route(own.showGrant, show),
    route(own.revokeGrant, revoke),
    route(own.approveGrant, approve),
    route(own.rejectGrant, reject),
    route(own.upgradeGrant, upgrade),
    route(own.listGrantEvents, events),
    route(own.showTemplateImpact, impact),
  ];
}

const contextOf = (caller: Caller, correlationId: string) => ({
  caller,
  correlationId,
  entryPoint: 'http' as const,
});

const core = composeCore();

/** Requests, lists, shows and revokes grants. */
export const handler = httpFunction(core.logger, composeVerifier(core), grantRoutes(composeRequests(core)));
