import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { slackSeed } from '../../sandbox/slack/seed.ts';
import { eventually } from '../support/e2e-eventually.ts';
import { siteBody } from '../support/e2e-samples.ts';
import { SLACK, slackOf, textOf } from '../support/e2e-slack.ts';
import { type Grant, useStack } from '../support/e2e-stack.ts';

const world = useStack();
const slack = slackOf(world);
const grantOf = async (fullName: string, state: string) => {
  const [grant] = (await eventually(
    () => world().all(`/v1/grants?repository=${fullName}`, 25),
    (grants) => grants.some((one) => one.state === state),
  )) as Grant[];
  if (!grant) throw new Error('there is no grant');
  return grant;
};
const buttonsOf = (blocks: unknown) =>
  [...JSON.stringify(blocks).matchAll(/"action_id":"(\w+)"/g)].map(([, name]) => name);

/** A request of Ada's in Slack that waits: nobody owns the bucket. */
async function waiting(more = '') {
  const { fullName } = await world().repository();
  await slack.command('ada', `request ${fullName} s3-static-site bucket=payroll ${more}`);
  const card = await slack.said({ channel: SLACK.approvals }, fullName);
  return { fullName, card, ...(await grantOf(fullName, 'pending')) };
}

describe('a request in Slack', () => {
  it('becomes a role that the repository’s own token is admitted to, in the name of the person', async () => {
    const { fullName } = await world().repository({ project: 'WEB' });
    const reply = await slack.command(
      'ada',
      `request ${fullName} s3-static-site bucket=web-slack because "it is released"`,
    );
    expect([reply.status, reply.text]).toEqual([
      200,
      expect.stringContaining(`Asking for \`s3-static-site\` for \`${fullName}\``),
    ]);
    const answer = await slack.said({ ephemeralTo: SLACK.ada }, 'Granted', fullName);
    const grant = await grantOf(fullName, 'active');
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
    expect(await world().assume(grant.role.arn, await world().step(fullName))).toHaveProperty('accessKeyId');
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
    await slack.command('grace', `revoke ${id}`);
    await grantOf(fullName, 'revoked');
    await slack.said({ channel: SLACK.web }, 'Revoked', id, SLACK.grace);
    expect(await world().assume(role.arn, await world().step(fullName))).toHaveProperty('code');
  });
});

describe('an approval', () => {
  it('is asked for once, with what it would gain; another person approves, and the requester is told', async () => {
    const { fullName, card, id } = await waiting('because we pay people');
    expect(textOf(card)).toContain('we pay people');
    expect(textOf(card)).toContain('arn:aws:s3:::payroll/*');
    expect(buttonsOf(card.blocks)).toEqual(['approve', 'reject', 'open']);
    await slack.click('grace', card.ts, 'approve');
    const grant = await grantOf(fullName, 'active');
    const done = await slack.said({ channel: SLACK.approvals }, 'Approved', fullName, SLACK.grace);
    expect([done.ts, done.edits, buttonsOf(done.blocks)]).toEqual([card.ts, 1, ['open']]);
    await slack.said({ channel: 'D0ADA' }, 'Granted', id);
    expect(await world().assume(grant.role.arn, await world().step(fullName))).toHaveProperty('accessKeyId');
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
    const { card, id, fullName } = await waiting();
    await slack.click('ada', card.ts, 'approve');
    await slack.said(
      { channel: SLACK.approvals, ephemeralTo: SLACK.ada },
      'nobody-approves-their-own-request',
    );
    await slack.click('mallory', card.ts, 'approve');
    await slack.said({ channel: SLACK.approvals, ephemeralTo: 'U0MALLORY' }, 'GRANT_NOT_FOUND');
    await slack.click('gus', card.ts, 'approve');
    await slack.said({ channel: SLACK.approvals, ephemeralTo: 'U0GUS' }, 'I do not know who you are');
    expect((await grantOf(fullName, 'pending')).id).toBe(id);
    expect((await world().events(id)).map(({ type }) => type)).toEqual(['GrantRequested']);
  });

  it('is refused to whoever asked over HTTP: the same human is the same principal through every door', async () => {
    const { fullName } = await world().repository();
    expect((await world().request(siteBody(fullName, 'payroll'))).status).toBe(202);
    const card = await slack.said({ channel: SLACK.approvals }, fullName);
    await slack.click('ada', card.ts, 'approve');
    await slack.said(
      { channel: SLACK.approvals, ephemeralTo: SLACK.ada },
      'nobody-approves-their-own-request',
    );
    await grantOf(fullName, 'pending');
  });

  it('that comes second is answered privately, and the message says who was first', async () => {
    const { card, fullName } = await waiting();
    await slack.click('grace', card.ts, 'approve');
    await grantOf(fullName, 'active');
    const [first] = [await slack.said({ channel: SLACK.approvals }, 'Approved', fullName)];
    expect(first.ts).toBe(card.ts);
    // A client that still shows the buttons.
    const value = /"value":"(\{.*?\})"/.exec(JSON.stringify(card.blocks))?.[1]?.replaceAll('\\"', '"') ?? '';
    await late(value, 'U0GRACE');
    await slack.said({ ephemeralTo: SLACK.grace }, 'Nothing of grant', 'waits for approval');
  });

  it('is rejected with a reason, which the requester reads and the log keeps', async () => {
    const { card, id, fullName } = await waiting();
    await slack.click('grace', card.ts, 'reject');
    const view = (await slack.views()).find(({ user }) => user === SLACK.grace);
    await slack.submit('grace', view?.id ?? '', { reason: 'Payroll has its own pipeline' });
    await grantOf(fullName, 'rejected');
    await slack.said({ channel: SLACK.approvals }, 'Rejected', fullName, 'Payroll has its own pipeline');
    await slack.said({ channel: 'D0ADA' }, 'Rejected', id, 'Payroll has its own pipeline');
    const last = (await world().events(id)).at(-1);
    expect(last).toMatchObject({ type: 'GrantRejected', data: { reason: 'Payroll has its own pipeline' } });
  });
});

