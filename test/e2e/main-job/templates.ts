import { describe, expect, it } from '@jest/globals';
import { shippedTemplates } from '../../support/domain/shipped-templates.ts';
import type { Json } from '../../support/e2e/http.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** Templates whose roles let others act for them: only after an approval, only for an environment. */
const ACT_THROUGH_OTHERS = ['cdk-deploy', 'sam-or-cloudformation-deploy', 'step-functions-start'];

const HERE = 'eu-central-1:111122223333';

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
  {
    template: 's3-artifacts',
    parameters: { bucket: 'shop-artifacts', prefix: 'shop-api/builds' },
    may: [['s3:PutObject', 'arn:aws:s3:::shop-artifacts/shop-api/builds/1.zip']],
    mayNot: [
      ['s3:PutObject', 'arn:aws:s3:::shop-artifacts/shop-api/builds-2/1.zip'],
      ['s3:DeleteObject', 'arn:aws:s3:::shop-artifacts/shop-api/builds/1.zip'],
    ],
  },
  {
    template: 'ecs-deploy',
    parameters: {
      cluster: 'shop-cluster',
      service: 'shop-checkout',
      family: 'shop-checkout',
      roles: ['shop-task'],
    },
    may: [['ecs:UpdateService', `arn:aws:ecs:${HERE}:service/shop-cluster/shop-checkout`]],
    mayNot: [
      ['ecs:UpdateService', `arn:aws:ecs:${HERE}:service/shop-cluster/shop-checkout-2`],
      ['ecs:RunTask', `arn:aws:ecs:${HERE}:task-definition/shop-checkout:1`],
      // The boundary: an administrator has listed no role that may be passed.
      ['iam:PassRole', 'arn:aws:iam::111122223333:role/shop-task'],
    ],
  },
  {
    template: 'terraform-state',
    parameters: { bucket: 'shop-terraform', prefix: 'shop-infra' },
    may: [
      ['s3:PutObject', 'arn:aws:s3:::shop-terraform/shop-infra/a.tfstate'],
      ['s3:DeleteObject', 'arn:aws:s3:::shop-terraform/shop-infra/a.tfstate.tflock'],
    ],
    mayNot: [['s3:DeleteObject', 'arn:aws:s3:::shop-terraform/shop-infra/a.tfstate']],
  },
  {
    template: 'ssm-parameters-read',
    parameters: { path: 'shop-api/production' },
    may: [
      ['ssm:GetParameter', `arn:aws:ssm:${HERE}:parameter/shop-api/production/db`],
      ['ssm:GetParametersByPath', `arn:aws:ssm:${HERE}:parameter/shop-api/production`],
    ],
    mayNot: [
      ['ssm:GetParameter', `arn:aws:ssm:${HERE}:parameter/shop-api/production-2`],
      ['ssm:PutParameter', `arn:aws:ssm:${HERE}:parameter/shop-api/production/db`],
    ],
  },
  {
    template: 'eks-describe',
    parameters: { cluster: 'shop-cluster' },
    may: [['eks:DescribeCluster', `arn:aws:eks:${HERE}:cluster/shop-cluster`]],
    mayNot: [['eks:DescribeCluster', `arn:aws:eks:${HERE}:cluster/web-cluster`]],
  },
  {
    template: 'codeartifact-publish',
    parameters: { domain: 'shop-packages', repository: 'shop-npm' },
    may: [
      [
        'codeartifact:PublishPackageVersion',
        `arn:aws:codeartifact:${HERE}:package/shop-packages/shop-npm/npm//a`,
      ],
    ],
    mayNot: [
      ['codeartifact:PublishPackageVersion', `arn:aws:codeartifact:${HERE}:package/shop-packages/web/npm//a`],
      ['codeartifact:DeleteRepository', `arn:aws:codeartifact:${HERE}:repository/shop-packages/shop-npm`],
      // Only with the condition on CodeArtifact, which this question does not bring.
      ['sts:GetServiceBearerToken', '*'],
    ],
  },
  {
    template: 'cloudfront-invalidate',
    parameters: { distributions: ['E2SHOPSITE0001'] },
    may: [['cloudfront:CreateInvalidation', 'arn:aws:cloudfront::111122223333:distribution/E2SHOPSITE0001']],
    mayNot: [
      ['cloudfront:UpdateDistribution', 'arn:aws:cloudfront::111122223333:distribution/E2SHOPSITE0001'],
    ],
  },
  {
    template: 'read-only-plan',
    parameters: { bucket: 'shop-terraform', prefix: 'shop-plans' },
    may: [
      ['s3:GetObject', 'arn:aws:s3:::shop-terraform/shop-plans/a.tfstate'],
      ['ec2:DescribeVpcs', '*'],
    ],
    mayNot: [
      ['s3:PutObject', 'arn:aws:s3:::shop-terraform/shop-plans/a.tfstate'],
      ['ec2:CreateVpc', '*'],
      ['ecs:DescribeTaskDefinition', '*'],
    ],
  },
  {
    template: 'ecr-pull',
    parameters: { repository: 'shop-base' },
    may: [['ecr:BatchGetImage', `arn:aws:ecr:${HERE}:repository/shop-base`]],
    mayNot: [
      ['ecr:BatchGetImage', `arn:aws:ecr:${HERE}:repository/shop-base-2`],
      ['ecr:PutImage', `arn:aws:ecr:${HERE}:repository/shop-base`],
    ],
  },
  {
    template: 'ecr-public-push',
    parameters: { repository: 'shop-cli' },
    may: [['ecr-public:PutImage', 'arn:aws:ecr-public::111122223333:repository/shop-cli']],
    mayNot: [
      ['ecr-public:PutImage', 'arn:aws:ecr-public::111122223333:repository/shop-cli-2'],
      ['ecr-public:SetRepositoryPolicy', 'arn:aws:ecr-public::111122223333:repository/shop-cli'],
    ],
  },
  {
    template: 'codedeploy',
    parameters: { application: 'shop-web', deploymentGroup: 'shop-production' },
    may: [
      ['codedeploy:CreateDeployment', `arn:aws:codedeploy:${HERE}:deploymentgroup:shop-web/shop-production`],
    ],
    mayNot: [
      ['codedeploy:CreateDeployment', `arn:aws:codedeploy:${HERE}:deploymentgroup:shop-web/shop-staging`],
      [
        'codedeploy:UpdateDeploymentGroup',
        `arn:aws:codedeploy:${HERE}:deploymentgroup:shop-web/shop-production`,
      ],
    ],
  },
  {
    template: 'elastic-beanstalk-deploy',
    parameters: { application: 'shop-web', environmentName: 'shop-web-production' },
    may: [
      [
        'elasticbeanstalk:UpdateEnvironment',
        `arn:aws:elasticbeanstalk:${HERE}:environment/shop-web/shop-web-production`,
      ],
    ],
    mayNot: [
      [
        'elasticbeanstalk:UpdateEnvironment',
        `arn:aws:elasticbeanstalk:${HERE}:environment/shop-web/shop-web-staging`,
      ],
      [
        'elasticbeanstalk:TerminateEnvironment',
        `arn:aws:elasticbeanstalk:${HERE}:environment/shop-web/shop-web-production`,
      ],
    ],
  },
  {
    template: 'sns-publish',
    parameters: { topic: 'shop-releases' },
    may: [['sns:Publish', `arn:aws:sns:${HERE}:shop-releases`]],
    mayNot: [
      ['sns:Publish', `arn:aws:sns:${HERE}:shop-releases-2`],
      ['sns:Subscribe', `arn:aws:sns:${HERE}:shop-releases`],
    ],
  },
  {
    template: 'sqs-send',
    parameters: { queue: 'shop-jobs' },
    may: [['sqs:SendMessage', `arn:aws:sqs:${HERE}:shop-jobs`]],
    mayNot: [
      ['sqs:SendMessage', `arn:aws:sqs:${HERE}:shop-jobs.fifo`],
      ['sqs:ReceiveMessage', `arn:aws:sqs:${HERE}:shop-jobs`],
    ],
  },
];

