import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetPolicyCommand, GetPolicyVersionCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { json } from '../support/deployed/calls.ts';
import { startMinistack } from '../support/deployed/engines.ts';
import { mainJob } from '../support/deployed/main-job.ts';
import { changedPackage, deploy, propertyOf, STACK } from '../support/deployed/packages.ts';
import { installEngine } from '../support/deployed/python.ts';
import { routeProblems } from '../support/deployed/routes.ts';
import { until } from '../support/deployed/until.ts';
import { type DeployedWorld, deployedWorld } from '../support/deployed/world.ts';
import { packedZip } from '../support/zip.ts';

const installed = installEngine('ministack');
const isMissing = 'missing' in installed;
if ('missing' in installed) console.warn(`MiniStack is left out. ${installed.missing}`);

const LONG_MS = 900_000;
/** Milliseconds for the schedule of one minute, and the work that it begins. */
const SCHEDULED_WITHIN_MS = 150_000;

(isMissing ? describe.skip : describe)('on MiniStack', () => {
  let world: DeployedWorld;

  beforeAll(async () => {
    const bin = 'bin' in installed ? installed.bin : '';
    world = await deployedWorld({
      name: 'ministack',
      start: (place) => startMinistack(bin, place),
      async apiOf({ url }) {
        const { items } = await json<{ items: { apiId: string; name: string }[] }>(url, 'apigateway', {
          path: '/v2/apis',
          method: 'GET',
        });
        expect(items.map(({ name }) => name)).toEqual(['sandbox-rolewright-emulator']);
        return `${url}/_aws/execute-api/${items[0]?.apiId}`;
      },
    });
  }, LONG_MS);

  afterAll(() => world?.close());

  /** Runs something while a function has other variables than it was deployed with. */
  async function withVariables<T>(
    name: string,
    variables: Record<string, string>,
    act: () => Promise<T>,
  ): Promise<T> {
    const lambda = new LambdaClient(world.sdk);
    const FunctionName = `${STACK}-${name}`;
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const set = (Variables: Record<string, string>) =>
      lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
    await set({ ...Environment?.Variables, ...variables });
    try {
      return await act();
    } finally {
      await set(Environment?.Variables ?? {});
      lambda.destroy();
    }
  }

  mainJob(() => world);

  const stateOf = async (id: string): Promise<string> => {
    const token = await world.client.token('person', { email: 'ada@acme.example' });
    return String((await world.client.read(token, `/v1/grants/${id}`)).body.state);
  };

  test(
    'what was left unfinished is finished by the schedule',
    async () => {
      const token = await world.client.token('person', { email: 'ada@acme.example' });
      const body = { repository: 'acme/web', template: 's3-static-site', parameters: { bucket: 'web-site' } };
      const asked = await withVariables('provisioner', { EVENTS_TABLE: 'not-there' }, () =>
        world.client.request(token, body),
      );
      expect([asked.status, asked.body.state]).toEqual([202, 'provisioning']);
      await until(
        () => stateOf(String(asked.body.id)),
        (state) => state === 'active',
        SCHEDULED_WITHIN_MS,
      );
    },
    LONG_MS,
  );

  test(
    'a message that the worker fails at every attempt is kept in the queue',
    async () => {
      const QueueUrl = `${world.engine.url}/111122223333/${STACK}-failed-messages`;
      const kept = async () => {
        const { Messages = [] } = await json<{ Messages?: { Body: string }[] }>(world.engine.url, 'sqs', {
          target: 'AmazonSQS.ReceiveMessage',
          body: { QueueUrl, VisibilityTimeout: 0, MaxNumberOfMessages: 10 },
        });
        return Messages.map(({ Body }) => JSON.parse(Body) as Record<string, unknown>);
      };
      expect(await kept()).toEqual([]);
      const [message] = await withVariables('worker', { GRANTS_TABLE: 'not-there' }, async () => {
        await world.client.createRepository({ workspace: 'acme', slug: 'failing-service', project: 'WEB' });
        return until(kept, (all) => all.length > 0);
      });
      expect(message).toMatchObject({
        requestContext: { approximateInvokeCount: 3 },
        requestPayload: { source: 'bitbucket', event: 'repo:created' },
      });
    },
    LONG_MS,
  );

  test(
    'a second deployment of the same package changes nothing',
    async () => {
      expect(await deploy(world.folder, world.engine.url)).toMatch(/No changes to deploy/);
    },
    LONG_MS,
  );

  test(
    'a deployment with another boundary changes the boundary and keeps the tables',
    async () => {
      const dynamodb = new DynamoDBClient(world.sdk);
      const TableName = `${STACK}-events`;
      const before = await dynamodb.send(new DescribeTableCommand({ TableName }));
      const folder = changedPackage(world.folder, join(world.dir, 'boundary'), (template) => {
        type Document = { Statement: object[] };
        const { Statement } = propertyOf<Document>(template, 'Boundary', 'PolicyDocument');
        Statement.push({ Sid: 'Later', Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' });
      });
      await deploy(folder, world.engine.url);
      const iam = new IAMClient(world.sdk);
      const PolicyArn = 'arn:aws:iam::111122223333:policy/rolewright-boundary';
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const version = await iam.send(
        new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
      );
      expect(decodeURIComponent(version.PolicyVersion?.Document ?? '')).toContain('"Later"');
      const after = await dynamodb.send(new DescribeTableCommand({ TableName }));
      expect(after.Table?.TableId).toBe(before.Table?.TableId);
      expect(after.Table?.ItemCount).toBeGreaterThan(0);
      iam.destroy();
      dynamodb.destroy();
    },
    LONG_MS,
  );

  test(
    'this tier finds a route that is missing in the template, and a handler that is missing in a zip',
    async () => {
      const folder = changedPackage(world.folder, join(world.dir, 'planted'), ({ Resources }, copy) => {
        for (const [id, { Properties }] of Object.entries(Resources)) {
          if (String(Properties.RouteKey).endsWith(' /v1/me')) delete Resources[id];
        }
        rmSync(join(copy, 'catalogue.zip'));
        writeFileSync(join(copy, 'catalogue.zip'), packedZip('handlers/other.mjs', 'export const x = 1;'));
      });
      await deploy(folder, world.engine.url);
      const found = await routeProblems(world.api);
      const routes = found.map((problem) => problem.split(':')[0]);
      expect(routes).toEqual(
        expect.arrayContaining(['GET /v1/templates', 'GET /v1/templates/{name}', 'GET /v1/me']),
      );
      await deploy(world.folder, world.engine.url);
    },
    LONG_MS,
  );
});
