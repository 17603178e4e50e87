import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Answer, ok, refusal } from '../../http/answers.ts';
import { faultyFields } from '../../http/faulty-fields.ts';
import type { Route } from '../../http/routes.ts';
import type { Seed, SeedIssuer } from '../seed.ts';
import type { StateStore } from '../state.ts';
import { lifetime, publicKeySet, signClaims } from './signing-keys.ts';

const common = {
  groups: z.array(z.string().min(1)).optional(),
  audience: z.string().min(1).optional(),
  /** Of several issuers of one kind, the one to sign; the first by default. */
  issuer: z.url().optional(),
  expiresIn: z.int().default(3600),
};

const personSchema = z.strictObject({ email: z.email(), ...common });
const serviceSchema = z.strictObject({ name: z.string().min(1), ...common });
type Asked = { audience?: string | undefined; issuer?: string | undefined; expiresIn: number };

/** A person's `sub`: the same for an email in upper or lower case, and revealing nothing about it. */
function subjectOf(email: string): string {
  return `person-${createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 20)}`;
}

/** Claims with another one at a path: the claim of that name, or one step into an object for each dot. */
function withClaim(claims: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const [name = '', ...rest] = /^https?:/.test(path) ? [path] : path.split('.');
  const inner = claims[name];
  if (rest.length === 0) return { ...claims, [name]: value };
  const object = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  return { ...claims, [name]: withClaim(object, rest.join('.'), value) };
}

/** The company identity provider's stand-in: tokens of people and services, and the keys of its issuers. If no groups are
 *  given, a person of the seed has those of the seed, others none. */
export function companyRoutes(store: StateStore, { issuers, people }: Seed, now: () => number): Route[] {
  async function issue(
    kind: SeedIssuer['kind'],
    asked: Asked,
    claimsFor: (issuer: SeedIssuer) => Record<string, unknown>,
  ): Promise<Answer> {
    const signer = issuers.find(
      (one) => one.kind === kind && (asked.issuer === undefined || one.issuer === asked.issuer),
    );
    if (!signer) return refusal(400, `the configuration has no such issuer of kind ${kind}`);
    const { issuer, fixed, audience = asked.audience, clientId } = signer;
    const recipient = clientId === undefined ? {} : { client_id: clientId };
    const aud = asked.audience ?? audience;
    let claims: Record<string, unknown> = {
      iss: issuer,
      ...(aud === undefined ? {} : { aud }),
      ...recipient,
    };
    for (const [path, value] of Object.entries({ ...fixed, ...claimsFor(signer) })) {
      claims = withClaim(claims, path, value);
    }
    const token = { ...claims, ...lifetime(now(), asked.expiresIn) };
    return ok({ token: await signClaims(await store.key(new URL(issuer).host), token) });
  }
  return [
    {
      method: 'POST',
      path: '/sandbox/person-token',
      answer(_, { body }) {
        const parsed = personSchema.safeParse(body);
        if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
        const { email, groups, ...asked } = parsed.data;
        const person = people.find((one) => one.email === email.toLowerCase());
        const sub = subjectOf(email);
        return issue('person', asked, ({ idClaim, groupsClaim }) => ({
          sub,
          [idClaim]: person?.id ?? sub,
          email,
          email_verified: true,
          ...(groupsClaim === undefined ? {} : { [groupsClaim]: groups ?? person?.groups ?? [] }),
        }));
      },
    },
    {
      method: 'POST',
      path: '/sandbox/service-token',
      answer(_, { body }) {
        const parsed = serviceSchema.safeParse(body);
        if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
        const { name, groups = [], ...asked } = parsed.data;
        return issue('service', asked, ({ idClaim, groupsClaim }) => ({
          sub: name,
          [idClaim]: name,
          ...(groupsClaim === undefined ? {} : { [groupsClaim]: groups }),
        }));
      },
    },
    ...[...new Set(issuers.map(({ issuer }) => new URL(issuer).host))].map((host) => ({
      method: 'GET',
      path: `/sandbox/issuers/${host}/keys.json`,
      answer: async () => ok(publicKeySet(await store.key(host))),
    })),
  ];
}
