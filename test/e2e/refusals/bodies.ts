import { describe, expect, it } from '@jest/globals';
import type { HttpCall } from '../../support/e2e/http.ts';
import { expectProblem, refused } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const LIMIT = 32 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

/** What a body must be. */
export function bodyRules(world: () => World): void {
  const post = (call: HttpCall, query = '') =>
    refused(world(), () => world().api('POST', `/v1/grants${query}`, { token: world().ada, ...call }));
  const valid = siteBody('acme/shop', 'shop-site');

  describe('a body', () => {
    it('of 32 KiB is taken, of one byte more is refused', async () => {
      const text = JSON.stringify(valid);
      const padded = (size: number) => text + ' '.repeat(size - text.length);
      const taken = await post({ body: padded(LIMIT), headers: JSON_TYPE }, '?dryRun=true');
      expect(taken.status).toBe(200);
      expectProblem(await post({ body: padded(LIMIT + 1), headers: JSON_TYPE }), 413, 'BODY_TOO_LARGE');
    });

    it('counts in bytes, not in characters', async () => {
      const body = JSON.stringify({ ...valid, reason: '€'.repeat(11_000) });
      expectProblem(await post({ body, headers: JSON_TYPE }), 413, 'BODY_TOO_LARGE');
    });

    it('that is too large is refused for that, whatever else is wrong with it', async () => {
      const body = 'x'.repeat(LIMIT + 1);
      expectProblem(await post({ body, headers: { 'content-type': 'text/plain' } }), 413, 'BODY_TOO_LARGE');
    });

    it.each([
      ['text/plain'],
      ['application/x-www-form-urlencoded'],
      ['application/xml'],
      ['application/jsonp'],
      ['application/octet-stream'],
      ['text/json'],
    ])('of type %s is refused', async (type) => {
      const reply = await post({ body: JSON.stringify(valid), headers: { 'content-type': type } });
      expectProblem(reply, 415, 'MEDIA_TYPE_UNSUPPORTED');
    });

    it('may name its character set', async () => {
      const headers = { 'content-type': 'Application/JSON; charset=UTF-8' };
      expect((await post({ body: JSON.stringify(valid), headers }, '?dryRun=true')).status).toBe(200);
    });

    it.each([
      ['empty', ''],
      ['cut off', '{"repository":"acme/shop"'],
      ['followed by more', '{} {}'],
      ['YAML', 'repository: acme/shop'],
    ])('that is %s is refused', async (_what, body) => {
      expectProblem(await post({ body, headers: JSON_TYPE }), 400, 'REQUEST_INVALID');
    });

    it('that is not UTF-8 is refused, also where the rest of it is right', async () => {
      const text = JSON.stringify({ ...valid, reason: 'x' });
      const body = Uint8Array.from(Buffer.from(text));
      body[text.lastIndexOf('x')] = 0xff;
      expectProblem(await post({ body, headers: JSON_TYPE }), 400, 'REQUEST_INVALID');
    });

    it.each([
      ['in front', (text: string) => text.replace('{', '{"repository":"acme/web",')],
      ['within an object', (text: string) => text.replace('"bucket"', '"bucket":"shop-other","bucket"')],
      ['as an escape', (text: string) => text.replace('{', '{"\\u0072epository":"acme/web",')],
    ])(
      'that names a member twice, %s, is refused: readers could read two requests',
      async (_where, twice) => {
        const body = twice(JSON.stringify(valid));
        expectProblem(await post({ body, headers: JSON_TYPE }), 400, 'REQUEST_INVALID', ['']);
      },
    );

    it.each([['[]'], ['null'], ['"acme/shop"'], ['7'], ['true']])('that is %s is refused', async (body) => {
      expectProblem(await post({ body, headers: JSON_TYPE }), 400, 'REQUEST_INVALID', ['']);
    });
  });

  describe('a field', () => {
    it('that is missing or unknown is named, all at once', async () => {
      const reply = await post({ json: { repo: 'acme/shop', 'a/b~c': 1, reason: 'x' } });
      const pointers = ['/a~1b~0c', '/parameters', '/repo', '/repository', '/template'];
      expectProblem(reply, 400, 'REQUEST_INVALID', pointers);
    });

    it('that is faulty is named, all at once', async () => {
      const json = {
        repository: 'shop',
        template: 'S3-Static-Site',
        parameters: ['shop-site'],
        environment: '',
        account: 7,
        name: 'Default',
        expiresIn: '90 days',
        reason: '',
      };
      const pointers = Object.keys(json).map((field) => `/${field}`);
      expectProblem(await post({ json }), 400, 'REQUEST_INVALID', pointers);
    });

    it.each([
      ['repository', 'acme/shop/extra'],
      ['repository', 'acme/../shop'],
      ['repository', 'acme/..'],
      ['repository', 'acme/sh*p'],
      ['repository', '1de489be-ce6a-42a0-a8c8-eadbf1174ac7'],
      ['repository', 'https://bitbucket.org/acme/shop'],
      ['repository', null],
      ['template', '../secrets'],
      ['name', 'a'.repeat(33)],
      ['name', '-a'],
      ['name', ''],
      ['expiresIn', 'P0D'],
      ['expiresIn', 'P1W'],
      ['expiresIn', 'P1DT1H'],
      ['expiresIn', '-P1D'],
      ['expiresIn', 'P99999D'],
      ['expiresIn', 3600],
      ['reason', 'x'.repeat(501)],
      ['environment', 7],
    ])('%s of %j is refused', async (field, value) => {
      const reply = await post({ json: { ...valid, [field]: value } });
      expectProblem(reply, 400, 'REQUEST_INVALID', [`/${field}`]);
    });

    it.each([
      ['name', 'a'.repeat(32)],
      ['expiresIn', 'PT1H'],
      ['expiresIn', 'P1D'],
      ['reason', 'x'.repeat(500)],
    ])('%s at its limit is taken', async (field, value) => {
      const { status } = await post({ json: { ...valid, [field]: value } }, '?dryRun=true');
      expect(status).toBe(200);
    });
  });

  describe('something that does not exist', () => {
    it.each([
      ['repository', 'acme/never-was', 'REPOSITORY_NOT_FOUND'],
      ['repository', '{00000000-0000-4000-8000-000000000000}', 'REPOSITORY_NOT_FOUND'],
      ['repository', 'initech/shop', 'WORKSPACE_NOT_CONFIGURED'],
      ['environment', 'production', 'ENVIRONMENT_NOT_FOUND'],
      ['environment', 'Prod', 'ENVIRONMENT_NOT_FOUND'],
      ['environment', '*', 'ENVIRONMENT_NOT_FOUND'],
      ['environment', '../Production', 'ENVIRONMENT_NOT_FOUND'],
      ['environment', '{00000000-0000-4000-8000-000000000000}', 'ENVIRONMENT_NOT_FOUND'],
      ['template', 'administrator', 'TEMPLATE_NOT_FOUND'],
      ['template', 'constructor', 'TEMPLATE_NOT_FOUND'],
      ['account', 'production', 'ACCOUNT_NOT_FOUND'],
      ['account', '999999999999', 'ACCOUNT_NOT_FOUND'],
    ])('as %s %s is answered with its code', async (field, value, code) => {
      expectProblem(await post({ json: { ...valid, [field]: value } }), 404, code);
    });
  });
}
