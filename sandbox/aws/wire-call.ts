import type { AwsError } from './protocol/error.ts';
import type { Parameters } from './protocol/query-protocol.ts';

/** The services that the endpoint simulates. */
export type ServiceName = 'iam' | 'sts' | 'ssm';

/** What goes back; undefined: the connection closes without an answer. */
export type ApiAnswer = { status: number; contentType: string; requestId: string; text: string } | undefined;

/** One call, read from the wire and not yet done. */
export type WireCall = {
  service: ServiceName;
  action: string;
  /** The parameters without secrets. */
  shown: Parameters;
  /** The codes of the errors that faults cause. */
  faultErrors: { throttle: string; internal: string; forbid: string };
  /** Throws AwsError where there is no such action. */
  check(): void;
  /** Authenticates, authorises and does it; the text of a successful answer. `visibleFrom`: when others see what it
   *  writes, in milliseconds since the epoch. Throws AwsError, and then has changed nothing. */
  run(visibleFrom: number): Promise<string>;
  renderError(error: AwsError): string;
  answer(status: number, text: string): NonNullable<ApiAnswer>;
};
