import type { Context } from 'aws-lambda';
import { composeCore, composeProvisionerClient, composeStreams, composeWorkerClient } from './compose.ts';
import { reconcilerFunction } from './worker/reconciler-function.ts';

const core = composeCore();
const ports = {
  ...composeStreams(core),
  provisioner: composeProvisionerClient(core),
  worker: composeWorkerClient(core),
  configuration: core.configuration,
  logger: core.logger,
};

/** Makes one pass over what is due. */
export const handler = (_event: unknown, context: Context) => reconcilerFunction(ports, context);
