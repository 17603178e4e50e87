import { expect, test } from '@jest/globals';
import type { GrantEvent } from '../../../domain/grants/event.ts';
import type { StreamPart } from '../../../domain/grants/evolve/checkpoint.ts';
import { appendEvent, loadStream } from '../../../domain/use-cases/grant-stream.ts';
import { FakeCheckpointStore, FakeClock, FakeEventLog } from '../../support/domain/fakes/store.ts';
import { ada, chain, GRANT_ID } from '../../support/domain/samples.ts';
import { requested, started } from '../../support/domain/stories.ts';

const cause = { principal: ada, correlationId: 'request-1', entryPoint: 'http' as const };

/** The ports of an append, and what was announced. */
function world() {
  const prepared: GrantEvent[][] = [];
  const announced: GrantEvent[][] = [];
  const clock = new FakeClock();
  clock.advance(60_000);
  const log = new FakeEventLog([]);
  const grants = { markDue: async () => {}, enrol: async () => {} } as never;
  const ports = {
    log,
    checkpoints: new FakeCheckpointStore(),
    grants,
    clock,
    notifier: {
      prepare: async ({ events }: StreamPart) => void prepared.push([...events]),
      notify: async ({ events }: StreamPart) => void announced.push([...events]),
    },
  };
  return { ports, prepared, announced, log };
}

test('what was appended is announced, with all that was before it', async () => {
  const { ports, announced } = world();
  const first = await appendEvent(ports, await loadStream(ports, GRANT_ID), { event: requested(), cause });
  if (!first) throw new Error('nobody else writes');
  await appendEvent(ports, first, { event: started, cause });
  expect(announced.map((events) => events.map(({ type }) => type))).toEqual([
    ['GrantRequested'],
    ['GrantRequested', 'ProvisioningStarted'],
  ]);
});

test('what must be notified is kept before it is appended, also where the append fails', async () => {
  const { ports, prepared, announced, log } = world();
  const stream = await loadStream(ports, GRANT_ID);
  log.beforeAppend = () => {
    expect(prepared).toHaveLength(1);
    throw new Error('DynamoDB is down');
  };
  await expect(appendEvent(ports, stream, { event: requested(), cause })).rejects.toThrow();
  expect(announced).toEqual([]);
});

test('what lost the race is announced by nobody but the winner', async () => {
  const { ports, announced, log } = world();
  const stream = await loadStream(ports, GRANT_ID);
  for (const event of chain([requested('required')])) await log.append(event);
  expect(await appendEvent(ports, stream, { event: requested(), cause })).toBe(undefined);
  expect(announced).toEqual([]);
});

test('a failed append is not announced', async () => {
  const { ports, announced, log } = world();
  const stream = await loadStream(ports, GRANT_ID);
  log.beforeAppend = () => {
    throw new Error('DynamoDB is down');
  };
  await expect(appendEvent(ports, stream, { event: requested(), cause })).rejects.toThrow('DynamoDB is down');
  expect(announced).toEqual([]);
});
