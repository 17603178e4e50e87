import type { RepositoryRule } from '../../repository-rules/schema.ts';
import { areRulesUnrecorded, sweepHashes } from '../../repository-rules/sweep.ts';
import { INSTALLATION } from '../../shared/identifiers.ts';
import { appendEvent, type Cause, loadWholeStream, type StreamPorts } from '../grant-stream.ts';

/** Records in the installation's stream which rules sweeps act by, unless that is its last word. So it is known since when a rule is in force at
 *  least. Idempotent, and safe to be done by several at once. */
export async function recordRules(
  ports: StreamPorts & { configuration: { onRepositoryCreated: readonly RepositoryRule[] } },
  cause: Cause,
): Promise<void> {
  const rules = ports.configuration.onRepositoryCreated;
  for (;;) {
    const stream = await loadWholeStream(ports, INSTALLATION);
    if (!areRulesUnrecorded(stream.events, rules)) return;
    const event = { type: 'InstallationRulesChanged' as const, data: { rules: sweepHashes(rules) } };
    if (await appendEvent(ports, stream, { event, cause })) return;
  }
}
