import type { Context } from 'aws-lambda';
import { composeCanary, composeCore } from './composition/compose.ts';
import { observed } from './invocation/observed.ts';
import { canaryFunction } from './worker/canary-function.ts';

const core = composeCore();
const ports = {
  ...composeCanary(core),
  logger: core.logger,
  metrics: core.metrics,
  isOnLambda: core.environment.isOnLambda,
};

/** Looks whether everything is as it should be, and writes nothing. */
export const handler = observed(core, (_event: unknown, context: Context) => canaryFunction(ports, context));
