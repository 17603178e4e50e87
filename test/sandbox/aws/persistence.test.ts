import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startAwsSandbox } from '../../../sandbox/aws/server.ts';
import {
  ACCOUNT,
  ADMINISTRATOR_ARN,
  AUDIENCE,
  allow,
  BOUNDARY_ARN,
  ISSUER,
  OTHER_ACCOUNT,
  PROVIDER_ARN,
  policy,
  startWorld,
  type TestWorld,
  TRUST_POLICY,
} from './world.ts';

const RoleName = 'shop';
const DOCUMENT = policy(allow('s3:*', '*'));

let world: TestWorld;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const everything = async () => {
  const metadata = { $metadata: undefined };
  return [
    { ...(await world.iam.send(new GetRoleCommand({ RoleName }))), ...metadata },
    { ...(await world.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'p' }))), ...metadata },
    { ...(await world.iam.send(new GetPolicyCommand({ PolicyArn: BOUNDARY_ARN }))), ...metadata },
    {
      ...(await world.iam.send(
        new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER_ARN }),
      )),
      ...metadata,
    },
  ];
};

describe('the state', () => {
  test('is the same after a restart', async () => {
    await world.iam.send(new CreateOpenIDConnectProviderCommand({ Url: ISSUER, ClientIDList: [AUDIENCE] }));
    await world.iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: TRUST_POLICY,
        PermissionsBoundary: BOUNDARY_ARN,
        Tags: [{ Key: 'a', Value: 'b' }],
      }),
    );
    await world.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: DOCUMENT }));
    await world.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: ADMINISTRATOR_ARN }));
    const before = await everything();
    await world.restart();
    expect(await everything()).toEqual(before);
  });

  test('is one whole file after every answered write', async () => {
    const creating = Array.from({ length: 20 }, (_, i) =>
      world.iam.send(new CreateRoleCommand({ RoleName: `r${i}`, AssumeRolePolicyDocument: TRUST_POLICY })),
    );
    for (const creation of creating) {
      const name = (await creation).Role?.RoleName ?? 'none';
      const content = JSON.parse(readFileSync(join(world.dir, 'aws.json'), 'utf8'));
      expect(content.accounts[ACCOUNT].roles.map(([key]: [string]) => key)).toContain(name);
    }
    expect(readdirSync(world.dir)).toEqual(['aws.json']);
  });
});

describe('the state of several accounts', () => {
  test('is kept for each account by itself', async () => {
    const other = () => world.clientsOf(OTHER_ACCOUNT).iam;
    await world.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST_POLICY }));
    await other().send(new CreateRoleCommand({ RoleName: 'other', AssumeRolePolicyDocument: TRUST_POLICY }));
    await world.restart();
    const names = async (iam: IAMClient) =>
      ((await iam.send(new ListRolesCommand({}))).Roles ?? []).map(({ Arn }) => Arn);
    expect(await names(world.iam)).toEqual([`arn:aws:iam::${ACCOUNT}:role/shop`]);
    expect(await names(other())).toEqual([`arn:aws:iam::${OTHER_ACCOUNT}:role/other`]);
  });

  test('of a sandbox that knew one account is refused and kept', async () => {
    const dir = join(world.dir, 'old');
    mkdirSync(dir);
    const text = JSON.stringify({ roles: [], providers: [] });
    writeFileSync(join(dir, 'aws.json'), text);
    const starting = startAwsSandbox({ port: 0, dir, accountId: ACCOUNT, resolveIssuer: () => undefined });
    await expect(starting).rejects.toThrow('is not a state of this sandbox; delete it to start anew');
    expect(readFileSync(join(dir, 'aws.json'), 'utf8')).toBe(text);
  });
});

describe('a sandbox of its own process', () => {
  const server = join(import.meta.dirname, '../../../sandbox/aws/server.ts');

  async function start(): Promise<{ child: ChildProcess; iam: IAMClient }> {
    const options = { port: 0, dir: join(world.dir, 'own'), accountId: ACCOUNT };
    const program = `
      import { startAwsSandbox } from ${JSON.stringify(server)};
      const { url } = await startAwsSandbox({ ...${JSON.stringify(options)}, resolveIssuer: () => undefined });
      console.log(url);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    const iam = new IAMClient({
      endpoint: output.toString().trim(),
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
    return { child, iam };
  }

  async function kill({ child, iam }: { child: ChildProcess; iam: IAMClient }): Promise<void> {
    iam.destroy();
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  test('keeps every answered write when it is killed', async () => {
    const first = await start();
    const answered: string[] = [];
    const writing = Array.from({ length: 50 }, async (_, i) => {
      const AssumeRolePolicyDocument = TRUST_POLICY;
      const { Role } = await first.iam.send(
        new CreateRoleCommand({ RoleName: `r${i}`, AssumeRolePolicyDocument }),
      );
      answered.push(Role?.RoleName ?? '');
    });
    await Promise.any(writing);
    await kill(first);
    await Promise.allSettled(writing);

    const second = await start();
    const { Roles = [] } = await second.iam.send(new ListRolesCommand({}));
    await kill(second);
    expect(answered.length).toBeGreaterThan(0);
    expect(Roles.map((role) => role.RoleName)).toEqual(expect.arrayContaining(answered));
  });
});
