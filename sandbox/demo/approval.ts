import type { SandboxClient } from '../sandbox-client.ts';
import { expect, type Plan, screen } from './screen.ts';

const REQUEST = {
  repository: 'acme/shop',
  environment: 'Production',
  template: 's3-static-site',
  name: 'payroll',
  parameters: { bucket: 'payroll-archive' },
  reason: 'Publish the payroll archive',
};
const OBJECT = 'arn:aws:s3:::payroll-archive/index.html';

/** Ada requests a name that her project does not own: the request waits until another person approves its plan. */
export async function approve(client: SandboxClient, ada: string, grace: string): Promise<void> {
  screen.chapter('Ada requests a bucket that her project does not own: another person must approve');
  const reply = await client.request(ada, REQUEST);
  const id = String(reply.body.id);
  const plan = reply.body.plan as Plan;
  expect(reply.status === 202 && reply.body.state === 'pending', 'the request waits for approval');
  screen.good(`202: grant ${id} is pending; nothing is in IAM yet`);
  screen.plan(plan);
  for (const why of plan.approvalReasons) screen.say(why);
  const own = await client.approve(ada, id, plan.hash);
  expect(own.status === 403, 'Ada may not approve her own request');
  screen.refused('Ada approves it herself: 403', String(own.body.detail));
  const approved = await client.approve(grace, id, plan.hash);
  expect(
    approved.status === 200 && approved.body.state === 'active',
    "Grace's approval makes the grant active",
  );
  const { arn } = approved.body.role as { arn: string };
  screen.good(`Grace approves the plan ${plan.hash.slice(0, 12)}…: 200, role ${arn}`);
  const token = await client.token('step', { repository: 'acme/shop', deployment: 'Production' });
  const session = await client.assume(arn, token);
  expect('accessKeyId' in session, 'the own token is admitted');
  expect(await client.canAct(session.accessKeyId, 's3:PutObject', OBJECT), 'the session may publish');
  screen.good(`acme/shop, Production: admitted, may s3:PutObject ${OBJECT}`);
}
