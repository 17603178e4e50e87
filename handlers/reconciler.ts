import type { Context } from 'aws-lambda';
import {
  composeCore,
  composeDriftPasses,
  composeProvisionerClient,
  composeStreams,
  composeWorkerClient,
} from './compose.ts';
import { reconcileAll } from './worker/drift-function.ts';

const core = composeCore();
const ports = {
  ...composeStreams(core),
  ...composeDriftPasses(core),
  provisioner: composeProvisionerClient(core),
  worker: composeWorkerClient(core),
  configuration: core.configuration,
  logger: core.logger,
};

/** Makes one pass over what is due, and one over drift where that is due or asked for. */
export const handler = (event: unknown, context: Context) => reconcileAll(ports, event, context);
