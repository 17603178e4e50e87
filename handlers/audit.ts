import { composeAudits, composeCore, composeCursors, composeVerifier, prepareAccess } from './compose.ts';
import { httpFunction } from './http/http-function.ts';
import { auditRoutes } from './http/routes/audit.ts';

const core = composeCore();
prepareAccess(core);

/** Searches the audit log. */
export const handler = httpFunction(
  core.logger,
  composeVerifier(core),
  auditRoutes({ ...composeAudits(core), ...composeCursors(core) }),
);
