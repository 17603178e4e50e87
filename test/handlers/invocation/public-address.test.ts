import { describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { guarded } from '../../../handlers/http/http-function.ts';
import { fallbackEndpoint } from '../../../handlers/http/routes/fallback.ts';
import { located, publicAddressOf } from '../../../handlers/invocation/public-address.ts';
import { coreOf } from '../../support/handlers/served.ts';

const context = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 28_000 } as Context;
const eventOf = (path: string, domainName: string) =>
  ({
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers: {},
    requestContext: { domainName, http: { method: 'GET', path } },
    isBase64Encoded: false,
  }) as unknown as APIGatewayProxyEventV2;

const OWN = 'access.acme.example';
const BELOW = `https://${OWN}/platform/rolewright`;

/** What a function answers that names the path which it saw, and a grant. */
async function answered(url: string, path: string, host = OWN) {
  const core = { ...coreOf([]), environment: { publicAddress: publicAddressOf(url) } };
  const handler = guarded(core, async (event) => ({
    statusCode: 202,
    headers: { location: '/v1/grants/gr_x', seen: event.requestContext.http.path, raw: event.rawPath },
  }));
  const { headers } = (await handler(
    eventOf(path, host),
    context,
    () => {},
  )) as APIGatewayProxyStructuredResultV2;
  return [headers?.seen, headers?.raw, headers?.location];
}

describe('a request by a domain of our own', () => {
  test.each(['/platform/rolewright/v1/grants', '/v1/grants'])(
    'below a base path is the route’s, whether API Gateway leaves it in (%s), and its links are below it',
    async (path) => {
      expect(await answered(BELOW, path)).toEqual([
        '/v1/grants',
        '/v1/grants',
        '/platform/rolewright/v1/grants/gr_x',
      ]);
    },
  );

  test('without a base path is as it came', async () => {
    expect(await answered(`https://${OWN}`, '/v1/grants')).toEqual([
      '/v1/grants',
      '/v1/grants',
      '/v1/grants/gr_x',
    ]);
  });

  test('takes only whole parts of a path for the base path', async () => {
    const [seen] = await answered(`https://${OWN}/v1`, '/v10/grants');
    expect(seen).toBe('/v10/grants');
    expect((await answered(BELOW, '/platform/rolewright'))[0]).toBe('/');
  });
});

test('a request by API Gateway’s own name has links without the base path', async () => {
  const [seen, , location] = await answered(
    BELOW,
    '/v1/grants',
    'abc.execute-api.eu-central-1.amazonaws.com',
  );
  expect([seen, location]).toEqual(['/v1/grants', '/v1/grants/gr_x']);
});

test('the link to the next page is below the base path, too', () => {
  const link = '</v1/events?cursor=a>; rel="next"';
  expect(located({ headers: { link } }, '/platform/rolewright').headers?.link).toBe(
    '</platform/rolewright/v1/events?cursor=a>; rel="next"',
  );
  expect(located({ headers: { link } }, '').headers?.link).toBe(link);
});

test.each<[string, string, string]>([
  [BELOW, OWN, '/platform/rolewright'],
  [`https://${OWN}`, OWN, '/'],
  [BELOW, 'abc.execute-api.eu-central-1.amazonaws.com', '/'],
  ['', OWN, '/'],
])('the API’s document at %j, asked for by %s, says that its server is at %s', async (url, host, server) => {
  const endpoint = fallbackEndpoint({ report: () => {}, address: publicAddressOf(url) });
  const path = '/openapi.json';
  const { body = '' } = await endpoint(eventOf(path, host), context);
  expect((JSON.parse(body) as { servers: { url: string }[] }).servers.map((one) => one.url)).toEqual([
    server,
  ]);
});

test.each([
  'http://access.acme.example',
  'https://access.acme.example/?a=b',
  'https://u:p@access.acme.example',
])('%s is no address of an API', (url) => {
  expect(() => publicAddressOf(url)).toThrow('https URL');
});
