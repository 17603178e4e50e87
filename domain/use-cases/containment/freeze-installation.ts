import { personRequired, refuse, unknownContext } from '../../access/authorisation.ts';
import { mayEverywhere } from '../../access/list-reach.ts';
import { type InstallationFreeze, installationStateOf } from '../../grants/containment/installation.ts';
import type { NewEvent } from '../../grants/event.ts';
import { INSTALLATION } from '../../shared/identifiers.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { appendEvent, loadWholeStream } from '../grant-stream.ts';
import type { RequestContext, RequestPorts } from '../requests/request-grant.ts';
import { recordInstallation } from '../revoke-due.ts';

/** Freezes the whole installation: nothing is granted, widened or renewed, while revokes, freezes and expiries go on. The intent
 *  is recorded, the parameter created, and that recorded. Idempotent; the first reason stays. `PERSON_REQUIRED` for machines,
 *  `DENIED` for who may not freeze every grant. Only an administrator's command ends it. */
export async function freezeInstallation(
  ports: RequestPorts,
  { reason }: { reason: string },
  { caller, correlationId, entryPoint }: Pick<RequestContext, 'caller' | 'correlationId' | 'entryPoint'>,
): Promise<Result<InstallationFreeze>> {
  const { access: rules, reportDenied: report } = ports;
  const machine = personRequired({ report }, caller, 'freeze');
  if (machine) return fail(machine);
  const attempt = { caller, action: 'freeze' as const, context: unknownContext };
  if (!mayEverywhere({ rules, ...attempt })) {
    const decision = { allowed: false, rule: 'default-deny' };
    return refuse({ ...attempt, resource: undefined, decision, report });
  }
  const cause = { principal: caller.principal, correlationId, entryPoint };
  const append = async (event: NewEvent): Promise<boolean> => {
    const stream = await loadWholeStream(ports, INSTALLATION);
    if (installationStateOf(stream.events).state !== 'open') return true;
    return (await appendEvent(ports, stream, { event, cause })) !== undefined;
  };
  // A thaw that nobody has recorded yet comes first.
  await recordInstallation(ports, cause);
  while (!(await append({ type: 'InstallationFreezeRequested', data: { reason } }))) {
    // Another writer was faster.
  }
  await recordInstallation(ports, cause);
  return ok((await ports.installation.frozenNow()) ?? {});
}
