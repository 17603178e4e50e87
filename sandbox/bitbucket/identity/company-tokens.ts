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

/** What signs tokens: the keys, and a clock in milliseconds. */
export type Signing = { store: StateStore; now: () => number };

/** A token of an issuer of the company, as its entry in the configuration takes it, with these claims. */
export async function companyToken(
  { store, now }: Signing,
  { issuer, fixed, audience, clientId }: SeedIssuer,
  { asked, claims: own }: { asked: Pick<Asked, 'audience' | 'expiresIn'>; claims: Record<string, unknown> },
): Promise<string> {
  const recipient = clientId === undefined ? {} : { client_id: clientId };
  const aud = asked.audience ?? audience;
  let claims: Record<string, unknown> = { iss: issuer, ...(aud === undefined ? {} : { aud }), ...recipient };
  for (const [path, value] of Object.entries({ ...fixed, ...own })) claims = withClaim(claims, path, value);
  const token = { ...claims, ...lifetime(now(), asked.expiresIn) };
  return signClaims(await store.key(new URL(issuer).host), token);
}

/** The claims about a person. If no groups are given, a person of the seed has those of the seed, others none. */
export function personClaims(
  { people }: Pick<Seed, 'people'>,
  { idClaim, groupsClaim }: SeedIssuer,
  { email, groups }: { email: string; groups?: string[] | undefined },
): Record<string, unknown> {
  const person = people.find((one) => one.email === email.toLowerCase());
  const sub = subjectOf(email);
  return {
    sub,
    [idClaim]: person?.id ?? sub,
    email,
    email_verified: true,
    ...(groupsClaim === undefined ? {} : { [groupsClaim]: groups ?? person?.groups ?? [] }),
  };
}

/** The company identity provider's stand-in: tokens of people and services, and the keys of its issuers. */
export function companyRoutes(store: StateStore, seed: Seed, now: () => number): Route[] {
  const { issuers } = seed;
  async function issue(
    kind: SeedIssuer['kind'],
    asked: Asked,
    claimsFor: (issuer: SeedIssuer) => Record<string, unknown>,
  ): Promise<Answer> {
    const signer = issuers.find(
      (one) => one.kind === kind && (asked.issuer === undefined || one.issuer === asked.issuer),
    );
    if (!signer) return refusal(400, `the configuration has no such issuer of kind ${kind}`);
    return ok({ token: await companyToken({ store, now }, signer, { asked, claims: claimsFor(signer) }) });
  }
  return [
    {
      method: 'POST',
      path: '/sandbox/person-token',
      answer(_, { body }) {
        const parsed = personSchema.safeParse(body);
        if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
        const { email, groups, ...asked } = parsed.data;
        return issue('person', asked, (issuer) => personClaims(seed, issuer, { email, groups }));
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
