import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../support/e2e/http.ts';
import { expectProblem, refused } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** Values that fit no parameter type. */
const hostile: [string, unknown][] = [
  ['a wildcard', 'shop-*'],
  ['one wildcard character', 'shop-?'],
  ['a policy variable', 'shop-${aws:username}'],
  ['a placeholder', '{{repository.slug}}'],
  ['a double quote', 'shop-"x'],
  ['a single quote', "shop-'x"],
  ['a step up', 'shop-site/../private'],
  ['two slashes', 'shop-site//private'],
  ['a colon', 'shop:site'],
  ['a blank', 'shop site'],
  ['a line feed at the end', 'shop-site\n'],
  ['a control character', 'shop-\u0000site'],
  ['an escape', 'shop-\u001b[0m'],
  ['a letter that looks Latin', 'shop-ѕite'],
  ['nothing', ''],
  ['a number', 7],
  ['a list', ['shop-site']],
  ['null', null],
];

const templates: { template: string; parameter: string; more: [string, unknown][] }[] = [
  {
    template: 's3-static-site',
    parameter: 'bucket',
    more: [
      ['an upper-case letter', 'shop-Site'],
      ['64 characters', `shop-${'x'.repeat(59)}`],
      ['two characters', 'sh'],
      ['a hyphen at the end', 'shop-'],
      ['a slash', 'shop-site/private'],
    ],
  },
  {
    template: 'ecr-push',
    parameter: 'repository',
    more: [
      ['an upper-case letter', 'shop-Images'],
      ['257 characters', `shop-${'x'.repeat(252)}`],
    ],
  },
  {
    template: 'lambda-deploy',
    parameter: 'function',
    more: [
      ['65 characters', `shop-${'x'.repeat(60)}`],
      ['a slash', 'shop-site/private'],
    ],
  },
];

/** What may stand in a request's parameters. */
export function parameterRules(world: () => World): void {
  const ask = (json: Json) => refused(world(), () => world().request(json));
  /** The request waits, and says which names nobody owns. IAM is not touched. */
  const waits = async (json: Json, pointers: string[]) => {
    const reply = await world().request(json);
    const { plan } = reply.json as { plan: { approvalReasons: string[] } };
    expect([reply.status, reply.json.state, reply.json.role]).toEqual([202, 'pending', undefined]);
    expect(plan.approvalReasons.map((reason) => reason.split(':')[0])).toEqual(pointers);
    await world().revoke(String(reply.json.id));
  };

  describe.each(templates)('$template', ({ template, parameter, more }) => {
    it.each([...hostile, ...more])(`takes no ${parameter} with %s`, async (_what, value) => {
      const reply = await ask({ repository: 'acme/shop', template, parameters: { [parameter]: value } });
      expectProblem(reply, 422, 'PARAMETERS_INVALID', [`/parameters/${parameter}`]);
    });
  });

  describe('the parameters', () => {
    it('that are missing, unknown or faulty are named, all at once', async () => {
      const parameters = { distribution: 'E2*', region: 'eu', toString: 'x' };
      const reply = await ask({ repository: 'acme/shop', template: 's3-static-site', parameters });
      const pointers = ['bucket', 'distribution', 'region', 'toString'].map((name) => `/parameters/${name}`);
      expectProblem(reply, 422, 'PARAMETERS_INVALID', pointers);
    });

    it('may not hold __proto__', async () => {
      const body = `{"repository":"acme/shop","template":"s3-static-site","parameters":{"bucket":"shop-site","__proto__":"x"}}`;
      const call = { token: world().ada, body, headers: { 'content-type': 'application/json' } };
      const reply = await refused(world(), () => world().api('POST', '/v1/grants', call));
      expectProblem(reply, 422, 'PARAMETERS_INVALID', ['/parameters/__proto__']);
    });
  });

  describe('a resource name', () => {
    it.each([
      ['of nobody', 'acme/shop', 'payroll'],
      ['of another project', 'acme/shop', 'web-site'],
      ['that only begins like an owned one', 'acme/shop', 'shopping'],
      ['in a project that owns nothing', 'globex/other', 'other-site'],
      ['like the slug of the repository', 'globex/other', 'other'],
    ])('%s is not granted by itself, not to the platform team either', async (_what, repository, bucket) => {
      await waits(siteBody(repository, bucket), ['/parameters/bucket']);
    });

    it('that is not owned is named, each at once', async () => {
      const body = siteBody('acme/shop', 'payroll', { distribution: 'E2SOMEBODYELSE' });
      await waits(body, ['/parameters/bucket', '/parameters/distribution']);
    });

    it('is not owned through a slug that somebody chose to fit', async () => {
      const repository = await world().repository({ workspace: 'globex', project: 'OTHER', slug: 'shop' });
      await waits(siteBody(repository, 'shop-site'), ['/parameters/bucket']);
    });

    it('is no longer owned once the repository has left the project', async () => {
      const repository = await world().repository({ project: 'WEB' });
      await waits(siteBody(repository, 'shop-site'), ['/parameters/bucket']);
      expect((await world().request(siteBody(repository, 'web-site'))).status).toBe(201);
    });
  });

  describe('an environment called *', () => {
    it('is granted by its UUID and opens no other', async () => {
      const repository = await world().repository();
      const star = await world().environment(repository, '*');
      await world().environment(repository, 'Production');
      const { role, trustPolicy } = await world().granted({
        ...siteBody(repository, 'shop-star'),
        environment: '*',
      });
      expect(JSON.stringify(trustPolicy)).toContain(`"${repository.uuid}:${star}:*"`);
      const token = (more: Json) => world().step(repository.fullName, more);
      expect(await world().assume(role.arn, await token({ deployment: '*' }))).toHaveProperty('accessKeyId');
      for (const more of [{}, { deployment: 'Production' }]) {
        expect(await world().assume(role.arn, await token(more))).toEqual({ code: 'AccessDenied' });
      }
    });
  });
}
