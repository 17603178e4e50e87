import type { IncomingHttpHeaders } from 'node:http';

/** An HTTP request as it came: `query` without its question mark. */
export type AwsRequest = {
  method: string;
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  body: string;
};
