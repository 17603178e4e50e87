import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { type Answer, ok, refusal } from '../../http/answers.ts';
import { faultyFields } from '../../http/faulty-fields.ts';
import type { Route } from '../../http/routes.ts';
import { companyIssuers, groupsOfPerson } from '../seed.ts';
import type { StateStore } from '../state.ts';
import { lifetime, publicKeySet, signClaims } from './signing-keys.ts';

const common = {
  groups: z.array(z.string().min(1)).optional(),
  audience: z.string().min(1).default('rolewright'),
  expiresIn: z.int().default(3600),
};

const personSchema = z.strictObject({ email: z.email(), ...common });
const serviceSchema = z.strictObject({ name: z.string().min(1), ...common });

/** A person's `sub`: the same for an email in upper or lower case, and revealing nothing about it. */
function subjectOf(email: string): string {
  return `person-${createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 20)}`;
}

/** The company identity provider's stand-in: tokens of people and services, and the keys of both issuers. If no groups
 *  are given, a person of the seed has those of the seed, others none. */
export function companyRoutes(store: StateStore, now: () => number): Route[] {
  const issue = async (host: string, claims: JWTPayload, expiresIn: number): Promise<Answer> => {
    const token = { iss: `https://${host}`, ...claims, ...lifetime(now(), expiresIn) };
    return ok({ token: await signClaims(await store.key(host), token) });
  };
  return [
    {
      method: 'POST',
      path: '/sandbox/person-token',
      answer(_, { body }) {
        const parsed = personSchema.safeParse(body);
        if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
        const { email, audience, expiresIn } = parsed.data;
        const groups = parsed.data.groups ?? [...(groupsOfPerson[email.toLowerCase()] ?? [])];
        const claims = { aud: audience, sub: subjectOf(email), email, email_verified: true, groups };
        return issue(companyIssuers.person, claims, expiresIn);
      },
    },
    {
      method: 'POST',
      path: '/sandbox/service-token',
      answer(_, { body }) {
        const parsed = serviceSchema.safeParse(body);
        if (!parsed.success) return refusal(400, ...faultyFields(parsed.error));
        const { name, audience, expiresIn, groups = [] } = parsed.data;
        return issue(companyIssuers.service, { aud: audience, sub: name, groups }, expiresIn);
      },
    },
    ...Object.values(companyIssuers).map((host) => ({
      method: 'GET',
      path: `/sandbox/issuers/${host}/keys.json`,
      answer: async () => ok(publicKeySet(await store.key(host))),
    })),
  ];
}
