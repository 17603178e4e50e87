import { SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from '@jest/globals';
import { thaw } from '../../../scripts/thaw.ts';
import { eventually } from '../../support/e2e/eventually.ts';
import { expectProblem } from '../../support/e2e/problems.ts';
import { siteBody } from '../../support/e2e/samples.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

/** Ends the freeze of the stack's installation, as an administrator does, and waits until its functions grant again. */
export async function thawInstallation(world: World): Promise<string[]> {
  const lines: string[] = [];
  const credentials = { accessKeyId: 'SANDBOX', secretAccessKey: 'sandbox' };
  const client = new SSMClient({ endpoint: world.stack.aws.url, region: 'eu-central-1', credentials });
  const code = await thaw(['--stage', 'sandbox'], {
    parametersOf: async () => client,
    ask: async () => 'sandbox',
    write: (line) => lines.push(line),
  });
  client.destroy();
  expect(code).toBe(0);
  const repository = await world.repository();
  await eventually(
    () => world.request(siteBody(repository, 'shop-thawed')),
    ({ status }) => status === 201,
  );
  return lines;
}

/** What the freeze of the whole installation does and leaves. */
export function installationFreezeRules(world: () => World): void {
  test('a frozen installation grants nothing, still revokes, and grants again once an administrator has thawed it', async () => {
    const repository = await world().repository();
    const { id } = await world().granted(siteBody(repository, 'shop-before'));
    const reason = 'The identity provider is compromised';
    const frozen = await world().api('POST', '/v1/freeze', { token: world().ada, json: { reason } });
    let thawed: string[];
    try {
      expect(frozen.status).toBe(200);
      // A function that has read the parameter just before still grants for some seconds, each repository its own grant.
      const refused = await eventually(
        async () => world().request(siteBody(await world().repository(), 'shop-after')),
        ({ status }) => status !== 201,
      );
      expectProblem(refused, 409, 'FROZEN');
      expect(String(refused.json.detail)).toContain(reason);
      expect((await world().revoke(id)).json.state).toBe('revoked');
    } finally {
      // The other tests of this stack need grants.
      thawed = await thawInstallation(world());
    }
    expect(thawed.join('\n')).toContain(reason);
  });
}
