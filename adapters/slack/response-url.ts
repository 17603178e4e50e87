import { PortError } from '../../domain/shared/port-error.ts';
import type { Outgoing } from '../outgoing.ts';
import { type SlackContent, toSlack } from './web-api.ts';

/** Milliseconds that one call may take. */
const RESPONSE_URL_WAIT_MS = 4000;

/** Answers a command or a button; only the person who used it sees the answer. */
export type SlackResponse = { respond(responseUrl: string, content: SlackContent): Promise<void> };

/** True for a URL of Slack's own host, or of the stand-in's origin in the sandbox. With any other URL a message could
 *  make this function call a host of its author's choice. */
export function isResponseUrl(text: string, origin: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.origin === origin && url.username === '' && url.password === '';
}

/** Posts to response URLs. A response URL works without a token, so no error contains it. */
export function slackResponse({
  origin,
  outgoing,
}: {
  /** `https://hooks.slack.com`, or the sandbox's. */
  origin: string;
  outgoing: Outgoing;
}): SlackResponse {
  return {
    async respond(responseUrl, content) {
      if (!isResponseUrl(responseUrl, origin))
        throw new PortError('Slack', 'REJECTED', "The response URL is not one of Slack's.", {
          certain: true,
        });
      const send = () =>
        fetch(responseUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...toSlack(content) }),
          redirect: 'error',
          signal: AbortSignal.timeout(RESPONSE_URL_WAIT_MS),
        });
      let response: Response;
      try {
        response = await outgoing({ system: 'Slack', operation: 'response_url' }, send);
      } catch {
        throw new PortError('Slack', 'UNAVAILABLE', 'Slack did not answer at a response URL.');
      }
      await response.body?.cancel();
      if (response.ok) return;
      const code = response.status === 429 ? 'THROTTLED' : response.status < 500 ? 'REJECTED' : 'UNAVAILABLE';
      const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
      throw new PortError('Slack', code, `Slack refused a response URL (HTTP ${response.status}).`, {
        certain: response.status < 500,
        ...(Number.isFinite(retryAfter) ? { retryAfter } : {}),
      });
    },
  };
}
