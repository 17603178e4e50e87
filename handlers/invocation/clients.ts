import type { Logger } from '@aws-lambda-powertools/logger';
import { lambdaClient, lambdaProvisioner } from '../../adapters/lambda/provisioner.ts';
import { lambdaReconciler } from '../../adapters/lambda/reconciler.ts';
import { lambdaWorker } from '../../adapters/lambda/worker.ts';
import type { Outgoing } from '../../adapters/outgoing.ts';
import type { Worker } from '../../domain/messaging/ports.ts';
import type { Reconciler } from '../../domain/use-cases/drift/reconcile-now.ts';
import type { Provisioner } from '../../domain/use-cases/provisioner.ts';
import type { Environment } from '../composition/environment.ts';

/** What the stack's other functions are reached with. */
type Reaching = { environment: Environment; outgoing: Outgoing };

/** The provisioner function, from outside. */
export const composeProvisionerClient = ({
  environment,
  outgoing,
  logger,
}: Reaching & { logger: Pick<Logger, 'warn'> }): Provisioner =>
  lambdaProvisioner(lambdaClient(outgoing), environment.provisionerFunction, (error) =>
    logger.warn('the provisioner did not answer', { error: error as Error }),
  );

/** The worker function, from outside. */
export const composeWorkerClient = ({ environment, outgoing }: Reaching): Worker =>
  lambdaWorker(lambdaClient(outgoing, 2), environment.workerFunction);

/** The reconciler function, from outside. */
export const composeReconcilerClient = ({ environment, outgoing }: Reaching): Reconciler =>
  lambdaReconciler(lambdaClient(outgoing, 2), environment.reconcilerFunction);
