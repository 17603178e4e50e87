import * as z from 'zod';
import { parseDuration } from '../shared/time.ts';
import { CHOSEN_BY_SUBJECT, claimRulesSchema } from './claim-rules.ts';

const httpsUrl = z.string().refine((text) => {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.hash === '';
}, 'must be an https URL');

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'must be days as PnD or hours as PTnH')
  .refine((text) => (parseDuration(text) ?? 0) <= 30 * 86_400, 'must be 30 days or less');

/** One entry of `issuers`. */
export const trustedIssuerSchema = z
  .strictObject({
    issuer: httpsUrl,
    kind: z.enum(['person', 'service']),
    audience: z.string().min(1),
    keys: httpsUrl,
    algorithms: z
      .array(
        z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']),
      )
      .min(1),
    idClaim: z
      .string()
      .min(1)
      .refine(
        (name) => name === 'email' || !CHOSEN_BY_SUBJECT.has(name),
        'is chosen by the subject of the token: name a claim that the issuer controls, e.g. sub or oid, or email',
      )
      .default('sub'),
    groupsClaim: z.string().min(1).default('groups'),
    /** What a token must show to be taken; all of it. */
    require: claimRulesSchema.default({}),
    /** What a token must not show; any of it refuses. */
    refuse: claimRulesSchema.default({}),
    /** Longest time from a token's issue to its end. */
    maxTokenLifetime: duration.default('PT24H'),
  })
  .refine(({ kind, idClaim, require }) => isToldFromMachines(kind, idClaim, require), {
    path: ['require'],
    error:
      'is missing: an application of this issuer could sign in as a person. Name a claim that only people’s tokens have, e.g. {idtyp: user}, or take idClaim: email',
  });

/** Claims that every token has, or that are checked anyway: they say nothing about who signs in. */
const OF_EVERY_TOKEN = ['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'sub', 'typ'];

/** A verified email is a mailbox that a person has opened; any other id can be an application's. */
const isToldFromMachines = (kind: string, idClaim: string, require: Record<string, unknown>): boolean =>
  kind === 'service' ||
  idClaim === 'email' ||
  Object.keys(require).some((path) => !OF_EVERY_TOKEN.includes(path));

/** A company identity provider whose tokens callers may present. The kind of principal follows from this entry, never
 *  from a claim alone. */
export type TrustedIssuer = z.infer<typeof trustedIssuerSchema>;
