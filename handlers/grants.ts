import * as z from 'zod';
import { grantStatuses } from '../domain/grant.ts';
import {
  approvalSchema,
  parseBody,
  parseGrantRequest,
  rejectionSchema,
  upgradeSchema,
} from '../domain/grant-request.ts';
import type { Caller } from '../domain/principal.ts';
import { toInstant } from '../domain/time.ts';
import type { RequestAnswer } from '../domain/use-cases/answer-request.ts';
import { approveGrant, rejectGrant } from '../domain/use-cases/decide-approval.ts';
import { grantEvents, listGrants, readableGrant } from '../domain/use-cases/read-grants.ts';
import { type RequestPorts, requestGrant } from '../domain/use-cases/request-grant.ts';
import { revokeGrant } from '../domain/use-cases/revoke-grant.ts';
import { templateImpact } from '../domain/use-cases/template-impact.ts';
import { upgradeGrant } from '../domain/use-cases/upgrade-grant.ts';
import { composeCore, composeRequests, composeVerifier } from './compose.ts';
import { fromCursor, toCursor } from './http/cursor.ts';
import { grantResource, impactResource, plannedResource } from './http/grant-resource.ts';
import type { HttpAnswer } from './http/http-answer.ts';
import { httpFunction, type Route } from './http/http-function.ts';
import { type HttpRequest, jsonBody } from './http/http-request.ts';
import { orProblem } from './http/or-problem.ts';
import { limitSchema, queryOf } from './http/query.ts';

const requestQuery = z.strictObject({ dryRun: z.enum(['true', 'false']).default('false') });
const noQuery = z.strictObject({});
const listQuery = z.strictObject({
  repository: z.string().min(1).max(200).optional(),
  state: z.enum(grantStatuses).optional(),
  template: z.string().min(1).max(64).optional(),
  account: z.string().min(1).max(64).optional(),
  limit: limitSchema,
  cursor: z.string().optional(),
});
const pageQuery = z.strictObject({ limit: limitSchema, cursor: z.string().optional() });

/** What every answer to a revoke says. Source: IAM User Guide, eventual consistency: no time is guaranteed. */
const PROPAGATION_NOTICE =
  'IAM shows changes everywhere within seconds as a rule, and guarantees no time: until then a token may still be admitted and a live session may still act.';

