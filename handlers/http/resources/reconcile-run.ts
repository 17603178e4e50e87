import * as z from 'zod';

/** What a run of the reconciler is asked for. */
export const reconcileAskedSchema = z
  .strictObject({
    drift: z.boolean().default(false).describe('Also compare every grant with IAM and Bitbucket'),
  })
  .meta({ id: 'ReconcileRequest' });

/** A run of the reconciler that was started. */
export const reconcileStartedSchema = z
  .strictObject({ drift: z.boolean().describe('Whether every grant is compared') })
  .meta({ id: 'ReconcileRun' });
