import type { Caller } from '../../../domain/shared/principal.ts';
import { problem } from '../../../domain/shared/problem.ts';
import { toInstant } from '../../../domain/shared/time.ts';
import { type GrantSearch, listGrants } from '../../../domain/use-cases/reading/list-grants.ts';
import { grantEvents, shownGrant } from '../../../domain/use-cases/reading/read-grants.ts';
import { stepGrants } from '../../../domain/use-cases/reading/step-grants.ts';
import { templateImpact } from '../../../domain/use-cases/reading/template-impact.ts';
import { approveGrant, rejectGrant } from '../../../domain/use-cases/requests/approve-or-reject.ts';
import type { GrantAnswer, RequestAnswer } from '../../../domain/use-cases/requests/outcome.ts';
import { upgradeGrant } from '../../../domain/use-cases/requests/request-again.ts';
import { type RequestPorts, requestGrant } from '../../../domain/use-cases/requests/request-grant.ts';
import * as own from '../contract/grants.ts';
import { type CursorPorts, fromCursor, toCursor } from '../cursor-binding.ts';
import type { Route } from '../http-function.ts';
import { acceptedType } from '../negotiation/accepted-type.ts';
import { answerToExisting, answerToNew } from '../outcome-answer.ts';
import { ProblemError, unwrap } from '../problem-details.ts';
import { eventResource } from '../resources/event-resource.ts';
import { grantResource, impactResource, plannedResource } from '../resources/grant-resource.ts';
import { STEP_TYPE, stepOfAll } from '../resources/pipeline-snippet.ts';
import { type RequestTo, route } from '../route.ts';

/** The routes on grants, over what they work with. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each route is short.
export function grantRoutes(ports: RequestPorts & CursorPorts): Route[] {
  const { configuration } = ports;

  const planned = ({ planned: grant }: RequestAnswer & { outcome: 'planned' }) => ({
    status: 200 as const,
    body: plannedResource(grant, ports, toInstant(ports.clock.now())),
  });

  const answerAbout = ({ outcome, grant, plan }: GrantAnswer) =>
    answerToExisting(outcome, grant.id, grantResource(grant, ports, { plan }));

  async function request({ caller, requestId, query, body }: RequestTo<typeof own.requestGrant>) {
    const context = { ...contextOf(caller, requestId), dryRun: query.dryRun === 'true' };
    const answer = unwrap(await requestGrant(ports, body, context));
    if (answer.outcome === 'planned') return planned(answer);
    const { outcome, grant, plan } = answer;
    return answerToNew(outcome, grant.id, grantResource(grant, ports, { plan }));
  }

  async function upgrade({ caller, requestId, path, query, body }: RequestTo<typeof own.upgradeGrant>) {
    const context = { ...contextOf(caller, requestId), dryRun: query.dryRun === 'true' };
    const answer = unwrap(await upgradeGrant(ports, { ...body, grantId: path.id ?? '' }, context));
    return answer.outcome === 'planned' ? planned(answer) : answerAbout(answer);
  }

  async function approve({ caller, requestId, path, body }: RequestTo<typeof own.approveGrant>) {
    const input = { ...body, grantId: path.id ?? '' };
    return answerAbout(unwrap(await approveGrant(ports, input, contextOf(caller, requestId))));
  }

  async function reject({ caller, requestId, path, body }: RequestTo<typeof own.rejectGrant>) {
    const input = { ...body, grantId: path.id ?? '' };
    return answerAbout(unwrap(await rejectGrant(ports, input, contextOf(caller, requestId))));
  }

  async function impact({ caller, path, query }: RequestTo<typeof own.showTemplateImpact>) {
    const { limit, cursor } = query;
    const name = path.name ?? '';
    const pages = { route: `/v1/templates/${name}/impact`, filters: {}, caller };
    const after = await fromCursor(ports, pages, cursor);
    const page = unwrap(await templateImpact(ports, caller, { name, limit, after }));
    const items = page.impacts.map((one) => impactResource(one.grant, one.impact, configuration));
    return pageOf(items, await toCursor(ports, pages, page.next));
  }

  async function oneStep(caller: Caller, filter: GrantSearch['filter'], cursor: string | undefined) {
    if (cursor !== undefined) {
      const errors = [{ pointer: '/cursor', detail: 'must be left out: a step is answered whole' }];
      throw new ProblemError(problem('REQUEST_INVALID', 'A step has no pages.', { errors }));
    }
    const found = unwrap(await stepGrants(ports, caller, filter));
    const step = stepOfAll(found, ports);
    if (step === undefined) {
      throw new ProblemError(
        problem('GRANT_NOT_FOUND', 'The accounts of these grants are configured no more.'),
      );
    }
    const headers = { 'content-type': `${STEP_TYPE}; charset=utf-8`, vary: 'accept' };
    return { status: 200 as const, headers, body: step };
  }

  async function list({ caller, event, query }: RequestTo<typeof own.listGrants>) {
    const { limit, cursor, waiting, drift, hold, ...given } = query;
    const account = configuration.accounts.find(({ alias }) => alias === given.account)?.id ?? given.account;
    const filter = { ...given, account, ...whereTrue({ waiting, drift, hold }) };
    if (acceptedType(event, ['application/json', STEP_TYPE]) === STEP_TYPE) {
      return oneStep(caller, filter, cursor);
    }
    const pages = { route: '/v1/grants', filters: filter, caller };
    const after = await fromCursor(ports, pages, cursor);
    const { grants, unreadable, next } = await listGrants(ports, caller, { filter, limit, after });
    const items = [...grants.map((grant) => grantResource(grant, ports, { inList: true })), ...unreadable];
    return pageOf(items, await toCursor(ports, pages, next));
  }

  async function show({ caller, path }: RequestTo<typeof own.showGrant>) {
    const grant = unwrap(await shownGrant(ports, path.id ?? '', caller));
    return { status: 200 as const, body: grantResource(grant, ports) };
  }

  async function events({ caller, path, query }: RequestTo<typeof own.listGrantEvents>) {
    const { limit, cursor } = query;
    const id = path.id ?? '';
    const pages = { route: `/v1/grants/${id}/events`, filters: {}, sort: 'oldest', caller };
    const after = Number((await fromCursor(ports, pages, cursor)) ?? 0);
    const page = unwrap(await grantEvents(ports, { grantId: id, caller }, { limit, after }));
    return pageOf(page.events.map(eventResource), await toCursor(ports, pages, page.next?.toString()));
  }

  return [
    route(own.requestGrant, request),
    route(own.listGrants, list),
    route(own.showGrant, show),
    route(own.approveGrant, approve),
    route(own.rejectGrant, reject),
    route(own.upgradeGrant, upgrade),
    route(own.listGrantEvents, events),
    route(own.showTemplateImpact, impact),
  ];
}

const pageOf = <T>(items: T[], cursor: string | undefined) => ({
  status: 200 as const,
  body: { items, ...(cursor === undefined ? {} : { cursor }) },
});

const contextOf = (caller: Caller, correlationId: string) => ({
  caller,
  correlationId,
  entryPoint: 'http' as const,
});

/** The flags of a filter that are asked for. */
const whereTrue = (
  flags: Record<'waiting' | 'drift' | 'hold', unknown>,
): { waiting?: true; drift?: true; hold?: true } =>
  Object.fromEntries(Object.entries(flags).flatMap(([name, asked]) => (asked ? [[name, true]] : [])));
