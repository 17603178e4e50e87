import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetRolePolicyCommand, IAMClient, ListRolesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT } from '../support/arch/infrastructure.ts';
import { startLocalemu } from '../support/deployed/engines.ts';
import { createHttpApi } from '../support/deployed/http-api.ts';
import { mainJob } from '../support/deployed/main-job.ts';
import type { Template } from '../support/deployed/packages.ts';
import { installEngine } from '../support/deployed/python.ts';
import { routeProblems } from '../support/deployed/routes.ts';
import { installRuntimeClient } from '../support/deployed/runtime-client.ts';
import { type DeployedWorld, deployedWorld } from '../support/deployed/world.ts';

const installed = installEngine('localemu');
const client =
  'bin' in installed
    ? installRuntimeClient(join(ROOT, '.venv-deployed-localemu', 'runtime-client'))
    : installed;
const missing = 'missing' in client ? client.missing : undefined;
if (missing) console.warn(`LocalEmu is left out. ${missing}`);

const LONG_MS = 900_000;

/** A call of a function that LocalEmu judged against the function's role. */
type Judgement = { role: string; session: string; action: string; resource: string; allowed: boolean };

(missing ? describe.skip : describe)(
  'on LocalEmu, with every call judged against its function’s role',
  () => {
    let world: DeployedWorld;
    let judgements: string;

    beforeAll(async () => {
      const bin = 'bin' in installed ? installed.bin : '';
      const runtimeClient = 'path' in client ? client.path : '';
      world = await deployedWorld({
        name: 'localemu',
        start: (place) => {
          judgements = join(place.dir, 'judgements.jsonl');
          writeFileSync(judgements, '');
          return startLocalemu(bin, place, { runtimeClient, judgements });
        },
        apiOf: async ({ url }, template) => apiUrl(url, await createHttpApi(url, template)),
      });
    }, LONG_MS);

    afterAll(() => world?.close());

    const apiUrl = (url: string, id: string) => `${url}/_aws/execute-api-v2/${id}/$default`;

    const judged = () =>
      readFileSync(judgements, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Judgement)
        .filter(({ session }) => session.startsWith('rolewright-emulator-sandbox-'));

    mainJob(() => world);

    test('no call of the main job was denied, and calls of seven functions were judged', () => {
      expect(judged().filter(({ allowed }) => !allowed)).toEqual([]);
      const names = new Set(judged().map(({ session }) => session.split('-').at(-1)));
      expect([...names]).toEqual(
        expect.arrayContaining(['audit', 'explain', 'grants', 'provisioner', 'slack', 'webhooks', 'worker']),
      );
    });

    test(
      'this tier finds a route that is missing in the template',
      async () => {
        const routes = Object.entries(world.template.Resources).filter(
          ([, { Properties }]) => Properties.RouteKey !== 'GET /v1/me',
        );
        const template: Template = { Resources: Object.fromEntries(routes) };
        const id = await createHttpApi(world.engine.url, template);
        const found = await routeProblems(apiUrl(world.engine.url, id));
        expect(found).toEqual([expect.stringMatching(/^GET \/v1\/me: 40[45] /)]);
      },
      LONG_MS,
    );

    test(
      'this tier finds an action that is missing in a role',
      async () => {
        const iam = new IAMClient(world.sdk);
        const { Roles = [] } = await iam.send(new ListRolesCommand({}));
        const RoleName = Roles.find((role) => role.RoleName?.includes('GrantsRole'))?.RoleName ?? '';
        const policy = { RoleName, PolicyName: 'function' };
        const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand(policy));
        const narrowed = decodeURIComponent(PolicyDocument).replace(/"dynamodb:PartiQLInsert",?\s*/, '');
        await iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: narrowed }));
        iam.destroy();
        const before = judged().length;
        const token = await world.client.token('person', { email: 'ada@acme.example' });
        const body = {
          repository: 'acme/shop',
          template: 's3-static-site',
          parameters: { bucket: 'shop-new' },
        };
        const asked = await world.client.request(token, { ...body, name: 'planted' });
        expect(asked.status).toBeGreaterThanOrEqual(500);
        const denied = judged()
          .slice(before)
          .filter(({ allowed }) => !allowed);
        expect(new Set(denied.map(({ action }) => action))).toEqual(new Set(['dynamodb:PartiQLInsert']));
      },
      LONG_MS,
    );
  },
);