/** The routes on grants, over what they work with. */
export function grantRoutes(ports: RequestPorts): Route[] {
  const { configuration } = ports;

  async function request({ caller, event, requestId }: HttpRequest): Promise<HttpAnswer> {
    const body = orProblem(parseGrantRequest(jsonBody(event)));
    const { dryRun } = queryOf(event, requestQuery);
    const context = { ...contextOf(caller, requestId), dryRun: dryRun === 'true' };
    return toAnswer(orProblem(await requestGrant(ports, body, context)));
  }

  async function upgrade({ caller, event, requestId }: HttpRequest): Promise<HttpAnswer> {
    const body = orProblem(parseBody(upgradeSchema, jsonBody(event)));
    const { dryRun } = queryOf(event, requestQuery);
    const context = { ...contextOf(caller, requestId), dryRun: dryRun === 'true' };
    return toAnswer(orProblem(await upgradeGrant(ports, idOf(event), body, context)));
  }

  function toAnswer(answer: RequestAnswer): HttpAnswer {
    if ('planned' in answer) {
      const now = toInstant(ports.clock.now());
      return { status: 200, body: plannedResource(answer.planned, configuration, now) };
    }
    const location = { location: `/v1/grants/${answer.grant.id}` };
    return {
      status: answer.status,
      headers: answer.status === 200 ? {} : location,
      body: grantResource(answer.grant, configuration),
    };
  }

  async function approve({ caller, event, requestId }: HttpRequest): Promise<HttpAnswer> {
    const body = orProblem(parseBody(approvalSchema, jsonBody(event)));
    queryOf(event, noQuery);
    return toAnswer(orProblem(await approveGrant(ports, idOf(event), body, contextOf(caller, requestId))));
  }

  async function reject({ caller, event, requestId }: HttpRequest): Promise<HttpAnswer> {
    const body = orProblem(parseBody(rejectionSchema, jsonBody(event)));
    queryOf(event, noQuery);
    return toAnswer(orProblem(await rejectGrant(ports, idOf(event), body, contextOf(caller, requestId))));
  }

  async function impact({ caller, event }: HttpRequest): Promise<HttpAnswer> {
    const { limit, cursor } = queryOf(event, pageQuery);
    const name = event.pathParameters?.name ?? '';
    const route = `/v1/templates/${name}/impact`;
    const after = fromCursor(route, {}, cursor);
    const page = orProblem(await templateImpact(ports, caller, name, { limit, after }));
    const items = page.impacts.map(({ grant, impact }) => impactResource(grant, impact, configuration));
    return { status: 200, body: { items, ...(page.next ? { cursor: toCursor(route, {}, page.next) } : {}) } };
  }

  async function list({ caller, event }: HttpRequest): Promise<HttpAnswer> {
    const { limit, cursor, ...given } = queryOf(event, listQuery);
    const account = configuration.accounts.find(({ alias }) => alias === given.account)?.id ?? given.account;
    const filter = { ...given, account };
    const after = fromCursor('/v1/grants', filter, cursor);
    const { grants, next } = await listGrants(ports, caller, filter, { limit, after });
    const items = grants.map((grant) => grantResource(grant, configuration, { inList: true }));
    return {
      status: 200,
      body: { items, ...(next ? { cursor: toCursor('/v1/grants', filter, next) } : {}) },
    };
  }

  async function show({ caller, event }: HttpRequest): Promise<HttpAnswer> {
    queryOf(event, noQuery);
    const grant = orProblem(await readableGrant(ports, idOf(event), caller));
    return { status: 200, body: grantResource(grant, configuration) };
  }

  async function revoke({ caller, event, requestId }: HttpRequest): Promise<HttpAnswer> {
    queryOf(event, noQuery);
    const { status, grant } = orProblem(await revokeGrant(ports, idOf(event), contextOf(caller, requestId)));
    return {
      status,
      headers: status === 202 ? { location: `/v1/grants/${grant.id}` } : {},
      body: { ...grantResource(grant, configuration), notice: PROPAGATION_NOTICE },
    };
  }

  async function events({ caller, event }: HttpRequest): Promise<HttpAnswer> {
    const { limit, cursor } = queryOf(event, pageQuery);
    const id = idOf(event);
    const route = `/v1/grants/${id}/events`;
    const after = Number(fromCursor(route, {}, cursor) ?? 0);
    const page = orProblem(await grantEvents(ports, id, caller, { limit, after }));
    return {
      status: 200,
      body: { items: page.events, ...(page.next ? { cursor: toCursor(route, {}, String(page.next)) } : {}) },
    };
  }

  return [
    { method: 'POST', path: '/v1/grants', answer: request },
    { method: 'GET', path: '/v1/grants', answer: list },
    { method: 'GET', path: '/v1/grants/{id}', answer: show },
    { method: 'DELETE', path: '/v1/grants/{id}', answer: revoke },
    { method: 'POST', path: '/v1/grants/{id}/approve', answer: approve },
    { method: 'POST', path: '/v1/grants/{id}/reject', answer: reject },
    { method: 'POST', path: '/v1/grants/{id}/upgrade', answer: upgrade },
    { method: 'GET', path: '/v1/grants/{id}/events', answer: events },
    { method: 'GET', path: '/v1/templates/{name}/impact', answer: impact },
  ];
}

const contextOf = (caller: Caller, correlationId: string) => ({
  caller,
  correlationId,
  entryPoint: 'http' as const,
});

const idOf = (event: HttpRequest['event']): string => event.pathParameters?.id ?? '';

const core = composeCore();

/** Requests, lists, shows and revokes grants. */
export const handler = httpFunction(core.logger, composeVerifier(core), grantRoutes(composeRequests(core)));
