import type { Context } from 'aws-lambda';
import { composeCore, composeProvisioner } from './compose.ts';
import { provisionerFunction } from './worker/provisioner-function.ts';

const core = composeCore();
const ports = { ...composeProvisioner(core), logger: core.logger };

/** Works on one grant. */
export const handler = (event: unknown, context: Context) => provisionerFunction(ports, event, context);
