import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { passThrough } from '../../../adapters/outgoing.ts';
import { isResponseUrl, slackResponse } from '../../../adapters/slack/response-url.ts';
import { slackWebApi } from '../../../adapters/slack/web-api.ts';
import { slackSeed } from '../../../sandbox/slack/seed.ts';
import { type SlackSandbox, startSlackSandbox } from '../../../sandbox/slack/server.ts';

const dir = mkdtempSync(join(tmpdir(), 'slack-adapter-'));
let sandbox: SlackSandbox;
beforeAll(async () => {
  sandbox = await startSlackSandbox({ port: 0, dir });
});
afterAll(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true, force: true });
});

const web = (token: string = slackSeed.botToken, url = sandbox.url, timeoutMs = 1000) =>
  slackWebApi({ url, token: async () => token, timeoutMs, outgoing: passThrough });
const content = { text: 'hello', blocks: [] };
const arm = (fault: object) =>
  fetch(`${sandbox.url}/sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });

describe('Slack’s Web API', () => {
  test('posts, and changes what it posted', async () => {
    const message = await web().post('C0SHOP', content);
    expect(message).toEqual({ channel: 'C0SHOP', ts: expect.stringMatching(/^\d+\.\d{6}$/) });
    await web().update(message, { ...content, text: 'changed' });
  });

  test('calls no channel together, whatever a message says', async () => {
    const text = 'Approval needed: acme/shop, <!channel> & <@U0ADA>';
    const literal = 'Approval needed: acme/shop, &lt;!channel&gt; &amp; &lt;@U0ADA&gt;';
    const said = async () =>
      (
        (await (await fetch(`${sandbox.url}/sandbox/messages`)).json()) as { items: { text: string }[] }
      ).items.at(-1)?.text;
    const message = await web().post('C0SHOP', { ...content, text });
    expect(await said()).toBe(literal);
    await web().update(message, { ...content, text: `${text}!` });
    expect(await said()).toBe(`${literal}!`);
  });

  test.each<[string, object, object]>([
    [
      'ratelimited',
      { effect: 'throttle', delayMs: 3000 },
      { code: 'THROTTLED', certain: true, retryAfter: 3 },
    ],
    ['a server error', { effect: 'error' }, { code: 'UNAVAILABLE', certain: false }],
    ['a missing scope', { effect: 'forbid' }, { code: 'REJECTED', certain: true }],
    ['a closed connection', { effect: 'drop' }, { code: 'UNAVAILABLE', certain: false }],
    ['a lost reply', { effect: 'lostReply' }, { code: 'UNAVAILABLE', certain: false }],
    ['silence', { effect: 'delay', delayMs: 1500 }, { code: 'UNAVAILABLE', certain: false }],
  ])('after %s says whether it certainly did nothing', async (_, fault, expected) => {
    await arm({ match: 'chat.postMessage', ...fault });
    await expect(web().post('C0SHOP', content)).rejects.toMatchObject({ system: 'Slack', ...expected });
  });

  test('says that what is not there is not there', async () => {
    await expect(web().post('C0NONE', content)).rejects.toMatchObject({ code: 'NOT_FOUND', certain: true });
    await expect(web().updateView('V0NONE', {} as never)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await web().profile('U0NOBODY')).toBe(undefined);
  });

  test.each([
    ['ECONNREFUSED', true],
    ['ENOTFOUND', true],
    ['ECONNRESET', false],
    ['UND_ERR_SOCKET', false],
  ])('after %s certainly did nothing: %s', async (code, certain) => {
    const failing = slackWebApi({
      url: sandbox.url,
      token: async () => slackSeed.botToken,
      timeoutMs: 1000,
      outgoing: () => Promise.reject({ code: 'slack_webapi_request_error', original: { cause: { code } } }),
    });
    await expect(failing.post('C0SHOP', content)).rejects.toMatchObject({ code: 'UNAVAILABLE', certain });
  });

  test('shows no token and no text in a failure', async () => {
    const failure = await web('secret-token')
      .post('C0SHOP', { text: 'private words', blocks: [] })
      .catch((error: Error) => `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`);
    expect(failure).toContain('invalid_auth');
    expect(failure).not.toMatch(/secret-token|private words/);
  });

  test('takes a rotated token into use with the next call', async () => {
    let token = 'old';
    const rotating = slackWebApi({
      url: sandbox.url,
      token: async () => token,
      timeoutMs: 1000,
      outgoing: passThrough,
    });
    await expect(rotating.post('C0SHOP', content)).rejects.toMatchObject({ code: 'REJECTED' });
    token = slackSeed.botToken;
    await rotating.post('C0SHOP', content);
  });

  test.each([
    [
      'U0ADA',
      {
        teamId: 'T0ACME',
        email: 'ada@acme.example',
        isDeleted: false,
        isBot: false,
        isGuest: false,
        isStranger: false,
        isEmailConfirmed: true,
      },
    ],
    ['U0DORA', { isDeleted: true }],
    ['U0BUILD', { isBot: true }],
    ['U0GUS', { isGuest: true }],
    ['U0UMA', { isGuest: true }],
    ['U0SAM', { isStranger: true, teamId: 'T0GLOBEX' }],
    ['U0NINA', { isEmailConfirmed: false }],
  ])('tells of %s what decides whether to believe their email', async (user, expected) => {
    expect(await web().profile(user)).toMatchObject(expected);
  });
});

describe('a response URL', () => {
  const official = 'https://hooks.slack.com';

  test.each([
    ['https://hooks.slack.com/commands/T1/2/abc', true],
    ['https://hooks.slack.com:443/actions/T1/2/abc', true],
    ['http://hooks.slack.com/commands/T1/2/abc', false],
    ['https://hooks.slack.com.evil.example/commands', false],
    ['https://evil.example/https://hooks.slack.com/', false],
    ['https://hooks.slack.com@evil.example/', false],
    ['https://user:pass@hooks.slack.com/', false],
    ['https://hooks.slack.com:8443/', false],
    ['https://169.254.169.254/latest/meta-data', false],
    ['file:///etc/passwd', false],
    ['', false],
  ])('%s is of Slack: %s', (url, isIts) => {
    expect(isResponseUrl(url, official)).toBe(isIts);
  });

  test('of somebody else is never called', async () => {
    const outside = slackResponse({ origin: official, outgoing: passThrough });
    await expect(outside.respond(`${sandbox.url}/commands/T0ACME/x`, content)).rejects.toMatchObject({
      code: 'REJECTED',
      certain: true,
    });
  });

  test('that has expired is refused, and stands in no error', async () => {
    const url = `${sandbox.url}/commands/T0ACME/expired`;
    const failure = await slackResponse({ origin: sandbox.url, outgoing: passThrough })
      .respond(url, content)
      .catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'REJECTED' });
    expect(`${(failure as Error).stack} ${JSON.stringify(failure)}`).not.toContain('expired');
  });
});
