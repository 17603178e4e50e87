import type { Context } from 'aws-lambda';
import { composeCore, composeDriftPasses, composeStreams } from './composition/compose.ts';
import { composeProvisionerClient, composeWorkerClient } from './invocation/clients.ts';
import { observed } from './invocation/observed.ts';
import { reconcileAll } from './worker/drift-function.ts';

const core = composeCore();
const ports = {
  ...composeStreams(core),
  ...composeDriftPasses(core),
  provisioner: composeProvisionerClient(core),
  worker: composeWorkerClient(core),
  configuration: core.configuration,
  logger: core.logger,
  metrics: core.metrics,
  isOnLambda: core.environment.isOnLambda,
};

/** Makes one pass over what is due, and one over drift where that is due or asked for. */
export const handler = observed(core, (event: unknown, context: Context) =>
  reconcileAll(ports, event, context),
);
