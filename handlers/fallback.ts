import { fallbackEndpoint, printRefusal } from './http/routes/fallback.ts';
import { publicAddressOf } from './invocation/public-address.ts';

/** Answers what no other function takes. */
export const handler = fallbackEndpoint({
  report: printRefusal,
  address: publicAddressOf(process.env.API_URL),
});
