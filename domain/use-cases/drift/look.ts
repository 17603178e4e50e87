import type { DriftFound } from '../../drift/passes.ts';
import type { GrantId, StreamId } from '../../shared/identifiers.ts';
import { toInstant } from '../../shared/time.ts';
import { loadStream } from '../grant-stream.ts';
import { PROVISIONER_WAIT_MS } from '../wait-for-provisioner.ts';
import type { DriftPorts, RunningPass } from './running-pass.ts';

/** Calls of IAM that a look of the provisioner makes at most, of a role without foreign policies: the role, the names of its
 *  policies in two lists, its policy and the identity provider. */
const CALLS_OF_A_LOOK = 5;

/** Calls of IAM that follow a look: a freeze reads the role and writes its trust policy and boundary; a repair looks again, reads what it
 *  restores, and writes what differs. */
const CALLS_OF_ACTION = { report: 0, freeze: 3, repair: 15 } as const;

/** Has the provisioner look at a grant, and do what its finding asks for; counts what came of it. A grant that another run holds
 *  is looked at by that run or in the next pass. Never throws. */
export async function look(ports: DriftPorts, pass: RunningPass, grantId: GrantId): Promise<void> {
  await pass.pace.take(CALLS_OF_A_LOOK);
  const since = toInstant(ports.clock.now());
  count(pass, 'looked');
  try {
    const { outcome } = await ports.provisioner.run(grantId, PROVISIONER_WAIT_MS);
    if (outcome !== 'settled') count(pass, 'failed');
    const { events } = await loadStream(ports, grantId);
    const found = events.findLast((event) => event.type === 'DriftFound' && event.at >= since);
    if (found?.type === 'DriftFound') {
      const { action } = found.data;
      count(pass, OUTCOMES[action]);
      await pass.pace.take(CALLS_OF_ACTION[action]);
    }
  } catch (error) {
    count(pass, 'failed');
    ports.reportFailure(grantId as StreamId, error);
  }
}

const OUTCOMES = { report: 'reported', repair: 'repaired', freeze: 'frozen' } as const;

/** Counts one more of something. */
export function count(pass: RunningPass, what: keyof DriftFound, by = 1): void {
  const { found } = pass.position;
  pass.position = { ...pass.position, found: { ...found, [what]: found[what] + by } };
}
