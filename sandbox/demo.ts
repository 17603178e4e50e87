import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GrantEvent, verifyChain } from '../domain/event.ts';
import { expect, StoryBroken, screen } from './demo-screen.ts';
import { type Reply, type SandboxClient, sandboxClient } from './sandbox-client.ts';
import { freePorts, startStack } from './stack.ts';

const REQUEST = {
  repository: 'acme/shop',
  environment: 'Production',
  template: 's3-static-site',
  parameters: { bucket: 'shop-site' },
  reason: 'Release the shop from its pipeline',
};
const OBJECT = 'arn:aws:s3:::shop-site/index.html';

async function play(client: SandboxClient): Promise<void> {
  screen.title('Rolewright: a role for one Bitbucket pipeline, and for nothing else');
  const ada = await client.token('person', { email: 'ada@acme.example' });
  const { grant, arn } = await ask(client, ada);
  const session = await use(client, ada, grant.id as string, arn);
  await repeat(client, ada);
  await revoke(client, ada, grant.id as string, arn, session);
  await verify(client, ada, grant.id as string);
}

async function ask(client: SandboxClient, ada: string): Promise<{ grant: Reply['body']; arn: string }> {
  screen.chapter(1, 'Ada asks for a role for the Production environment of acme/shop');
  screen.say('POST /v1/grants');
  screen.json(REQUEST);
  const reply = await client.request(ada, REQUEST);
  expect(
    reply.status === 201,
    `the request is answered 201, not ${reply.status}: ${JSON.stringify(reply.body)}`,
  );
  const grant = reply.body;
  const role = grant.role as { arn: string; id: string };
  const { body: repository } = await client.repository('acme/shop');
  const { uuid, project } = repository as { uuid: string; project: { key: string } };
  screen.good(`Bitbucket says: acme/shop is ${uuid} in project ${project.key}`);
  screen.good(`Project ${project.key} owns bucket names like shop-*`);
  screen.good(`201: grant ${grant.id} is ${grant.state}`);
  screen.good(`Role ${role.arn}, id ${role.id}`);
  screen.say('');
  screen.say('Who may assume it (trust policy):');
  screen.json(grant.trustPolicy);
  screen.say('What it may do (permissions policy):');
  screen.json(grant.permissionsPolicy);
  screen.say('The step for bitbucket-pipelines.yml:');
  screen.text(String(grant.pipelineSnippet));
  return { grant, arn: role.arn };
}

async function use(client: SandboxClient, ada: string, grantId: string, arn: string): Promise<string> {
  screen.chapter(2, 'Four pipelines present their step tokens to AWS STS');
  const own = await client.token('step', { repository: 'acme/shop', deployment: 'Production' });
  const admitted = await client.assume(arn, own);
  expect('accessKeyId' in admitted, 'the own token is admitted');
  screen.good('acme/shop, Production: admitted, temporary credentials issued');
  expect(await client.canAct(admitted.accessKeyId, 's3:PutObject', OBJECT), 'the session may publish');
  screen.good(`   it may s3:PutObject ${OBJECT}`);
  const elsewhere = 'arn:aws:s3:::payroll/2026.csv';
  expect(
    !(await client.canAct(admitted.accessKeyId, 's3:GetObject', elsewhere)),
    'the session may do nothing else',
  );
  screen.good(`   it may not s3:GetObject ${elsewhere}`);

  const foreign = [
    {
      step: { repository: 'acme/web' },
      who: 'acme/web',
      why: 'its sub begins with another repository UUID',
      code: 'WRONG_REPOSITORY',
    },
    {
      step: { repository: 'acme/shop', deployment: 'Staging' },
      who: 'acme/shop, Staging',
      why: 'the right repository in another environment: the second part of its sub differs',
      code: 'WRONG_ENVIRONMENT',
    },
    {
      step: { repository: 'globex/other' },
      who: 'globex/other',
      why: 'its issuer is another workspace, for which the account has no identity provider',
      code: 'WRONG_WORKSPACE',
    },
  ];
  for (const { step, who, why, code } of foreign) {
    const token = await client.token('step', step);
    const outcome = await client.assume(arn, token);
    expect('code' in outcome, `the token of ${who} is refused`);
    const { body: explained } = await client.explain(ada, grantId, token);
    expect(explained.code === code, `the explanation is ${code}, not ${explained.code}`);
    screen.refused(`${who}: refused by STS with ${outcome.code}`, why);
    screen.say(`    POST /v1/explain says ${code}`);
  }
  return admitted.accessKeyId;
}

