import { describe, expect, it } from '@jest/globals';
import { expectNoSecrets, expectProblem } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';
import { forgedToken, unsignedToken } from '../../support/e2e/tokens.ts';

const ADA = 'ada@acme.example';

/** The `Authorization` headers that authenticate nobody. */
const headers: Record<string, (world: World) => Promise<string | undefined>> = {
  'no header': async () => undefined,
  'an empty header': async () => '',
  'no token': async () => 'Bearer ',
  'another scheme': async () => `Basic ${btoa('ada:secret')}`,
  'two tokens': async ({ ada }) => `Bearer ${ada} ${ada}`,
  'no JWT': async () => 'Bearer sandbox-token-acme',
  'a broken token': async ({ ada }) => `Bearer ${ada.slice(0, -8)}`,
  'a forged signature': async ({ ada }) => `Bearer ${await forgedToken(ada)}`,
  'no signature': async ({ ada }) => `Bearer ${unsignedToken(ada)}`,
  'another issuer': async ({ ada }) =>
    `Bearer ${await forgedToken(ada, { iss: 'https://login.evil.example' })}`,
  'an expired token': async ({ person }) => `Bearer ${await person(ADA, { expiresIn: -3600 })}`,
  'another audience': async ({ person }) => `Bearer ${await person(ADA, { audience: 'payroll' })}`,
  'a step token without our audience': async ({ step }) => `Bearer ${await step('acme/shop')}`,
  'a step token for others': async ({ step }) =>
    `Bearer ${await step('acme/shop', { audiences: ['rolewright.example'] })}`,
  'an expired step token': async ({ caller }) => `Bearer ${await caller('acme/shop', { expiresIn: -3600 })}`,
  'an endless token': async () => `Bearer ${'x'.repeat(9000)}`,
};

/** What an unauthenticated request comes to. */
export function tokenRules(world: () => World): void {
  describe('a request with', () => {
    it.each(Object.keys(headers))(
      'invariant 6: %s is refused before anything is asked, read or written',
      async (name) => {
        const authorization = await headers[name]?.(world());
        const { value, iam, dynamodb, bitbucket } = await world().trace(() =>
          world().api('POST', '/v1/grants', {
            json: siteBody('acme/shop', 'shop-site'),
            headers: authorization === undefined ? {} : { authorization },
          }),
        );
        expectProblem(value, 401, 'UNAUTHENTICATED');
        expect(value.headers.get('www-authenticate')).toBe('Bearer');
        expectNoSecrets(value);
        const asked = bitbucket.filter(({ about }) => !about.endsWith('/keys.json'));
        expect({ iam, dynamodb, asked }).toEqual({ iam: [], dynamodb: [], asked: [] });
      },
    );

    it('no token is refused on every route but the health check, before its body is looked at', async () => {
      const id = 'gr_hrq6egvaok6463yco36ybujl4g';
      const routes = [
        ['POST', '/v1/grants'],
        ['GET', '/v1/grants'],
        ['GET', `/v1/grants/${id}`],
        ['DELETE', `/v1/grants/${id}`],
        ['GET', `/v1/grants/${id}/events`],
        ['GET', '/v1/events?limit=0'],
        ['GET', '/v1/templates'],
        ['GET', '/v1/templates/none'],
        ['GET', '/v1/me'],
      ] as const;
      for (const [method, path] of routes) {
        const body = method === 'POST' ? { body: 'x'.repeat(40_000) } : {};
        const reply = await world().api(method, path, body);
        expectProblem(reply, 401, 'UNAUTHENTICATED');
        expect(reply.headers.get('www-authenticate')).toBe('Bearer');
      }
    });
  });
}
