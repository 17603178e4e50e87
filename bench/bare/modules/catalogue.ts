import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as z from 'zod';

const keys = createRemoteJWKSet(new URL('https://login.acme.example/keys.json'));
const query = z.strictObject({ limit: z.string().optional(), cursor: z.string().optional() });

/** The function `catalogue` uses no SDK client: a handler that can verify a token and parse a query. */
export const handler = async () => [keys, query.parse, decodeJwt, jwtVerify];
