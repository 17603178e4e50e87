import type { Clock } from '../../domain/shared/clock.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import type { EpochMilliseconds } from '../../domain/shared/time.ts';
import { type AwsCall, toPortError } from './error-meanings.ts';

/** One call of IAM. Throws `PortError`. */
export type CallWithin = <T>(
  operation: string,
  send: (options: { abortSignal: AbortSignal }) => Promise<T>,
  problemCodes?: AwsCall['problemCodes'],
) => Promise<T>;

/** Calls of IAM that are each given what remains until `deadline`. None begins after it. */
export const callsWithin =
  (clock: Pick<Clock, 'now'>, deadline: EpochMilliseconds): CallWithin =>
  async (operation, send, problemCodes = {}) => {
    const remaining = deadline - clock.now();
    if (remaining <= 0) {
      throw new PortError('IAM', 'UNAVAILABLE', `There was no time left for ${operation}.`, {
        certain: true,
      });
    }
    try {
      return await send({ abortSignal: AbortSignal.timeout(remaining) });
    } catch (error) {
      throw toPortError({ system: 'IAM', operation, problemCodes }, error);
    }
  };
