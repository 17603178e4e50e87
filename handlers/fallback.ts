import { Logger } from '@aws-lambda-powertools/logger';
import { guarded } from './http/http-function.ts';
import { fallbackEndpoint } from './http/routes/fallback.ts';

/** Answers what no other function takes. It reads neither environment nor configuration. */
export const handler = guarded(new Logger({ serviceName: 'rolewright' }), fallbackEndpoint);
