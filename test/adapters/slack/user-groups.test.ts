import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { passThrough } from '../../../adapters/outgoing.ts';
import { type SlackUserGroups, slackUserGroups } from '../../../adapters/slack/user-groups.ts';
import { slackWebApi } from '../../../adapters/slack/web-api.ts';
import { slackSeed } from '../../../sandbox/slack/seed.ts';
import { type SlackSandbox, startSlackSandbox } from '../../../sandbox/slack/server.ts';
import { asEpoch } from '../../support/identifiers.ts';

const dir = mkdtempSync(join(tmpdir(), 'slack-user-groups-'));
let sandbox: SlackSandbox;
let now = 0;
let missing: string[] = [];
let groups: SlackUserGroups;

beforeAll(async () => {
  sandbox = await startSlackSandbox({ port: 0, dir });
});
beforeEach(async () => {
  now = 1_795_400_000_000;
  missing = [];
  const token = async () => slackSeed.botToken;
  const web = slackWebApi({ url: sandbox.url, token, timeoutMs: 1000, outgoing: passThrough });
  groups = slackUserGroups(
    web,
    { now: () => asEpoch(now) },
    {
      warn: (_, { userGroup }) => void missing.push(userGroup),
    },
  );
  await send('DELETE', '/sandbox/faults');
  await change(['lin']);
  await send('DELETE', '/sandbox/calls');
});
afterAll(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true, force: true });
});

const send = (method: string, path: string, body?: object) =>
  fetch(`${sandbox.url}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
const change = (users: string[], disabled = false) =>
  send('POST', '/sandbox/user-groups', { id: 'S0SHOPDEVS', users, disabled });
const calls = async () =>
  ((await (await send('GET', '/sandbox/calls')).json()) as { items: unknown[] }).items.length;
const isLinIn = () => groups.has('S0SHOPDEVS', 'U0LIN');

describe('who is in a Slack user group', () => {
  test('is asked of Slack once, and known for less than five minutes', async () => {
    expect([await isLinIn(), await groups.has('S0SHOPDEVS', 'U0KIM'), await isLinIn()]).toEqual([
      true,
      false,
      true,
    ]);
    expect(await calls()).toBe(1);
    await change([]);
    now += 239_999;
    expect(await isLinIn()).toBe(true);
    now += 1;
    expect(await isLinIn()).toBe(false);
    expect(await calls()).toBe(2);
  });

  test('is nobody where it does not exist or is disabled, which is reported', async () => {
    await change(['lin'], true);
    expect([
      await isLinIn(),
      await groups.has('S0NONE', 'U0LIN'),
      await groups.has('S0FORMER', 'U0LIN'),
    ]).toEqual([false, false, false]);
    expect(missing).toEqual(['S0SHOPDEVS', 'S0NONE', 'S0FORMER']);
  });

  test('is not known where Slack fails: the failure is thrown, and not repeated for five seconds', async () => {
    await send('POST', '/sandbox/faults', { match: 'usergroups.users.list', effect: 'forbid', times: 1 });
    for (const _ of [1, 2])
      await expect(isLinIn()).rejects.toMatchObject({ system: 'Slack', code: 'REJECTED' });
    expect(await calls()).toBe(1);
    now += 5000;
    expect(await isLinIn()).toBe(true);
  });

  test('that was known is not known for longer where Slack fails', async () => {
    expect(await isLinIn()).toBe(true);
    await send('POST', '/sandbox/faults', { match: 'usergroups.users.list', effect: 'drop', times: 1 });
    now += 240_000;
    await expect(isLinIn()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
