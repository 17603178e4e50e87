import { personRequired, refuse, unknownContext } from '../../access/authorisation.ts';
import { mayEverywhere } from '../../access/list-reach.ts';
import type { Caller } from '../../shared/principal.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { AccessPorts } from '../access.ts';

/** What a run of the reconciler is asked for. `drift`: a pass over drift in every account, whenever the last one was. */
export type AskedRun = { drift: boolean };

/** The reconciler as its callers see it. */
export type Reconciler = {
  /** Starts a run and returns before it ends. Throws `PortError` where it is uncertain that it starts. Idempotent: runs that
   *  overlap share the work. */
  start(asked: AskedRun): Promise<void>;
};

/** Has the reconciler run now. `PERSON_REQUIRED` for machines, `DENIED` for who may not `reconcile` everything. Nothing is
 *  recorded: the run does what the schedule's would do, under the same rules. */
export async function reconcileNow(
  ports: Pick<AccessPorts, 'access' | 'reportDenied'> & { reconciler: Reconciler },
  asked: AskedRun,
  caller: Caller,
): Promise<Result<AskedRun>> {
  const { access: rules, reportDenied: report, reconciler } = ports;
  const machine = personRequired({ report }, caller, 'reconcile');
  if (machine) return fail(machine);
  const attempt = { caller, action: 'reconcile' as const, context: unknownContext };
  if (!mayEverywhere({ rules, ...attempt })) {
    const decision = { allowed: false, rule: 'default-deny' };
    return refuse({ ...attempt, resource: undefined, decision, report });
  }
  await reconciler.start(asked);
  return ok(asked);
}
