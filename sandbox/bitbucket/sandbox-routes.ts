import { type Answer, noContent, ok, refusal } from '../http/answers.ts';
import type { Faults } from '../http/faults.ts';
import { findRoute, type Route, type SandboxRequest } from '../http/routes.ts';
import type { CallLog } from './calls.ts';
import { changeRoutes } from './changes.ts';
import { credentialRoutes } from './credentials/routes.ts';
import { companyRoutes } from './identity/company-tokens.ts';
import { loginRoutes } from './identity/login/login-routes.ts';
import { stepToken } from './identity/step-token.ts';
import { permissionRoutes } from './rest/permissions.ts';
import type { Seed } from './seed.ts';
import type { StateStore } from './state.ts';
import type { Webhooks } from './webhooks.ts';

/** The state that the sandbox's own endpoints use. */
export type SandboxParts = {
  seed: Seed;
  /** By the workspace's slug. */
  webhookSecrets: Record<string, string>;
  store: StateStore;
  faults: Faults;
  calls: CallLog;
  webhooks: Webhooks;
  now: () => number;
  /** The stand-in's own address. */
  url: () => string;
};

/** Answers everything under `/sandbox`: no credentials, JSON in and out, `{errors}` with every problem. */
export function sandboxApi(parts: SandboxParts): (request: SandboxRequest) => Promise<Answer> {
  const { seed, webhookSecrets, store, faults, calls, webhooks, now, url } = parts;
  const routes: Route[] = [
    {
      method: 'POST',
      path: '/sandbox/step-token',
      answer: (_, { body }) => stepToken(store, body, now()),
    },
    ...companyRoutes(store, seed, now),
    ...loginRoutes({ store, now, seed, url }),
    ...permissionRoutes(store),
    ...credentialRoutes(store),
    ...changeRoutes(store, webhooks, now),
    ...deliveryRoutes(webhooks),
    {
      method: 'POST',
      path: '/sandbox/faults',
      answer: (_, { body }) => arm(faults, body),
    },
    {
      method: 'DELETE',
      path: '/sandbox/faults',
      answer() {
        faults.clear();
        return noContent;
      },
    },
    { method: 'GET', path: '/sandbox/webhook-secrets', answer: () => ok(webhookSecrets) },
    { method: 'GET', path: '/sandbox/calls', answer: () => ok({ items: calls.items() }) },
    {
      method: 'DELETE',
      path: '/sandbox/calls',
      answer() {
        calls.clear();
        return noContent;
      },
    },
  ];
  return async (request) => {
    const found = findRoute(routes, request);
    if (found === 'unknown') return refusal(404, `no endpoint ${request.path}`);
    if (found === 'wrong method') return refusal(405, `no ${request.method} at ${request.path}`);
    return found.route.answer(found.parts, request);
  };
}

/** The deliveries since the start or the last `DELETE`, oldest first; `POST {requestUuid}` redelivers one. */
const deliveryRoutes = (webhooks: Webhooks): Route[] => [
  { method: 'GET', path: '/sandbox/deliveries', answer: () => ok({ items: webhooks.items() }) },
  {
    method: 'POST',
    path: '/sandbox/deliveries',
    answer(_, { body }) {
      const { requestUuid } = (body ?? {}) as { requestUuid?: unknown };
      const isSent = typeof requestUuid === 'string' && webhooks.resend(requestUuid);
      return isSent ? ok({ requestUuid }, 202) : refusal(404, '/requestUuid: no such delivery');
    },
  },
  {
    method: 'DELETE',
    path: '/sandbox/deliveries',
    answer() {
      webhooks.clear();
      return noContent;
    },
  },
];

function arm(faults: Faults, body: unknown): Answer {
  const errors = faults.arm(body);
  return errors.length > 0 ? refusal(400, ...errors) : ok({ armed: true });
}
