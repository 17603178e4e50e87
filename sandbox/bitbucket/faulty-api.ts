import { delay, type Faults } from '../faults.ts';
import { type Answer, apiError } from './answers.ts';
import type { SandboxRequest } from './request.ts';

type Api = (request: SandboxRequest) => Promise<Answer>;

/** What became of a call; `replied: false` means that the connection closes without an answer. */
export type Outcome = { replied: true; answer: Answer } | { replied: false; status: number };

const FORBIDDEN = apiError(403, 'Your credentials lack one or more required privilege scopes.', {
  granted: ['read:user:bitbucket'],
  required: ['read:repository:bitbucket'],
});

/** The API with its armed faults: each call takes the first one whose `match` begins the call's path, as sent or
 *  decoded. */
export function withFaults(api: Api, faults: Faults): (request: SandboxRequest) => Promise<Outcome> {
  return async (request) => {
    const decoded = `/${request.segments.join('/')}`;
    const fault = faults.take((match) => request.path.startsWith(match) || decoded.startsWith(match));
    switch (fault?.effect) {
      case 'throttle':
        return { replied: true, answer: apiError(429, 'Rate limit for this resource has been exceeded') };
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
