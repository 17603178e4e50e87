import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { slackSeed } from '../../../sandbox/slack/seed.ts';
import { eventually } from '../../support/e2e/eventually.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import { SLACK, type SlackPeople, textOf } from '../../support/e2e/slack.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** What becomes of grants and messages when Slack fails. */
export function slackTroubleRules(world: () => World & { dir: string }, slack: SlackPeople): void {
  describe('Slack in trouble', () => {
    it('fails no grant: the role is there, and what is lost or late is logged without a secret', async () => {
      const { fullName } = await world().repository({ project: 'WEB' });
      for (const match of ['chat.postMessage', 'response_url'])
        await world().fault('slack', { match, effect: 'forbid', times: 50 });
      await slack.command('ada', `request ${fullName} s3-static-site bucket=web-quiet`);
      expect((await slack.grantOf(fullName, 'active')).state).toBe('active');
      const log = await eventually(
        async () => readFileSync(join(world().dir, 'gateway.log'), 'utf8'),
        (text) => text.includes('an answer to Slack was lost') && text.includes('a notification is late'),
      );
      expect(log).not.toContain(slackSeed.botToken);
      expect(log).not.toContain(slackSeed.signingSecret);
      expect(log).not.toMatch(/\/(commands|actions)\/T0ACME\/[0-9a-f]/);
    });

    it('that asks to wait gets the message later, once', async () => {
      const { fullName } = await world().repository({ project: 'WEB' });
      await world().fault('slack', {
        match: 'chat.postMessage',
        effect: 'throttle',
        times: 2,
        delayMs: 1000,
      });
      const { id } = await world().granted(siteBody(fullName, 'web-later'));
      await slack.said({ channel: SLACK.web }, 'Granted', id);
      const told = (await slack.messages()).filter((message) => textOf(message).includes(id));
      expect(told).toHaveLength(1);
    });
  });
}
