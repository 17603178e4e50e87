import { eventHash, type GrantEvent } from '../../../../domain/grants/event.ts';
import type { World } from '../fakes/fakes.ts';
import { GRANT_ID, present } from '../samples.ts';

/** An event of a type that this version does not know, with a right hash, behind the last of a stream. */
export function newerEvent(last: GrantEvent): Record<string, unknown> & { grantId: string; seq: number } {
  const { repository, account } = last.data as Record<string, unknown>;
  const { grantId, seq, at, hash: prevHash } = last;
  const event = {
    grantId,
    seq: seq + 1,
    at,
    type: 'GrantTransferred',
    principal: { kind: 'robot', id: 'r2' },
    correlationId: 'newer',
    entryPoint: 'telegraph',
    data: { repository, account, to: 'nobody' },
    prevHash,
  };
  return { ...event, hash: eventHash(event) };
}

/** Appends to a stream what is no event of this version. */
export function spoil(world: World, text: string, grantId = GRANT_ID): void {
  world.log.streams.set(grantId, [...present(world.log.streams.get(grantId)), text]);
}

/** Appends an event of a newer version to a grant's stream. */
export async function writeNewer(world: World, grantId = GRANT_ID): Promise<void> {
  spoil(world, JSON.stringify(newerEvent(present((await world.log.load(grantId)).at(-1)))), grantId);
}

/** Ways in which a stream of an active grant cannot be read. */
export const spoilers: [name: string, spoil: (texts: string[]) => string[]][] = [
  ['text that is no JSON', (texts) => [...texts, '{']],
  ['JSON that is no event', (texts) => [...texts, '{}']],
  ['an event of another place', (texts) => [...texts, present(texts[0])]],
  [
    'a principal that no reader accepts',
    (texts) => [...texts, present(texts.at(-1)).replace(/"principal":\{[^}]*\}/, '"principal":{"kind":"x"}')],
  ],
  ['an event that was altered', (texts) => texts.map((text) => text.replace('shop-site', 'shop-evil'))],
  ['an event that is missing', (texts) => texts.filter((_, n) => n !== 1)],
  ['a first event that is gone', (texts) => ['null', ...texts.slice(1)]],
];

/** Makes the stream of the example grant unreadable. */
export function breakStream(world: World, how: (texts: string[]) => string[], grantId = GRANT_ID): void {
  world.log.streams.set(grantId, how(present(world.log.streams.get(grantId))));
}
