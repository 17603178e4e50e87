import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/e2e/eventually.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import { SLACK, type SlackPeople, textOf } from '../../support/e2e/slack.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** What people ask for in Slack, by command and by form. */
export function slackRequestRules(world: () => World, slack: SlackPeople): void {
  describe('a request in Slack', () => {
    it('becomes a role that the repository’s own token is admitted to, in the name of the person', async () => {
      const { fullName } = await world().repository({ project: 'WEB' });
      const reply = await slack.command(
        'ada',
        `request ${fullName} s3-static-site bucket=web-slack because "it is released"`,
      );
      expect([reply.status, reply.text]).toEqual([
        200,
        expect.stringContaining(`Requesting \`s3-static-site\` for \`${fullName}\``),
      ]);
      const answer = await slack.said({ ephemeralTo: SLACK.ada }, 'Granted', fullName);
      const grant = await slack.grantOf(fullName, 'active');
      expect(textOf(answer)).toContain(grant.role.arn);
      expect(grant).toMatchObject({
        requestedBy: { kind: 'person', id: 'ada@acme.example' },
        reason: 'it is released',
      });
      const [requested] = await world().events(grant.id);
      expect(requested).toMatchObject({
        entryPoint: 'slack',
        principal: { kind: 'person', id: 'ada@acme.example' },
      });
      expect(await world().assume(grant.role.arn, await world().step(fullName))).toHaveProperty(
        'accessKeyId',
      );
      await slack.said({ channel: SLACK.web }, 'Granted', grant.id);
    });

    it('is the same grant as over HTTP: asked for again, nothing is written', async () => {
      const { fullName } = await world().repository();
      const { id } = await world().granted(siteBody(fullName, 'shop-same'));
      const before = await world().events(id);
      await slack.command('ada', `request ${fullName} s3-static-site bucket=shop-same`);
      await slack.said({ ephemeralTo: SLACK.ada }, 'Granted', fullName);
      expect(await world().events(id)).toEqual(before);
    });

    it('that Bitbucket, ownership or the template refuses is answered in words', async () => {
      await slack.command('ada', 'request acme/nothing-here s3-static-site bucket=shop-x');
      await slack.said({ ephemeralTo: SLACK.ada }, 'REPOSITORY_NOT_FOUND');
      const reply = await slack.command('ada', 'request acme/shop s3-static-sit bukket=x');
      expect(reply.text).toContain('Did you mean \\"s3-static-site\\"?');
      expect(reply.text).toContain('Did you mean \\"bucket\\"?');
    });

    it('lists, shows, explains and revokes', async () => {
      const { fullName } = await world().repository({ project: 'WEB' });
      const { id, role } = await world().granted(siteBody(fullName, 'web-shown'));
      for (const [text, part] of [
        [`list ${fullName}`, id],
        [`show ${id}`, role.arn],
        [`explain ${id}`, 's3:PutObject'],
      ] as const) {
        expect((await slack.command('grace', text)).status).toBe(200);
        await slack.said({ ephemeralTo: SLACK.grace, via: 'response_url' }, part);
      }
      const before = await world().events(id);
      await slack.command('grace', `revoke ${id} because nobody reads it`);
      const asked = await slack.said({ ephemeralTo: SLACK.grace, via: 'response_url' }, 'Revoke', role.arn);
      await slack.click('grace', asked.ts, 'revoke');
      const mine = async () => (await slack.views()).findLast(({ user }) => user === SLACK.grace);
      const form = await eventually(mine, (view) => JSON.stringify(view?.view).includes(id));
      expect(JSON.stringify(form?.view)).toContain('nobody reads it');
      expect(await world().events(id)).toEqual(before);
      await slack.submit('grace', form?.id ?? '', { reason: 'nobody reads it' });
      expect(await slack.grantOf(fullName, 'revoked')).toMatchObject({ hold: { reason: 'nobody reads it' } });
      await eventually(mine, (view) => JSON.stringify(view?.view).includes('is revoked'));
      await slack.said({ channel: SLACK.web }, 'Revoked', id, SLACK.grace);
      expect(await world().assume(role.arn, await world().step(fullName))).toHaveProperty('code');
    });
  });

  describe('the request form', () => {
    it('asks for repository and template, then for parameters, tells errors at the fields, and shows the outcome', async () => {
      const { fullName } = await world().repository();
      await slack.command('ada', '');
      const mine = async () => (await slack.views()).findLast(({ user }) => user === SLACK.ada);
      const id = (await mine())?.id ?? '';
      await slack.submit('ada', id, { repository: 'shop', template: 's3-static-site' });
      expect((await mine())?.errors).toEqual({ repository: expect.stringContaining('acme/shop') });
      await slack.submit('ada', id, { repository: fullName, template: 's3-static-site' });
      await slack.submit('ada', id, { 'parameter.bucket': 'Shop', expiresIn: 'soon' });
      expect(Object.keys((await mine())?.errors ?? {}).sort()).toEqual(['expiresIn', 'parameter.bucket']);
      await slack.submit('ada', id, {
        'parameter.bucket': 'shop-form',
        expiresIn: '2w',
        reason: 'From the form',
      });
      const grant = await slack.grantOf(fullName, 'active');
      expect(grant).toMatchObject({
        reason: 'From the form',
        parameters: { bucket: 'shop-form' },
        expiresAt: expect.anything(),
      });
      await eventually(mine, (view) => JSON.stringify(view?.view).includes(grant.role.arn));
    });
  });
}