async function repeat(client: SandboxClient, ada: string): Promise<void> {
  screen.chapter(3, 'The same request again');
  await client.iamCalls();
  const reply = await client.request(ada, REQUEST);
  const calls = await client.iamCalls();
  expect(reply.status === 200 && calls.length === 0, 'a repeated request changes nothing');
  screen.good('200: it is so already; not one IAM call was made');
}

async function revoke(
  client: SandboxClient,
  ada: string,
  grantId: string,
  arn: string,
  session: string,
): Promise<void> {
  screen.chapter(4, 'Ada revokes the grant');
  screen.say(`DELETE /v1/grants/${grantId}`);
  const reply = await client.revoke(ada, grantId);
  expect(reply.status === 200 && reply.body.state === 'revoked', 'the revoke is answered 200');
  for (const call of await client.iamCalls()) screen.say(`   IAM ${call}`);
  screen.good('200: the trust policy denied first, then every live session, then the role was deleted');
  const token = await client.token('step', { repository: 'acme/shop', deployment: 'Production' });
  const outcome = await client.assume(arn, token);
  expect('code' in outcome, 'the own token is refused after the revoke');
  screen.refused(`acme/shop, Production: now refused with ${outcome.code}`, 'the role is gone');
  expect(!(await client.canAct(session, 's3:PutObject', OBJECT)), 'no live session may act after the revoke');
  screen.refused(
    'The session from before may not act any more',
    'a live session ends with the role, not with its hour',
  );
}

async function verify(client: SandboxClient, ada: string, grantId: string): Promise<void> {
  screen.chapter(5, 'The log tells the whole story, and can be checked by anyone');
  const { body } = await client.read(ada, `/v1/grants/${grantId}/events?limit=100`);
  const events = body.items as GrantEvent[];
  for (const event of events) {
    const who = `${event.principal.kind}:${event.principal.id}`;
    screen.say(
      `${String(event.seq).padStart(3)}  ${event.type.padEnd(24)} ${who.padEnd(26)} ${event.hash.slice(0, 12)}…`,
    );
  }
  expect(events.at(-1)?.type === 'GrantRevoked', 'the log ends with the revoke');
  expect(verifyChain(events) === undefined, 'every hash is right and links to the one before');
  screen.good(`${events.length} events, every SHA-256 recomputed, every link whole`);
  const altered = events.map((event, n) =>
    n === 0 ? { ...event, principal: { kind: 'person' as const, id: 'mallory' } } : event,
  );
  const fault = verifyChain(altered);
  expect(fault !== undefined, 'an altered event is found');
  screen.refused('Somebody writes "mallory" into the first event', `verification says: ${fault}`);
}

async function main(): Promise<number> {
  const began = Date.now();
  const dir = mkdtempSync(join(tmpdir(), 'rolewright-demo-'));
  try {
    const stack = await startStack(process.cwd(), dir, freePorts);
    const stop = () => stack.stop().finally(() => process.exit(130));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    try {
      await play(sandboxClient(stack));
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      screen.title(
        `All of it ran over real HTTP, with real signatures, in ${seconds} s. npm start keeps the stack up.\n`,
      );
      return 0;
    } finally {
      await stack.stop();
    }
  } catch (error) {
    console.error(
      error instanceof StoryBroken ? `\nThe story broke. It should be so that ${error.message}.` : error,
    );
    return 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

process.exit(await main());
