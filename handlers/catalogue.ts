import { composeCore, composeTemplates, composeVerifier } from './composition/compose.ts';
import { httpFunction } from './http/http-function.ts';
import { catalogueRoutes } from './http/routes/catalogue.ts';
import { observed } from './invocation/observed.ts';

const core = composeCore();

/** Shows what can be asked for. */
export const handler = observed(
  core,
  httpFunction(core, composeVerifier(core), catalogueRoutes(composeTemplates(core))),
);
