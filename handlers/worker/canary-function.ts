import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '../../domain/messaging/metrics.ts';
import { type CanaryPorts, runCanary } from '../../domain/use-cases/canary/canary.ts';
import type { CanaryFinding } from '../../domain/use-cases/canary/finding.ts';
import { type Placed, refuseMisplaced } from '../invocation/placed.ts';

/** What a run of the canary needs. */
export type CanaryFunctionPorts = CanaryPorts & {
  logger: Pick<Logger, 'error'>;
  metrics: Metrics;
  isOnLambda: boolean;
};

/** One run of the canary, on a schedule; takes nothing from its event. Each finding that is not as it should be is a line of the
 *  log. Two metrics say how many there are, also where there are none: of a role or provider, and of everything else. A run that stops is
 *  thrown on Lambda, and no metric is written: the alarm hears of the silence. */
export async function canaryFunction(
  ports: CanaryFunctionPorts,
  context: Placed,
): Promise<{ isAsItShouldBe: boolean; findings: CanaryFinding[] } | { error: string }> {
  const { logger, metrics } = ports;
  try {
    refuseMisplaced(ports, context);
    const findings = await runCanary(ports);
    const wrong = findings.filter(({ outcome }) => outcome === 'failed' || outcome === 'broken');
    for (const finding of wrong) logger.error('canary', { finding });
    const ofRoles = wrong.filter(({ check, outcome }) => OF_ROLES.includes(check) && outcome === 'failed');
    metrics.put({ CanaryRolesWrong: ofRoles.length, CanaryChecksFailed: wrong.length - ofRoles.length });
    return { isAsItShouldBe: wrong.length === 0, findings };
  } catch (error) {
    logger.error('the canary stopped', { error: error as Error });
    if (ports.isOnLambda) throw error;
    return { error: 'the canary stopped' };
  }
}

const OF_ROLES: readonly string[] = ['role', 'provider'];
