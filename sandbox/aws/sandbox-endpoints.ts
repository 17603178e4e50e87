import type { Faults } from '../http/faults.ts';
import { faultyFields } from '../http/faulty-fields.ts';
import type { CallJournal } from './call-journal.ts';
import { canAct, canActSchema } from './policy/can-act.ts';
import type { AwsRequest } from './protocol/aws-request.ts';
import { discoveryOf, issuerHost, publishedKeys } from './sts/issuer.ts';
import type { World } from './world.ts';

export type JsonAnswer = { status: number; body: object };

/** The endpoints that only the sandbox has, under `/sandbox/`; JSON in and out, no credentials. */
export function sandboxEndpoints(world: World, faults: Faults, journal: CallJournal) {
  const issuer = `/sandbox/issuers/${issuerHost(world)}`;
  const keys = async () => ({ status: 200, body: await publishedKeys(world) });
  const routes = new Map<string, (body: unknown, base: string) => JsonAnswer | Promise<JsonAnswer>>([
    [
      'POST /sandbox/faults',
      (body) => {
        const errors = faults.arm(body);
        return errors.length > 0 ? { status: 400, body: { errors } } : { status: 200, body: { armed: true } };
      },
    ],
    [
      'DELETE /sandbox/faults',
      () => {
        faults.clear();
        return { status: 200, body: { armed: false } };
      },
    ],
    [
      'POST /sandbox/can-act',
      (body) => {
        const question = canActSchema.safeParse(body);
        if (question.success) return { status: 200, body: canAct(world, question.data) };
        return { status: 400, body: { errors: faultyFields(question.error) } };
      },
    ],
    [
      `GET ${issuer}/.well-known/openid-configuration`,
      (_, base) => ({ status: 200, body: discoveryOf(world, `${base}${issuer}/.well-known/jwks.json`) }),
    ],
    [`GET ${issuer}/.well-known/jwks.json`, keys],
    [`GET ${issuer}/keys.json`, keys],
    ['GET /sandbox/calls', () => ({ status: 200, body: { items: journal.items() } })],
    [
      'DELETE /sandbox/calls',
      () => {
        journal.clear();
        return { status: 200, body: { items: [] } };
      },
    ],
  ]);

  /** `base`: the stand-in's own address. */
  return async ({ method, path, body: text }: AwsRequest, base: string): Promise<JsonAnswer> => {
    const route = routes.get(`${method} ${path}`);
    if (!route) return { status: 404, body: { errors: [`no ${method} ${path} here`] } };
    const body = parseJson(text);
    return body === undefined ? { status: 400, body: { errors: ['/: not JSON'] } } : route(body, base);
  };
}

/** `{}` for an empty text, undefined for what is no JSON. */
function parseJson(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
