import * as z from 'zod';
import { parseDuration } from '../../shared/time.ts';
import { isChosenBySubject } from './claim-path.ts';
import { claimRulesSchema } from './claim-rules.ts';
import { isAwsAccount, isGoogle } from './issuer-hosts.ts';

const httpsUrl = z.string().refine((text) => {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.username === '' && url.hash === '';
}, 'must be an https URL');

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'must be days as PnD or hours as PTnH')
  .refine((text) => (parseDuration(text) ?? 0) <= 30 * 86_400, 'must be 30 days or less');

const controlled = (name: string): boolean => !isChosenBySubject(name);

const entrySchema = z.strictObject({
  issuer: httpsUrl,
  kind: z.enum(['person', 'service']),
  /** The value of `aud`, or one of its values if it is a list. */
  audience: z.string().min(1).optional(),
  /** The value of `client_id`, for an issuer whose tokens have no `aud`. */
  clientId: z.string().min(1).optional(),
  /** Which tokens of the issuer and audience the entry is for; all where it names none. */
  match: claimRulesSchema.default({}),
  keys: httpsUrl,
  algorithms: z
    .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']))
    .min(1),
  idClaim: z
    .string()
    .min(1)
    .refine(
      (name) => name === 'email' || controlled(name),
      'is chosen by the subject of the token: name a claim that the issuer controls, e.g. sub or oid, or email',
    )
    .default('sub'),
  /** The path of the claim that lists the caller's groups, e.g. `groups`, `realm_access.roles` or
   *  `https://acme.example/groups`; without it, callers of this entry have no groups. */
  groupsClaim: z
    .string()
    .min(1)
    .refine(
      controlled,
      'is chosen by the subject of the token: name a claim that the issuer controls, e.g. groups',
    )
    .optional(),
  /** Whether a token without `groupsClaim` is refused. */
  groups: z.enum(['required', 'optional']).default('required'),
  /** Claims that a token must have; every rule must be met. */
  require: claimRulesSchema.default({}),
  /** Claims that a token must not have; a token that meets one rule is refused. */
  refuse: claimRulesSchema.default({}),
  /** Longest time from a token's issue to its end. */
  maxTokenLifetime: duration.default('PT24H'),
});

/** A company identity provider whose tokens callers may present. The kind of principal follows from this entry, never
 *  from a claim alone. */
export type TrustedIssuer = z.infer<typeof entrySchema>;

/** One entry of `issuers`. */
export const trustedIssuerSchema = entrySchema
  .refine(({ audience, clientId }) => (audience === undefined) !== (clientId === undefined), {
    path: ['audience'],
    error: 'or clientId is needed, and not both: clientId is for tokens without aud',
  })
  .refine(({ groups, groupsClaim }) => groups === 'required' || groupsClaim !== undefined, {
    path: ['groups'],
    error: 'needs groupsClaim: an entry without it reads no groups',
  })
  .refine(
    ({ kind, idClaim, require, match }) => isToldFromMachines(kind, idClaim, { ...match, ...require }),
    {
      path: ['require'],
      error:
        'is missing: an application of this issuer could sign in as a person. Name a claim that only people’s tokens have, e.g. {idtyp: user}, or take idClaim: email',
    },
  )
  .refine((entry) => !isAwsAccount(entry.issuer) || namesAwsCallers(entry), {
    path: ['match'],
    error:
      'is missing: an entry for an AWS account is of kind service, has idClaim: sub, and lists the callers, e.g. {sub: ["arn:aws:iam::111122223333:role/release"]}, each whole and without *',
  })
  .refine((entry) => !isGoogle(entry.issuer) || namesGoogleCallers(entry), {
    path: ['require'],
    error:
      'is missing: Google signs for everybody. Name the Workspace of your people, {hd: acme.example}, or each of your service accounts, {sub: ["113…"]}',
  });

/** Google's issuer signs for everybody: an entry names the Workspace of its people by `hd`, whole, or each of its services
 *  by `sub`. Source: Google Identity, "Verify the Google ID token on your server side"; a service account may have an ID
 *  token for any audience (Google Cloud, "Get an ID token"). */
function namesGoogleCallers({ kind, match, require }: TrustedIssuer): boolean {
  const path = kind === 'person' ? 'hd' : 'sub';
  return [match[path] ?? require[path] ?? []].flat().some((value) => typeof value === 'string');
}

/** Claims that do not tell people from applications: every token has them, or they are checked anyway. Those of the
 *  last two lines are in Entra's and Okta's tokens of both. Source: RFC 9068 section 2.2; Microsoft identity platform,
 *  access token claims; Okta, access token payload. */
const OF_EVERY_TOKEN = [
  ...['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'sub', 'typ', 'client_id', 'azp', 'scope'],
  ...['tid', 'oid', 'ver', 'appid', 'appidacr', 'azpacr', 'idp', 'aio', 'rh', 'uti'],
  'cid',
];

/** A verified email is a mailbox that a person has opened; any other id can be an application's. Of Cognito's tokens, ID
 *  tokens are people's only, and access tokens (`token_use: access`) are both's. */
const isToldFromMachines = (kind: string, idClaim: string, rules: Record<string, unknown>): boolean =>
  kind === 'service' ||
  idClaim === 'email' ||
  Object.entries(rules).some(
    ([path, value]) =>
      !OF_EVERY_TOKEN.includes(path.split('.')[0] ?? '') && (path !== 'token_use' || value === 'id'),
  );

/** The ARN of a role or user of IAM. Source: AWS documentation, IAM identifiers: path and name. */
const IAM_PRINCIPAL = /^arn:aws[a-z-]*:iam::\d{12}:(?:role|user|root)(?:\/[\w+=,.@/-]+)?$/;

/** Every principal of an account can have tokens of its issuer, so an entry lists those that it takes. */
function namesAwsCallers({ kind, idClaim, match, require }: TrustedIssuer): boolean {
  const subjects = [match.sub ?? require.sub ?? []].flat();
  const areExact = subjects.every((sub) => typeof sub === 'string' && IAM_PRINCIPAL.test(sub));
  return kind === 'service' && idClaim === 'sub' && subjects.length > 0 && areExact;
}
