import { type ExplainPorts, explainAdmission } from '../domain/use-cases/reading/explain-admission.ts';
import { composeCore, composeExplanations, composeVerifier } from './compose.ts';
import * as own from './http/contract/explain.ts';
import { httpFunction, type Route } from './http/http-function.ts';
import { unwrap } from './http/problem-details.ts';
import { route } from './http/route.ts';

/** The route that explains admissions. The token in its body goes to the reader of tokens and nowhere else. */
export const explainRoutes = (ports: ExplainPorts): Route[] => [
  route(own.explainAdmission, async ({ caller, body }) => ({
    status: 200 as const,
    body: unwrap(await explainAdmission(ports, body, caller)),
  })),
];

const core = composeCore();

/** Explains why a token is or is not admitted. */
export const handler = httpFunction(
  core.logger,
  composeVerifier(core),
  explainRoutes(composeExplanations(core)),
);
