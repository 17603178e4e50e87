import type { Faults } from '../http/faults.ts';
import { faultyFields } from '../http/faulty-fields.ts';
import type { CallJournal } from './call-journal.ts';
import { canAct, canActSchema } from './policy/can-act.ts';
import type { AwsRequest } from './protocol/aws-request.ts';
import { discoveryOf, issuerHost, publishedKeys } from './sts/issuer.ts';
import { accountOfSession, type World } from './world.ts';

export type JsonAnswer = { status: number; body: object };

type Route = (body: unknown, base: string) => JsonAnswer | Promise<JsonAnswer>;

/** The endpoints that only the sandbox has, under `/sandbox/`; JSON in and out, no credentials. */
export function sandboxEndpoints(world: World, faults: Faults, journal: CallJournal) {
  const routes = new Map<string, Route>([
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
        if (question.success) {
          const account = accountOfSession(world, question.data.accessKeyId) ?? world;
          return { status: 200, body: canAct(account, question.data) };
        }
        return { status: 400, body: { errors: faultyFields(question.error) } };
      },
    ],
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
    const route = routes.get(`${method} ${path}`) ?? issuerRoute(world, method, path);
    if (!route) return { status: 404, body: { errors: [`no ${method} ${path} here`] } };
    const body = parseJson(text);
    return body === undefined ? { status: 400, body: { errors: ['/: not JSON'] } } : route(body, base);
  };
}

/** The discovery and the keys of the accounts' own issuers, under `/sandbox/issuers/<host>/`. */
function issuerRoute(world: World, method: string, path: string): Route | undefined {
  const [, host, file] = /^\/sandbox\/issuers\/([^/]+)\/(.+)$/.exec(path) ?? [];
  const account = world.accounts().find((one) => issuerHost(one) === host);
  if (method !== 'GET' || !account) return undefined;
  switch (file) {
    case '.well-known/openid-configuration':
      return (_, base) => ({
        status: 200,
        body: discoveryOf(account, `${base}/sandbox/issuers/${host}/.well-known/jwks.json`),
      });
    case '.well-known/jwks.json':
    case 'keys.json':
      return async () => ({ status: 200, body: await publishedKeys(account) });
    default:
      return undefined;
  }
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
