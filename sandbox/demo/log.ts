import { type GrantEvent, verifyChain } from '../../domain/grants/event.ts';
import type { SandboxClient } from '../sandbox-client.ts';
import { expect, screen } from './screen.ts';

/** Reads the log of the grant and recomputes its hashes. */
export async function verify(client: SandboxClient, ada: string, grantId: string): Promise<void> {
  screen.chapter('The log holds every step, and anyone can verify it');
  const { body } = await client.read(ada, `/v1/grants/${grantId}/events?limit=100`);
  const events = body.items as GrantEvent[];
  for (const event of events) {
    const who = `${event.principal.kind}:${event.principal.id}`;
    screen.say(
      `${String(event.seq).padStart(3)}  ${event.type.padEnd(24)} ${who.padEnd(26)} ${event.hash.slice(0, 12)}…`,
    );
  }
  expect(events.at(-1)?.type === 'GrantRevoked', 'the log ends with the revoke');
  expect(verifyChain(events) === undefined, 'every hash is right and links to the previous one');
  screen.good(`${events.length} events: every SHA-256 recomputed, every link intact`);
  const altered = events.map((event, n) =>
    n === 0 ? { ...event, principal: { kind: 'person' as const, id: 'mallory' } } : event,
  );
  const fault = verifyChain(altered);
  expect(fault !== undefined, 'an altered event is found');
  screen.refused('An attacker writes "mallory" into the first event', `the verification reports: ${fault}`);
}
