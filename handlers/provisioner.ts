import type { Context } from 'aws-lambda';
import { composeCore, composeProvisioner } from './composition/compose.ts';
import { observed } from './invocation/observed.ts';
import { provisionerFunction } from './worker/provisioner-function.ts';

const core = composeCore();
const ports = {
  ...composeProvisioner(core),
  logger: core.logger,
  isOnLambda: core.environment.isOnLambda,
};

/** Works on one grant. */
export const handler = observed(core, (event: unknown, context: Context) =>
  provisionerFunction(ports, event, context),
);
