import type { CorsSettings } from '../../domain/configuration/cors.ts';

/** What an HTTP API allows web pages of other origins, in the words of `provider.httpApi.cors`. */
export type HttpApiCors = {
  allowedOrigins: string[];
  allowedMethods: string[];
  allowedHeaders: string[];
  exposedResponseHeaders: string[];
  maxAge: number;
};

/** The `cors` of the HTTP API; false for none. No credentials: callers send a token, never a cookie. */
export const httpApiCors = (settings: CorsSettings | undefined): HttpApiCors | false =>
  settings !== undefined && {
    allowedOrigins: settings.origins,
    allowedMethods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: ['accept', 'authorization', 'content-type', 'if-none-match'],
    exposedResponseHeaders: [
      'allow',
      'etag',
      'link',
      'location',
      'retry-after',
      'www-authenticate',
      'x-request-id',
    ],
    maxAge: settings.maxAge,
  };
