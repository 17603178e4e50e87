import * as z from 'zod';
import {
  type ExplainPorts,
  explainAdmission,
  parseExplainRequest,
} from '../domain/use-cases/explain-admission.ts';
import { composeCore, composeExplanations, composeVerifier } from './compose.ts';
import { httpFunction, type Route } from './http/http-function.ts';
import { jsonBody } from './http/http-request.ts';
import { orProblem } from './http/or-problem.ts';
import { queryOf } from './http/query.ts';

const noQuery = z.strictObject({});

/** The route that explains admissions. The token in its body goes to the reader of tokens and nowhere else. */
export const explainRoutes = (ports: ExplainPorts): Route[] => [
  {
    method: 'POST',
    path: '/v1/explain',
    async answer({ caller, event }) {
      const request = orProblem(parseExplainRequest(jsonBody(event)));
      queryOf(event, noQuery);
      return { status: 200, body: orProblem(await explainAdmission(ports, request, caller)) };
    },
  },
];

const core = composeCore();

/** Explains why a token is or is not admitted. */
export const handler = httpFunction(
  core.logger,
  composeVerifier(core),
  explainRoutes(composeExplanations(core)),
);
