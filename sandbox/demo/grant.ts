import type { Reply, SandboxClient } from '../sandbox-client.ts';
import { expect, type Plan, screen } from './screen.ts';

const REQUEST = {
  repository: 'acme/shop',
  environment: 'Production',
  template: 's3-static-site',
  parameters: { bucket: 'shop-site' },
  reason: 'Release the shop from its pipeline',
};
const OBJECT = 'arn:aws:s3:::shop-site/index.html';

/** Ada previews a role for one deployment environment, then requests exactly that. */
export async function request(
  client: SandboxClient,
  ada: string,
): Promise<{ grant: Reply['body']; arn: string }> {
  screen.chapter('Ada previews a role for the Production environment of acme/shop, and requests it');
  screen.say('POST /v1/grants?dryRun=true');
  screen.json(REQUEST);
  const preview = await client.request(ada, REQUEST, '?dryRun=true');
  const plan = preview.body.plan as Plan;
  expect(preview.status === 200 && plan.risk === 'new', 'the preview shows a new plan');
  screen.plan(plan);
  screen.say('POST /v1/grants with the hash of that plan: exactly this plan is granted');
  const reply = await client.request(ada, { ...REQUEST, planHash: plan.hash });
  expect(
    reply.status === 201,
    `the request is answered 201, not ${reply.status}: ${JSON.stringify(reply.body)}`,
  );
  const grant = reply.body;
  const role = grant.role as { arn: string; id: string };
  const { body: repository } = await client.repository('acme/shop');
  const { uuid, project } = repository as { uuid: string; project: { key: string } };
  screen.good(`Bitbucket confirms: acme/shop is ${uuid} in project ${project.key}`);
  screen.good(`Project ${project.key} owns bucket names like shop-*`);
  screen.good(`201: grant ${grant.id} is ${grant.state}`);
  screen.good(`Role ${role.arn}, id ${role.id}`);
  screen.say('');
  screen.say('Who may assume it (trust policy):');
  screen.json(grant.trustPolicy);
  screen.say('What it may do (permissions policy):');
  screen.json(grant.permissionsPolicy);
  screen.say('The step for bitbucket-pipelines.yml, ready to paste:');
  screen.text(String(grant.pipelineSnippet));
  screen.say("The same with Atlassian's pipes:");
  screen.text(String(grant.pipeSnippet));
  return { grant, arn: role.arn };
}

/** The grant's own pipeline uses the role, and three others try to. Returns the access key of the session that it
 *  opened. */
export async function use(
  client: SandboxClient,
  ada: string,
  { grantId, arn }: { grantId: string; arn: string },
): Promise<string> {
  screen.chapter('Four pipelines present their step tokens to AWS STS');
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

/** The same request is repeated. */
export async function repeat(client: SandboxClient, ada: string): Promise<void> {
  screen.chapter('The same request is repeated');
  await client.iamCalls();
  const reply = await client.request(ada, REQUEST);
  const calls = await client.iamCalls();
  expect(reply.status === 200 && calls.length === 0, 'a repeated request changes nothing');
  screen.good('200: unchanged, without a single IAM call');
}

/** Ada revokes the grant, which ends every session. */
export async function revoke(
  client: SandboxClient,
  ada: string,
  { grantId, arn, session }: { grantId: string; arn: string; session: string },
): Promise<void> {
  screen.chapter('Ada revokes the grant');
  screen.say(`DELETE /v1/grants/${grantId}`);
  await client.iamCalls();
  const reply = await client.revoke(ada, grantId);
  expect(reply.status === 200 && reply.body.state === 'revoked', 'the revoke is answered 200');
  for (const call of await client.iamCalls()) screen.say(`   IAM ${call}`);
  screen.good(
    '200: first the trust policy denies, then every live session is denied, then the role is deleted',
  );
  const token = await client.token('step', { repository: 'acme/shop', deployment: 'Production' });
  const outcome = await client.assume(arn, token);
  expect('code' in outcome, 'the own token is refused after the revoke');
  screen.refused(`acme/shop, Production: now refused with ${outcome.code}`, 'the role is gone');
  expect(!(await client.canAct(session, 's3:PutObject', OBJECT)), 'no live session may act after the revoke');
  screen.refused(
    'The earlier session may no longer act',
    'a live session ends with the role, before its hour is over',
  );
}