/** Presses a button that Slack does not show any more. */
async function late(value: string, user: string) {
  await slack.command(user === 'U0GRACE' ? 'grace' : 'ada', 'list');
  return signed('/slack/interactions', {
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

function signed(path: string, fields: Record<string, string>, at = Date.now()) {
  const body = new URLSearchParams(fields).toString();
  const timestamp = String(Math.floor(at / 1000));
  const mac = createHmac('sha256', slackSeed.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  return world().api('POST', path, {
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${mac}`,
    },
  });
}

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
    const grant = await grantOf(fullName, 'active');
    expect(grant).toMatchObject({
      reason: 'From the form',
      parameters: { bucket: 'shop-form' },
      expiresAt: expect.anything(),
    });
    await eventually(mine, (view) => JSON.stringify(view?.view).includes(grant.role.arn));
  });
});

describe('somebody whom the directory does not know', () => {
  it.each(['dora', 'build', 'gus', 'uma', 'sam', 'nina'])(
    '%s may read help and nothing else',
    async (user) => {
      expect((await slack.command(user, 'help')).text).toContain('asks for a role');
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
      const late = await signed(path, fields, Date.now() - 301_000);
      expect([bare.status, late.status, bare.json.detail]).toEqual([401, 401, late.json.detail]);
    }
  });

  it('is taken once: a recorded request is refused', async () => {
    const at = Date.now() - 5000;
    expect((await signed('/slack/commands', { ...fields, trigger_id: 'once' }, at)).status).toBe(200);
    expect((await signed('/slack/commands', { ...fields, trigger_id: 'once' }, at)).status).toBe(401);
  });
});

describe('Slack in trouble', () => {
  it('fails no grant: the role is there, and what was lost is logged without a secret', async () => {
    const { fullName } = await world().repository({ project: 'WEB' });
    for (const match of ['chat.postMessage', 'response_url'])
      await world().fault('slack', { match, effect: 'forbid', times: 50 });
    await slack.command('ada', `request ${fullName} s3-static-site bucket=web-quiet`);
    expect((await grantOf(fullName, 'active')).state).toBe('active');
    const log = await eventually(
      async () => readFileSync(join(world().dir, 'gateway.log'), 'utf8'),
      (text) => text.includes('an answer to Slack was lost') && text.includes('a notification was lost'),
    );
    expect(log).not.toContain(slackSeed.botToken);
    expect(log).not.toContain(slackSeed.signingSecret);
    expect(log).not.toMatch(/\/(commands|actions)\/T0ACME\/[0-9a-f]/);
  });

  it('that asks to wait gets the message later, once', async () => {
    const { fullName } = await world().repository({ project: 'WEB' });
    await world().fault('slack', { match: 'chat.postMessage', effect: 'throttle', times: 2, delayMs: 1000 });
    const { id } = await world().granted(siteBody(fullName, 'web-later'));
    await slack.said({ channel: SLACK.web }, 'Granted', id);
    const told = (await slack.messages()).filter((message) => textOf(message).includes(id));
    expect(told).toHaveLength(1);
  });
});
