import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Json } from '../../support/e2e-http.ts';
import type { World } from '../../support/e2e-stack.ts';

const NAMES = readdirSync('templates')
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''))
  .sort();

/** Which permissions each template gives for the names in its request. */
const cases: { template: string; parameters: Json; may: [string, string][]; mayNot: [string, string][] }[] = [
  {
    template: 'ecr-push',
    parameters: { repository: 'shop-images' },
    may: [
      ['ecr:GetAuthorizationToken', '*'],
      ['ecr:PutImage', 'arn:aws:ecr:eu-central-1:111122223333:repository/shop-images'],
    ],
    mayNot: [
      ['ecr:PutImage', 'arn:aws:ecr:eu-central-1:111122223333:repository/shop-images-2'],
      ['ecr:PutImage', 'arn:aws:ecr:us-east-1:111122223333:repository/shop-images'],
      ['ecr:DeleteRepository', 'arn:aws:ecr:eu-central-1:111122223333:repository/shop-images'],
    ],
  },
  {
    template: 'lambda-deploy',
    parameters: { function: 'shop-checkout' },
    may: [['lambda:UpdateFunctionCode', 'arn:aws:lambda:eu-central-1:111122223333:function:shop-checkout']],
    mayNot: [
      ['lambda:UpdateFunctionCode', 'arn:aws:lambda:eu-central-1:111122223333:function:shop-other'],
      [
        'lambda:UpdateFunctionConfiguration',
        'arn:aws:lambda:eu-central-1:111122223333:function:shop-checkout',
      ],
      ['iam:PassRole', 'arn:aws:iam::111122223333:role/anything'],
    ],
  },
  {
    template: 's3-static-site',
    parameters: { bucket: 'shop-pages', distribution: 'E2SHOPSITE0001' },
    may: [
      ['s3:DeleteObject', 'arn:aws:s3:::shop-pages/a/b.html'],
      ['cloudfront:CreateInvalidation', 'arn:aws:cloudfront::111122223333:distribution/E2SHOPSITE0001'],
    ],
    mayNot: [
      ['s3:DeleteBucket', 'arn:aws:s3:::shop-pages'],
      ['cloudfront:CreateInvalidation', 'arn:aws:cloudfront::111122223333:distribution/E2SHOPSITE0002'],
    ],
  },
];

/** What the catalogue shows and what its templates give. */
export function templateRules(world: () => World): void {
  describe('the catalogue', () => {
    it('lists every template with parameters as JSON Schema and an example that passes', async () => {
      const { status, json } = await world().get('/v1/templates');
      const items = json.items as Json[];
      expect([status, items.map(({ name }) => name)]).toEqual([200, NAMES]);
      for (const item of items) {
        expect(item).toEqual({
          name: expect.any(String),
          version: expect.stringMatching(/^[0-9a-f]{16}$/),
          description: expect.any(String),
          ...('actsThrough' in item ? { actsThrough: expect.any(String) } : {}),
          scope: expect.stringMatching(/^(any|environment)$/),
          approval: expect.stringMatching(/^(none|required)$/),
          requestableBy: expect.arrayContaining(['person']),
          maxSessionDuration: expect.any(Number),
          parameters: expect.objectContaining({ type: 'object', additionalProperties: false }),
          example: { parameters: expect.any(Object) },
        });
        const environment = item.scope === 'environment' ? { environment: 'Production' } : {};
        const body = {
          repository: 'acme/shop',
          template: item.name,
          ...environment,
          ...(item.example as Json),
        };
        expect((await world().request(body, world().ada, '?dryRun=true')).status).toBe(200);
        expect((await world().get(`/v1/templates/${item.name}`)).json).toEqual(item);
      }
      expect((await world().all('/v1/templates', 1)).map(({ name }) => name)).toEqual(NAMES);
    });

    it('answers TEMPLATE_NOT_FOUND for a name that is none', async () => {
      const { status, json } = await world().get('/v1/templates/admin');
      expect([status, json.code]).toEqual([404, 'TEMPLATE_NOT_FOUND']);
    });

    it('is open to everyone who is authenticated, and to nobody else', async () => {
      const mallory = await world().person('mallory@acme.example');
      expect((await world().get('/v1/templates', mallory)).status).toBe(200);
      expect((await world().api('GET', '/v1/templates')).status).toBe(401);
    });
  });

  describe('each template', () => {
    it.each(cases)('$template reaches the named resource and no other', async (given) => {
      const { template, parameters, may, mayNot } = given;
      const repository = await world().repository();
      const { role } = await world().granted({ repository: repository.fullName, template, parameters });
      const session = await world().session(role.arn, await world().step(repository.fullName));
      for (const [action, resource] of may) {
        expect([action, resource, await world().canAct(session, action, resource)]).toContain(true);
      }
      for (const [action, resource] of mayNot) {
        expect([action, resource, await world().canAct(session, action, resource)]).toContain(false);
      }
    });
  });

  describe('the health check', () => {
    it('is open to all and says nothing secret', async () => {
      const { status, json } = await world().api('GET', '/healthz');
      expect([status, json]).toEqual([200, { status: 'ok' }]);
    });
  });
}
