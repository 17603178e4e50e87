import * as z from 'zod';

const httpsUrl = z.string().refine((text) => {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.hash === '';
}, 'must be an https URL');

/** One entry of `issuers`. */
export const trustedIssuerSchema = z.strictObject({
  issuer: httpsUrl,
  kind: z.enum(['person', 'service']),
  audience: z.string().min(1),
  keys: httpsUrl,
  algorithms: z
    .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']))
    .min(1),
  idClaim: z.string().min(1).default('sub'),
  groupsClaim: z.string().min(1).default('groups'),
});

/** A company identity provider whose tokens callers may present. The kind of principal follows from this entry, never
 *  from a claim alone. */
export type TrustedIssuer = z.infer<typeof trustedIssuerSchema>;
