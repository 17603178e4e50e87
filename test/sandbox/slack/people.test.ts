import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ModalView } from '@slack/types';
import { slackSeed } from '../../../sandbox/slack/seed.ts';
import { type SlackTestWorld, slackWorld } from './world.ts';

let world: SlackTestWorld;
beforeAll(async () => {
  world = await slackWorld();
});
beforeEach(async () => {
  world.answers(() => ({}));
  for (const { id } of await world.views()) await world.send('POST', '/sandbox/close', { viewId: id });
});
afterAll(() => world.end());

const command = (text = 'help', user = 'ada') => world.send('POST', '/sandbox/command', { user, text });
const respond = (url: string, body: object) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body) }).then(({ status }) => status);
const plain = (text: string) => ({ type: 'plain_text' as const, text });
const form: ModalView = {
  type: 'modal',
  title: plain('Ask'),
  submit: plain('Go'),
  blocks: [
    {
      type: 'input',
      block_id: 'why',
      label: plain('Why'),
      element: { type: 'plain_text_input', action_id: 'value' },
    },
    {
      type: 'input',
      block_id: 'what',
      optional: true,
      label: plain('What'),
      element: { type: 'static_select', action_id: 'value', options: [{ text: plain('A'), value: 'a' }] },
    },
  ],
};
async function openForm() {
  await command();
  await world.client().views.open({ trigger_id: world.fields().trigger_id ?? '', view: form });
  return (await world.views()).at(-1)?.id ?? '';
}

