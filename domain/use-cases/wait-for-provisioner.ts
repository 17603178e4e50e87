import { isAtRest } from '../grants/work.ts';
import type { StreamId } from '../shared/identifiers.ts';
import { type GrantStream, loadStream, type StreamPorts } from './grant-stream.ts';
import type { Provisioner } from './provisioner.ts';

/** Milliseconds that a request waits for the provisioner; API Gateway ends a request after 30 seconds. */
export const PROVISIONER_WAIT_MS = 20_000;
const POLL_MS = 250;
const POLLS_PER_INVOCATION = 6;

/** Has the provisioner work on a grant and waits until nothing is left to do, for at most
 *  `PROVISIONER_WAIT_MS`. While another run holds the grant it watches the log, and asks again in case that
 *  run died. Returns the newest stream, settled or not. */
export async function waitForProvisioner(
  ports: StreamPorts & { provisioner: Provisioner },
  grantId: StreamId,
): Promise<GrantStream> {
  const deadline = ports.clock.now() + PROVISIONER_WAIT_MS;
  for (;;) {
    const { outcome } = await ports.provisioner.run(grantId, deadline - ports.clock.now());
    let stream = await loadStream(ports, grantId);
    if (outcome !== 'busy') return stream;
    for (let poll = 0; poll < POLLS_PER_INVOCATION; poll += 1) {
      if (isAtRest(stream.grant) || ports.clock.now() + POLL_MS >= deadline) return stream;
      await ports.clock.sleep(POLL_MS);
      stream = await loadStream(ports, grantId);
    }
  }
}
