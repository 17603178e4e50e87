import { fallbackEndpoint, printRefusal } from './http/routes/fallback.ts';

/** Answers what no other function takes. */
export const handler = fallbackEndpoint({ report: printRefusal });
