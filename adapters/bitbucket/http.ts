import type { Clock } from '../../domain/shared/clock.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import type { Outgoing } from '../outgoing.ts';
import { type Answer, toBusy, unavailable, withRetryAfter } from './failures.ts';

/** Milliseconds that one call may take, including reading the body. */
const CALL_TIMEOUT_MS = 4000;
const MOST_ATTEMPTS = 3;
/** The longest `Retry-After`, in seconds, that is waited for inside a request. The caller gets a longer one. */
const LONGEST_WAIT_SECONDS = 2;

/** One call: GET without `form`, POST with it. `label` is what it is called in journals, without a host or a secret. */
export type Call = {
  url: string;
  label: string;
  authorization?: string | undefined;
  form?: Record<string, string>;
};

/** What calls are made with. */
export type HttpPorts = { clock: Clock; random: () => number; outgoing: Outgoing };

/** Makes one call of Bitbucket, again after a failure that may pass, and gives any other answer as it is. Redirects are
 *  not followed; a 200 without JSON is a failure. Throws `PortError`: `THROTTLED` and `UNAVAILABLE` with a time to wait. */
export type CallBitbucket = (call: Call) => Promise<Answer>;

export function bitbucketCalls({ clock, random, outgoing }: HttpPorts): CallBitbucket {
  const send = ({ url, label, authorization, form }: Call) =>
    outgoing({ system: 'Bitbucket', operation: label }, async () => {
      const response = await fetch(url, {
        method: form ? 'POST' : 'GET',
        headers: { accept: 'application/json', ...(authorization ? { authorization } : {}) },
        ...(form ? { body: new URLSearchParams(form) } : {}),
        redirect: 'manual',
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      return { response, text: await response.text() };
    });

  /** One attempt: what Bitbucket answers, or a failure after which another attempt may help. Throws any other. */
  async function tryOnce(call: Call): Promise<Answer | PortError> {
    const outcome = await send(call).catch((cause: unknown) => {
      if (cause instanceof PortError) throw cause;
      // A silent Bitbucket has used up the time that there was; a broken connection is worth another try.
      if (isTimeout(cause)) throw unavailable('Bitbucket does not answer in time.', cause);
      return new PortError('Bitbucket', 'UNAVAILABLE', 'Bitbucket cannot be reached.', { cause });
    });
    if (outcome instanceof PortError) return outcome;
    const { status, headers } = outcome.response;
    return status === 429 || status >= 500
      ? toBusy({ status, headers })
      : { status, headers, json: jsonOf(status, outcome.text) };
  }

  return async (call) => {
    for (let count = 1; ; count += 1) {
      const outcome = await tryOnce(call);
      if (!(outcome instanceof PortError)) return outcome;
      const wait = outcome.retryAfter ?? 0;
      if (count === MOST_ATTEMPTS || wait > LONGEST_WAIT_SECONDS) throw withRetryAfter(outcome);
      // Full jitter: callers that failed together do not come back together.
      await clock.sleep(wait * 1000 + random() * 200 * 2 ** count);
    }
  };
}

const isTimeout = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === 'TimeoutError';

function jsonOf(status: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (status === 200) throw unavailable("Bitbucket's answer is not JSON.", cause);
    return undefined;
  }
}
