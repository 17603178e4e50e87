import { composeDecidingCore, composeWorker } from './composition/compose.ts';
import { observed } from './invocation/observed.ts';
import { asynchronousFunction } from './worker/asynchronous-function.ts';
import { takeMessage } from './worker/worker-function.ts';

const core = composeDecidingCore();
const ports = composeWorker(core);

/** Does what a function at the edge has handed on. */
export const handler = observed(
  core,
  asynchronousFunction({ logger: core.logger, isOnLambda: core.environment.isOnLambda }, (event, context) =>
    takeMessage(ports, event, context),
  ),
);
