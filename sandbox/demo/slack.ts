import { setTimeout as wait } from 'node:timers/promises';
import type { SandboxClient, SlackMessage } from '../sandbox-client.ts';
import { expect, screen } from './screen.ts';

const COMMAND =
  'request acme/shop lambda-deploy function=invoices env=Staging for=30d because "invoices are released weekly"';
const MESSAGE_WAIT_MS = 10_000;
const POLL_MS = 50;

/** Ada requests in Slack a name that her project does not own. Grace approves with a button, which Ada cannot. */
export async function chat(client: SandboxClient): Promise<void> {
  screen.chapter('Ada requests a role in Slack, and Grace approves with a button');
  screen.say(`/aws-role ${COMMAND}`);
  const reply = await client.slackCommand('ada', COMMAND);
  expect(reply.status === 200, 'Slack is acknowledged at once');
  screen.good(`Slack is acknowledged at once: ${plain(String(reply.body.text))}`);
  const card = await said(client, 'the approvers are notified', isApproval('Approval needed'));
  const buttons = ['approve', 'reject'].every((action) => textOf(card).includes(`"action_id":"${action}"`));
  expect(buttons, 'the approvers have two buttons');
  screen.good(
    '#aws-approvals shows who requests what and why, what it gains, until when, and two buttons: Approve and Reject',
  );
  await client.slackClick('ada', card.ts, 'approve');
  const refusal = await said(
    client,
    'Ada is refused',
    (message) => message.ephemeralTo === 'U0ADA' && textOf(message).includes('nobody-approves'),
  );
  screen.refused('Ada presses Approve', plain(refusal.text));
  await client.slackClick('grace', card.ts, 'approve');
  const done = await said(client, 'the message says who approved', isApproval('Approved'));
  expect(done.ts === card.ts, 'the message is updated in place');
  screen.good('Grace presses Approve: the same message now says who approved, and has no buttons');
  const notification = await said(
    client,
    'Ada is notified',
    ({ channel, text }) => channel === 'D0ADA' && text.includes('lambda-deploy'),
  );
  const arn = /arn:aws:iam::\d+:role\/rolewright\/[\w-]+/.exec(textOf(notification))?.[0] ?? '';
  screen.good(`Ada gets a direct message: role ${arn}`);
  const token = await client.token('step', { repository: 'acme/shop', deployment: 'Staging' });
  expect('accessKeyId' in (await client.assume(arn, token)), 'the own token is admitted');
  screen.good('acme/shop, Staging: admitted');
}

const textOf = (message: SlackMessage): string => JSON.stringify([message.text, message.blocks]);
const plain = (text: string): string => text.replace(/`/g, '');
const isApproval =
  (title: string) =>
  ({ channel, text }: SlackMessage): boolean =>
    channel === 'C0APPROVALS' && text.startsWith(title) && text.includes('lambda-deploy');

/** Waits for the first message that matches. */
async function said(
  client: SandboxClient,
  expectation: string,
  isMeant: (message: SlackMessage) => boolean,
): Promise<SlackMessage> {
  const deadline = Date.now() + MESSAGE_WAIT_MS;
  for (;;) {
    const found = (await client.slackMessages()).find(isMeant);
    if (found) return found;
    expect(Date.now() < deadline, expectation);
    await wait(POLL_MS);
  }
}
