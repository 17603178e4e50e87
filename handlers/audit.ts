import { composeAudits, composeCore, composeCursors, composeVerifier } from './compose.ts';
import { httpFunction } from './http/http-function.ts';
import { auditRoutes } from './http/routes/audit.ts';

const core = composeCore();

/** Searches the audit log. */
export const handler = httpFunction(
  core.logger,
  composeVerifier(core),
  auditRoutes({ ...composeAudits(core), ...composeCursors(core) }),
);
