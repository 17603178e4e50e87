import { describe, expect, it } from '@jest/globals';
import type { SlackPeople } from '../../support/e2e/slack.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** Who is heard in Slack: requests that Slack signed, people that the directory knows. */
export function slackIdentityRules(world: () => World, slack: SlackPeople): void {
  describe('somebody whom the directory does not know', () => {
    it.each(['dora', 'build', 'gus', 'uma', 'sam', 'nina'])(
      '%s may read help and nothing else',
      async (user) => {
        expect((await slack.command(user, 'help')).text).toContain('requests a role');
        for (const text of [
          '',
          'list',
          'templates',
          'reqest',
          'request acme/shop s3-static-site bucket=shop-x',
        ]) {
          const reply = await slack.command(user, text);
          expect([reply.status, reply.text]).toEqual([
            200,
            expect.stringContaining('I do not know who you are'),
          ]);
        }
        expect(await slack.views()).not.toContainEqual(
          expect.objectContaining({ user: `U0${user.toUpperCase()}` }),
        );
      },
    );
  });

  describe('the signature', () => {
    const fields = { team_id: 'T0ACME', user_id: 'U0ADA', text: 'help' };

    it('is needed on every route, and one answer tells nobody why', async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      for (const path of ['/slack/commands', '/slack/interactions']) {
        const bare = await world().api('POST', path, { body: 'text=help', headers });
        const late = await slack.signed(path, fields, Date.now() - 301_000);
        expect([bare.status, late.status, bare.json.detail]).toEqual([401, 401, late.json.detail]);
      }
    });

    it('is taken once: a recorded request is refused', async () => {
      const at = Date.now() - 5000;
      expect((await slack.signed('/slack/commands', { ...fields, trigger_id: 'once' }, at)).status).toBe(200);
      expect((await slack.signed('/slack/commands', { ...fields, trigger_id: 'once' }, at)).status).toBe(401);
    });
  });
}