/** The fields of the step that a template has; only `usage` is always there. */
const stepPart = (item: Json): Json => ({
  usage: expect.any(Array),
  ...('image' in item
    ? { image: expect.stringMatching(/^[a-z0-9./-]+(?::[\w.-]+|@sha256:[0-9a-f]{64})$/) }
    : {}),
  ...('services' in item ? { services: ['docker'] } : {}),
  ...('setup' in item ? { setup: expect.any(Array) } : {}),
  ...('pipes' in item ? { pipes: expect.any(Array) } : {}),
});

/** What the catalogue shows and what its templates give. */
export function templateRules(world: () => World): void {
  describe('the catalogue', () => {
    it('lists every template with parameters as JSON Schema and an example that passes', async () => {
      const { status, json } = await world().get('/v1/templates');
      const items = json.items as Json[];
      expect([status, items.map(({ name }) => name)]).toEqual([200, shippedTemplates]);
      for (const item of items) {
        const actsThrough = ACT_THROUGH_OTHERS.includes(String(item.name));
        expect(item).toEqual({
          name: expect.any(String),
          version: expect.stringMatching(/^[0-9a-f]{16}$/),
          description: expect.any(String),
          ...('actsThrough' in item ? { actsThrough: expect.any(String), lifetime: { max: 'P90D' } } : {}),
          scope: expect.stringMatching(actsThrough ? /^environment$/ : /^(?:any|environment)$/),
          approval: actsThrough ? 'required' : 'none',
          requestableBy: expect.arrayContaining(['person', 'service']),
          maxSessionDuration: 3600,
          parameters: expect.objectContaining({ type: 'object', additionalProperties: false }),
          example: { parameters: expect.any(Object) },
          ...stepPart(item),
        });
        expect(actsThrough && !('actsThrough' in item)).toBe(false);
        const environment = item.scope === 'environment' ? { environment: 'Production' } : {};
        const body = {
          repository: 'acme/shop',
          template: item.name,
          name: 'example',
          ...environment,
          ...(item.example as Json),
        };
        const dryRun = await world().request(body, world().ada, '?dryRun=true');
        expect([item.name, dryRun.status]).toEqual([item.name, 200]);
        const warnings = [dryRun.json.warnings ?? []].flat();
        // The sandbox's boundary lets no role be passed or assumed, and whoever asks is told so.
        const beyond = warnings.filter((one) => /is not in (?:passable|assumable)Roles/.test(String(one)));
        expect(warnings.filter((one) => !beyond.includes(one))).toEqual(
          'actsThrough' in item ? [item.actsThrough] : [],
        );
        const actions = JSON.stringify(dryRun.json.permissionsPolicy);
        expect(beyond.length > 0).toBe(/iam:PassRole|sts:AssumeRole"/.test(actions));
        expect((await world().get(`/v1/templates/${item.name}`)).json).toEqual(item);
      }
      expect((await world().all('/v1/templates', 4)).map(({ name }) => name)).toEqual(shippedTemplates);
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

  describe('a list of names', () => {
    const lists = (distributions: unknown) => ({
      repository: 'acme/shop',
      template: 'cloudfront-invalidate',
      name: 'lists',
      parameters: { distributions },
    });

    it('makes the same grant in any order, and however often a name stands in it', async () => {
      const first = await world().request(lists(['E2SHOPSITE0001']));
      expect([first.status, first.json.parameters]).toEqual([201, { distributions: ['E2SHOPSITE0001'] }]);
      const again = await world().request(lists(['E2SHOPSITE0001', 'E2SHOPSITE0001']));
      expect([again.status, again.json.id]).toEqual([200, first.json.id]);
      expect(again.json.updatedAt).toBe(first.json.updatedAt);
    });

    it('names each faulty value, and is never one name', async () => {
      const faulty = await world().request(lists(['E2SHOPSITE0001', 'E2*']));
      expect(faulty.json).toMatchObject({
        code: 'PARAMETERS_INVALID',
        errors: [{ pointer: '/parameters/distributions/1' }],
      });
      expect((await world().request(lists('E2SHOPSITE0001'))).json.code).toBe('PARAMETERS_INVALID');
    });
  });

  describe('a default', () => {
    it('comes from the repository and must be owned like a given value', async () => {
      const body = {
        repository: 'acme/shop',
        template: 's3-artifacts',
        parameters: { bucket: 'shop-defaults' },
      };
      const { json } = await world().request(body, world().ada, '?dryRun=true');
      expect(json.parameters).toEqual({ bucket: 'shop-defaults', prefix: 'shop' });
      // The slug alone owns nothing: `shop` is none of `shop-*`.
      expect(json.plan).toMatchObject({ requiresApproval: true });
    });
  });

  describe('the health check', () => {
    it('is open to all and says nothing secret', async () => {
      const { status, json } = await world().api('GET', '/healthz');
      expect([status, json]).toEqual([200, { status: 'ok' }]);
    });
  });
}
