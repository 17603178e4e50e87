import { type ExplainPorts, explainAdmission } from '../../../domain/use-cases/reading/explain-admission.ts';
import * as own from '../contract/explain.ts';
import type { Route } from '../http-function.ts';
import { unwrap } from '../problem-details.ts';
import { route } from '../route.ts';
import { apiWording } from '../wording.ts';

/** The route that explains admissions. The token in its body goes to the reader of tokens and nowhere else. */
export const explainRoutes = (ports: Omit<ExplainPorts, 'wording'>): Route[] => [
  route(own.explainAdmission, async ({ caller, body }) => ({
    status: 200 as const,
    body: unwrap(await explainAdmission({ ...ports, wording: apiWording }, body, caller)),
  })),
];
