import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dynamodbClaimStore } from '../../../adapters/dynamodb/claim-store.ts';
import { dynamodbClient } from '../../../adapters/dynamodb/client.ts';
import { passThrough } from '../../../adapters/outgoing.ts';
import { slackWebApi } from '../../../adapters/slack/web-api.ts';
import type { NewEvent } from '../../../domain/grants/event.ts';
import type { GrantId } from '../../../domain/shared/identifiers.ts';
import type { Principal } from '../../../domain/shared/principal.ts';
import { tell } from '../../../handlers/slack/notifications/notify.ts';
import type { NotificationPorts } from '../../../handlers/slack/notifications/sending.ts';
import { createTables, startDynamodbSandbox } from '../../../sandbox/dynamodb/server.ts';
import { slackSeed } from '../../../sandbox/slack/seed.ts';
import { startSlackSandbox } from '../../../sandbox/slack/server.ts';
import { useAwsEnvironment } from '../adapters/environment.ts';
import { claimsTable } from '../adapters/tables.ts';
import { FakeClock, FakeEventLog, FakeGrantTable, type Journal } from '../domain/fakes/store.ts';
import { chain, configurationContent, configurationOf, GRANT_ID, SHOP_PROJECT } from '../domain/samples.ts';
import { eventsOf } from '../domain/streams/stored.ts';
import { asGrantId } from '../identifiers.ts';

type Message = { ts: string; channel: string; text: string; blocks: unknown[]; edits: number };

/** Slack's stand-in and a DynamoDB engine behind the real adapters, a log of events, and a clock that sleeping moves. */
export async function notificationWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'slack-notification-'));
  const dynamodb = await startDynamodbSandbox({ port: 0 });
  const slack = await startSlackSandbox({ port: 0, dir });
  useAwsEnvironment({ dynamodb: dynamodb.url });
  await createTables(dynamodb.url, [claimsTable('claims')]);
  const clock = new FakeClock();
  const grants = new FakeGrantTable();
  const client = dynamodbClient();
  const journal: Journal = [];
  const lines: { level: string; text: string; more: object }[] = [];
  const line = (level: string) => (text: unknown, more?: unknown) => {
    lines.push({ level, text: String(text), more: (more ?? {}) as object });
  };
  let log = new FakeEventLog(journal);
  let stories = 0;
  const configuration = configurationOf({
    ...configurationContent(),
    people: [
      { id: 'ada@acme.example', slack: 'T0ACME/U0ADA' },
      { id: 'grace@acme.example', slack: 'T0ACME/U0GRACE' },
    ],
    slack: {
      team: 'T0ACME',
      approversChannel: 'C0APPROVALS',
      channels: [{ project: { workspace: 'acme', ...SHOP_PROJECT }, channel: 'C0SHOP' }],
    },
  });
  const ports = (over: Partial<NotificationPorts> = {}): NotificationPorts => ({
    configuration,
    log,
    clock,
    grants,
    claims: dynamodbClaimStore(client, 'claims', clock),
    web: slackWebApi({
      url: slack.url,
      token: async () => slackSeed.botToken,
      timeoutMs: 10_000,
      outgoing: passThrough,
    }),
    logger: { info: line('info'), warn: line('warn'), error: line('error') } as NotificationPorts['logger'],
    ...over,
  });
  const messages = async () =>
    ((await (await fetch(`${slack.url}/sandbox/messages`)).json()) as { items: Message[] }).items;
  let seen = 0;
  return {
    clock,
    lines,
    grants,
    ports,
    /** The stream of a grant of its own: nothing that was told of another is known of it. */
    async story(events: readonly NewEvent[], principal?: Principal) {
      stories += 1;
      log = new FakeEventLog(journal);
      seen = (await messages()).length;
      lines.length = 0;
      const grantId = asGrantId(
        GRANT_ID.slice(0, -2) + String.fromCharCode(97 + Math.floor(stories / 6), 97 + (stories % 6)),
      );
      for (const event of chain(events, grantId, [], principal)) await log.append(event);
      return grantId;
    },
    append: async (grantId: GrantId, event: NewEvent, principal?: Principal) => {
      const from = await eventsOf(log, grantId);
      for (const next of chain([event], grantId, from, principal).slice(from.length)) await log.append(next);
    },
    tell: (grantId: GrantId, seq: number, over: Partial<NotificationPorts> = {}) =>
      tell(ports(over), { grantId, seq }),
    fault: (fault: object) =>
      fetch(`${slack.url}/sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) }),
    clearFaults: () => fetch(`${slack.url}/sandbox/faults`, { method: 'DELETE' }),
    /** What was posted since the story began. */
    posted: async () => (await messages()).slice(seen),
    async end() {
      client.destroy();
      await Promise.all([slack.close(), dynamodb.close()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
