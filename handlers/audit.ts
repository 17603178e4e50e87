import {
  composeAudits,
  composeCursors,
  composeDecidingCore,
  composeVerifier,
} from './composition/compose.ts';
import { httpFunction } from './http/http-function.ts';
import { auditRoutes } from './http/routes/audit.ts';
import { observed } from './invocation/observed.ts';

const core = composeDecidingCore();

/** Searches the audit log. */
export const handler = observed(
  core,
  httpFunction(core, composeVerifier(core), auditRoutes({ ...composeAudits(core), ...composeCursors(core) })),
);
