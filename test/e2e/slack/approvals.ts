import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { siteBody } from '../../support/e2e/samples.ts';
import { SLACK, type SlackPeople, textOf } from '../../support/e2e/slack.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const buttonsOf = (blocks: unknown) =>
  [...JSON.stringify(blocks).matchAll(/"action_id":"(\w+)"/g)].map(([, name]) => name);

/** What approvers decide in Slack. */
export function slackApprovalRules(world: () => World & { dir: string }, slack: SlackPeople): void {
  /** Presses a button that Slack does not show any more. */
  async function late(value: string, user: string) {
    await slack.command(user === 'U0GRACE' ? 'grace' : 'ada', 'list');
    return slack.signed('/slack/interactions', {
      payload: JSON.stringify({
        type: 'block_actions',
        team: { id: 'T0ACME' },
        user: { id: user },
        trigger_id: 'none',
        response_url: await responseUrl(),
        actions: [{ type: 'button', action_id: 'approve', value }],
      }),
    });
  }

  /** The newest response URL that the sandbox has given out. */
  async function responseUrl(): Promise<string> {
    const state = JSON.parse(readFileSync(join(world().dir, 'slack.json'), 'utf8'));
    return `${world().stack.slack.url}/${state.responseUrls.at(-1).id}`;
  }

  describe('an approval', () => {
    it('is asked for once, with what it would gain; another person approves, and the requester is told', async () => {
      const { fullName, card, id } = await slack.waiting('because we pay people');
      expect(textOf(card)).toContain('we pay people');
      expect(textOf(card)).toContain('arn:aws:s3:::payroll/*');
      expect(buttonsOf(card.blocks)).toEqual(['approve', 'reject', 'open']);
      await slack.click('grace', card.ts, 'approve');
      const grant = await slack.grantOf(fullName, 'active');
      const done = await slack.said({ channel: SLACK.approvals }, 'Approved', fullName, SLACK.grace);
      expect([done.ts, done.edits, buttonsOf(done.blocks)]).toEqual([card.ts, 1, ['open']]);
      await slack.said({ channel: 'D0ADA' }, 'Granted', id);
      expect(await world().assume(grant.role.arn, await world().step(fullName))).toHaveProperty(
        'accessKeyId',
      );
      const events = await world().events(id);
      expect(events.find(({ type }) => type === 'GrantApproved')).toMatchObject({
        entryPoint: 'slack',
        principal: { kind: 'person', id: 'grace@acme.example' },
      });
      const cards = (await slack.messages()).filter(
        (message) =>
          message.channel === SLACK.approvals && !message.ephemeralTo && textOf(message).includes(id),
      );
      expect(cards).toHaveLength(1);
    });

    it('by the requester, or by somebody who may not, is refused where only they see it', async () => {
      const { card, id, fullName } = await slack.waiting();
      await slack.click('ada', card.ts, 'approve');
      await slack.said(
        { channel: SLACK.approvals, ephemeralTo: SLACK.ada, after: card.ts },
        'nobody-approves-their-own-request',
      );
      await slack.click('mallory', card.ts, 'approve');
      await slack.said(
        { channel: SLACK.approvals, ephemeralTo: 'U0MALLORY', after: card.ts },
        'GRANT_NOT_FOUND',
      );
      await slack.click('gus', card.ts, 'approve');
      await slack.said(
        { channel: SLACK.approvals, ephemeralTo: 'U0GUS', after: card.ts },
        'I do not know who you are',
      );
      expect((await slack.grantOf(fullName, 'pending')).id).toBe(id);
      expect((await world().events(id)).map(({ type }) => type)).toEqual(['GrantRequested']);
    });

    it('is refused to whoever asked over HTTP: the same human is the same principal through every endpoint', async () => {
      const { fullName } = await world().repository();
      expect((await world().request(siteBody(fullName, 'payroll'))).status).toBe(202);
      const card = await slack.said({ channel: SLACK.approvals }, fullName);
      await slack.click('ada', card.ts, 'approve');
      await slack.said(
        { channel: SLACK.approvals, ephemeralTo: SLACK.ada, after: card.ts },
        'nobody-approves-their-own-request',
      );
      await slack.grantOf(fullName, 'pending');
    });

    it('that comes second is answered privately, and the message says who was first', async () => {
      const { card, fullName } = await slack.waiting();
      await slack.click('grace', card.ts, 'approve');
      await slack.grantOf(fullName, 'active');
      const [first] = [await slack.said({ channel: SLACK.approvals }, 'Approved', fullName)];
      expect(first.ts).toBe(card.ts);
      // A client that still shows the buttons.
      const value =
        /"value":"(\{.*?\})"/.exec(JSON.stringify(card.blocks))?.[1]?.replaceAll('\\"', '"') ?? '';
      await late(value, 'U0GRACE');
      await slack.said(
        { ephemeralTo: SLACK.grace, after: card.ts },
        'has nothing that',
        'waits for approval',
      );
    });

    it('is rejected with a reason, which the requester reads and the log keeps', async () => {
      const { card, id, fullName } = await slack.waiting();
      await slack.click('grace', card.ts, 'reject');
      const view = (await slack.views()).findLast(({ user }) => user === SLACK.grace);
      await slack.submit('grace', view?.id ?? '', { reason: 'Payroll has its own pipeline' });
      await slack.grantOf(fullName, 'rejected');
      await slack.said({ channel: SLACK.approvals }, 'Rejected', fullName, 'Payroll has its own pipeline');
      await slack.said({ channel: 'D0ADA' }, 'Rejected', id, 'Payroll has its own pipeline');
      const last = (await world().events(id)).at(-1);
      expect(last).toMatchObject({ type: 'GrantRejected', data: { reason: 'Payroll has its own pipeline' } });
    });
  });
}
