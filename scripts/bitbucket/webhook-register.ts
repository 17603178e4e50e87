import { z } from 'zod';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { bitbucketClient, bitbucketSettings, localOrDeployed, storedKeys } from './client.ts';
import { hookUrl, registerHook } from './workspace-hook.ts';

/** `npm run webhook:register -- [workspace]`: creates or repairs the webhook of a configured workspace, or of all
 *  workspaces of the local stack. The secret comes from `WEBHOOK_SECRET`, never from an argument, which other users can
 *  see. */
async function main(): Promise<void> {
  const [named, ...more] = process.argv.slice(2);
  const settings = await bitbucketSettings(process.env);
  const { workspaces } = readConfiguration(localOrDeployed(settings, process.env));
  const slugs = workspaces.map(({ slug }) => slug).filter((slug) => named === undefined || slug === named);
  if (slugs.length === 0 || more.length > 0 || (named === undefined && !settings.isSandbox)) {
    throw new Error(
      `Usage: npm run webhook:register -- <workspace>   (one of ${workspaces.map(({ slug }) => slug).join(', ')})`,
    );
  }
  const secrets = settings.isSandbox ? await sandboxSecrets(settings.bitbucket) : {};
  for (const slug of slugs) {
    const stored = storedKeys(settings, 'webhookCredentials', slug);
    if ('fault' in stored) throw new Error(`${stored.fault}. It needs a credential with scope webhook.`);
    const client = bitbucketClient(settings, stored.keys[0]);
    const url = hookUrl(settings.api, slug);
    const secret = process.env.WEBHOOK_SECRET ?? secrets[slug];
    console.log(
      `${slug}: webhook to ${url} ${await registerHook(client, { workspaceSlug: slug, url, secret })}`,
    );
  }
}

/** The local stack's webhook secrets, by workspace. */
async function sandboxSecrets(bitbucket: string): Promise<Record<string, string>> {
  const answer = await fetch(new URL('/sandbox/webhook-secrets', bitbucket));
  return z.record(z.string(), z.string()).parse(await answer.json());
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
