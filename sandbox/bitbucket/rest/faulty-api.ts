import { type Answer, apiError } from '../../http/answers.ts';
import { delay, type Faults } from '../../http/faults.ts';
import type { SandboxRequest } from '../../http/routes.ts';

/** Bitbucket's 429. It documents no `Retry-After`; a fault may ask for one. */
const throttled = (seconds: number | undefined): Answer => ({
  ...apiError(429, 'Rate limit for this resource has been exceeded'),
  ...(seconds === undefined ? {} : { headers: { 'retry-after': String(seconds) } }),
});

type Api = (request: SandboxRequest) => Promise<Answer>;

/** The outcome of a call; `replied: false` means that the connection closes without an answer. */
export type Outcome = { replied: true; answer: Answer } | { replied: false; status: number };

const FORBIDDEN = apiError(403, 'Your credentials lack one or more required privilege scopes.', {
  granted: ['read:user:bitbucket'],
  required: ['read:repository:bitbucket'],
});

/** The API with its armed faults. Each call takes the first fault whose `match` is a prefix of the call's path, with or
 *  without `/2.0`: the path as sent, decoded, or with slugs instead of UUIDs, which `named` returns. */
export function withFaults(
  api: Api,
  faults: Faults,
  named: (segments: readonly string[]) => readonly string[],
): (request: SandboxRequest) => Promise<Outcome> {
  return async (request) => {
    const paths = [
      request.path,
      ...[request.segments, named(request.segments)].map((parts) => `/${parts.join('/')}`),
    ];
    const fault = faults.take((match) =>
      [...paths, ...paths.map((path) => path.replace(/^\/2\.0(?=\/)/, ''))].some((path) =>
        path.startsWith(match),
      ),
    );
    switch (fault?.effect) {
      case 'throttle':
        return { replied: true, answer: throttled(fault.retryAfter) };
      case 'error':
        return {
          replied: true,
          answer: {
            status: 500,
            html: '<!DOCTYPE html><html><body><h1>Something went wrong</h1></body></html>',
          },
        };
      case 'forbid':
        return { replied: true, answer: FORBIDDEN };
      case 'drop':
        return { replied: false, status: 0 };
      case 'lostReply':
        return { replied: false, status: (await api(request)).status };
      case 'delay':
        await delay(fault);
        break;
    }
    return { replied: true, answer: await api(request) };
  };
}