describe('a slash command', () => {
  test('is delivered as Slack delivers it, signed over the raw body', async () => {
    await command('request "acme/shop" & more');
    const { path, headers, body } = world.deliveries.at(-1) ?? { path: '', headers: {}, body: '' };
    expect(path).toBe('/slack/commands');
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    const timestamp = headers['x-slack-request-timestamp'];
    const mac = createHmac('sha256', slackSeed.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
    expect(headers['x-slack-signature']).toBe(`v0=${mac}`);
    expect(world.fields()).toMatchObject({
      team_id: 'T0ACME',
      user_id: 'U0ADA',
      command: '/aws-role',
      text: 'request "acme/shop" & more',
      is_enterprise_install: 'false',
    });
  });

  test('is answered with what the app answered, and shows it to the one who gave it', async () => {
    world.answers(() => ({ body: { response_type: 'ephemeral', text: 'done' } }));
    expect(await command()).toMatchObject({ status: 200, body: { text: 'done' } });
    expect((await world.messages()).at(-1)).toMatchObject({ text: 'done', ephemeralTo: 'U0ADA' });
  });

  test('passes on the status of a refusal', async () => {
    world.answers(() => ({ status: 401, body: { code: 'UNAUTHENTICATED' } }));
    expect(await command()).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
  });

  test('of somebody unknown is refused here', async () => {
    expect((await command('help', 'nobody')).status).toBe(404);
  });
});

describe('a response URL', () => {
  test('takes five messages, for thirty minutes', async () => {
    await command();
    const url = world.fields().response_url ?? '';
    const statuses = [];
    for (let use = 0; use < 6; use += 1) statuses.push(await respond(url, { text: `use ${use}` }));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
    await command();
    const late = world.fields().response_url ?? '';
    world.clock.now += 30 * 60_000;
    expect(await respond(late, { text: 'late' })).toBe(404);
  });

  test('shows a message to the one who acted, or to the channel', async () => {
    await command();
    const url = world.fields().response_url ?? '';
    await respond(url, { text: 'private' });
    await respond(url, { text: 'public', response_type: 'in_channel' });
    const [first, second] = (await world.messages()).slice(-2);
    expect(first).toMatchObject({ text: 'private', ephemeralTo: 'U0ADA' });
    expect(second?.ephemeralTo).toBe(undefined);
  });
});

describe('a modal', () => {
  test('opens once with a trigger id, within three seconds', async () => {
    await command();
    const trigger_id = world.fields().trigger_id ?? '';
    await world.client().views.open({ trigger_id, view: form });
    await expect(world.client().views.open({ trigger_id, view: form })).rejects.toThrow(
      'exchanged_trigger_id',
    );
    await command();
    const late = world.fields().trigger_id ?? '';
    world.clock.now += 3000;
    await expect(world.client().views.open({ trigger_id: late, view: form })).rejects.toThrow(
      'expired_trigger_id',
    );
  });

  test('is submitted with its values in Slack’s shape, and closes on an empty answer', async () => {
    const viewId = await openForm();
    await world.send('POST', '/sandbox/submit', {
      viewId,
      user: 'ada',
      values: { why: 'release', what: 'a' },
    });
    expect(world.payload()).toMatchObject({
      type: 'view_submission',
      user: { id: 'U0ADA' },
      view: {
        id: viewId,
        state: {
          values: {
            why: { value: { type: 'plain_text_input', value: 'release' } },
            what: { value: { selected_option: { value: 'a' } } },
          },
        },
      },
    });
    expect(await world.views()).toEqual([]);
  });

  test('stays with errors at its fields', async () => {
    const viewId = await openForm();
    world.answers(() => ({ body: { response_action: 'errors', errors: { why: 'too short' } } }));
    await world.send('POST', '/sandbox/submit', { viewId, user: 'ada', values: { why: 'x' } });
    expect(await world.views()).toMatchObject([{ id: viewId, errors: { why: 'too short' } }]);
  });

  test('is refused by the client without what it requires, and for another user', async () => {
    const viewId = await openForm();
    const before = world.deliveries.length;
    expect((await world.send('POST', '/sandbox/submit', { viewId, user: 'ada' })).status).toBe(400);
    const values = { why: 'x' };
    expect((await world.send('POST', '/sandbox/submit', { viewId, user: 'grace', values })).status).toBe(404);
    expect(world.deliveries).toHaveLength(before);
  });

  test('is changed by views.update while it is open, and only then', async () => {
    const viewId = await openForm();
    const update = () =>
      world.client().views.update({ view_id: viewId, view: { ...form, title: plain('New') } });
    await update();
    await world.send('POST', '/sandbox/close', { viewId });
    await expect(update()).rejects.toThrow('not_found');
  });
});

describe('a button', () => {
  test('is pressed with its value, its message and a response URL', async () => {
    const { ts } = await world.client().chat.postMessage({
      channel: 'C0APPROVALS',
      text: 'decide',
      blocks: [
        {
          type: 'actions',
          block_id: 'decide',
          elements: [{ type: 'button', action_id: 'approve', value: 'grant', text: plain('Approve') }],
        },
      ],
    });
    await world.send('POST', '/sandbox/click', { messageTs: ts, actionId: 'approve', user: 'grace' });
    expect(world.payload()).toMatchObject({
      type: 'block_actions',
      team: { id: 'T0ACME' },
      user: { id: 'U0GRACE' },
      container: { type: 'message', message_ts: ts, channel_id: 'C0APPROVALS' },
      actions: [{ type: 'button', block_id: 'decide', action_id: 'approve', value: 'grant' }],
    });
    await respond(world.payload().response_url, { text: 'done', replace_original: true });
    expect((await world.messages()).find((message) => message.ts === ts)).toMatchObject({ text: 'done' });
  });

  test('that is not there cannot be pressed', async () => {
    const click = { messageTs: (await world.messages()).at(-1)?.ts, actionId: 'fly', user: 'grace' };
    expect((await world.send('POST', '/sandbox/click', click)).status).toBe(404);
  });
});

test('messages, open modals and response URLs survive a restart', async () => {
  const viewId = await openForm();
  const url = new URL(world.fields().response_url ?? '').pathname;
  const before = await world.messages();
  await world.restart();
  expect(await world.messages()).toEqual(before);
  expect((await world.views()).map(({ id }) => id)).toContain(viewId);
  expect(await respond(`${world.url()}${url}`, { text: 'still' })).toBe(200);
});
