import { setTimeout as wait } from 'node:timers/promises';
import type { Reply, SandboxClient } from '../sandbox-client.ts';
import { expect, screen } from './screen.ts';

const SLUG = 'pay-service';
const FULL_NAME = `acme/${SLUG}`;
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

/** A repository is created in Bitbucket and later deleted. Rolewright acts on the webhooks alone. */
export async function follow(client: SandboxClient, ada: string): Promise<void> {
  screen.chapter(
    `A developer creates the repository ${FULL_NAME} in Bitbucket, and a rule of the configuration matches`,
  );
  const created = await client.createRepository({ workspace: 'acme', slug: SLUG, project: 'WEB' });
  const uuid = String(created.body.uuid);
  const grant = await settled(client, ada, { uuid, state: 'active' });
  const { arn } = grant.role as { arn: string };
  screen.good('Bitbucket sends its signed webhook; no person makes a request');
  screen.good(`grant ${grant.id} from template ecr-push is active, role ${arn}`);
  const token = await client.token('step', { repository: FULL_NAME });
  expect('accessKeyId' in (await client.assume(arn, token)), 'its own pipeline is admitted');
  screen.good(`${FULL_NAME}: admitted`);
  await client.deleteRepository(FULL_NAME);
  await settled(client, ada, { uuid, state: 'revoked' });
  screen.good('The repository is deleted; Bitbucket confirms it, and the grant is revoked');
}

/** The repository's one grant, once it has this state. */
async function settled(
  client: SandboxClient,
  ada: string,
  { uuid, state }: { uuid: string; state: string },
): Promise<Reply['body']> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { body } = await client.read(ada, `/v1/grants?repository=${encodeURIComponent(uuid)}`);
    const [grant] = body.items as Reply['body'][];
    if (grant?.state === state) return grant;
    expect(Date.now() < deadline, `the webhook makes the grant ${state}`);
    await wait(POLL_MS);
  }
}
