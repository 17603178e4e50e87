import { composeDecidingCore, composeExplanations, composeVerifier } from './composition/compose.ts';
import { httpFunction } from './http/http-function.ts';
import { explainRoutes } from './http/routes/explain.ts';
import { observed } from './invocation/observed.ts';

const core = composeDecidingCore();

/** Explains why a token is or is not admitted. */
export const handler = observed(
  core,
  httpFunction(core, composeVerifier(core), explainRoutes(composeExplanations(core))),
);
