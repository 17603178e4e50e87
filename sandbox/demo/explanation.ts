import type { SandboxClient } from '../sandbox-client.ts';
import { expect, screen } from './screen.ts';

type Condition = { key: string; holds: boolean; actual: unknown };

/** A step without its deployment is refused, and the explanation says why. */
export async function explain(client: SandboxClient, ada: string, grantId: string): Promise<void> {
  screen.chapter('A step of acme/shop without a deployment is refused, and the API explains why');
  const token = await client.token('step', { repository: 'acme/shop' });
  const { status, body } = await client.explain(ada, grantId, token);
  expect(status === 200 && body.admitted === false, 'the step is not admitted');
  screen.refused(`${body.code}`, String(body.advice));
  for (const { key, holds, actual } of body.conditions as Condition[]) {
    screen.say(`${holds ? 'holds' : 'fails'}  ${key.slice(key.lastIndexOf(':') + 1)} = ${actual}`);
  }
  if (typeof body.snippet === 'string') screen.text(body.snippet);
}
