import { z } from 'zod';
import { followedEvents } from '../../domain/bitbucket/delivery.ts';
import type { BitbucketClient } from './client.ts';

const hookShape = z.object({
  uuid: z.string(),
  url: z.string(),
  active: z.boolean(),
  events: z.array(z.string()),
  secret_set: z.boolean().optional(),
});

/** A workspace's webhook as Bitbucket shows it; never its secret. */
export type WorkspaceHook = z.infer<typeof hookShape>;

/** Where Bitbucket delivers a workspace's events. */
export const hookUrl = (api: string, workspaceSlug: string): string =>
  `${api}/webhooks/bitbucket/${workspaceSlug}`;

/** The workspace's hook to Rolewright: the hook with this URL, else one whose URL ends in the same path, as after a
 *  move of the API. Throws if the hooks cannot be listed completely. */
export async function findHook(
  client: BitbucketClient,
  workspaceSlug: string,
  url: string,
): Promise<WorkspaceHook | undefined> {
  const found = await client.list(
    `/workspaces/${encodeURIComponent(workspaceSlug)}/hooks?pagelen=100`,
    hookShape,
  );
  if ('status' in found) {
    const detail = `Bitbucket answered ${found.status} for the webhooks of ${workspaceSlug}.`;
    throw new Error(
      `${detail} The credential needs scope webhook, and must belong to an administrator of the workspace.`,
    );
  }
  const { pathname } = new URL(url);
  return (
    found.items.find((hook) => hook.url === url) ?? found.items.find((hook) => hook.url.endsWith(pathname))
  );
}

/** Every problem of a hook; empty for a correct one. */
export function hookErrors(hook: WorkspaceHook, url: string): string[] {
  const missing = followedEvents.filter((event) => !hook.events.includes(event));
  return [
    ...(hook.url === url ? [] : [`it calls ${hook.url}`]),
    ...(hook.active ? [] : ['it is not active']),
    ...(hook.secret_set ? [] : ['it has no secret, so its deliveries are not signed']),
    ...(missing.length > 0 ? [`it does not send ${missing.join(', ')}`] : []),
  ];
}

/** Creates the workspace's hook, or repairs the existing one. A secret that is not given is kept, and so are additional
 *  events. Returns what was done. */
export async function registerHook(
  client: BitbucketClient,
  { workspaceSlug, url, secret }: { workspaceSlug: string; url: string; secret: string | undefined },
): Promise<'created' | 'updated' | 'in order'> {
  const hook = await findHook(client, workspaceSlug, url);
  if (hook && secret === undefined && hookErrors(hook, url).length === 0) return 'in order';
  if (!hook?.secret_set && secret === undefined) {
    throw new Error(
      `The webhook of ${workspaceSlug} needs a secret. Store one as docs/bitbucket.md describes, and set it in WEBHOOK_SECRET.`,
    );
  }
  if (secret !== undefined && (secret.length < 32 || secret.length > 128)) {
    throw new Error('WEBHOOK_SECRET must have 32 to 128 characters: openssl rand -hex 32');
  }
  const path = `/workspaces/${encodeURIComponent(workspaceSlug)}/hooks`;
  const body = {
    description: 'Rolewright',
    url,
    active: true,
    events: [...new Set([...(hook?.events ?? []), ...followedEvents])],
    ...(secret === undefined ? {} : { secret }),
  };
  const { status } = hook
    ? await client.call('PUT', `${path}/${encodeURIComponent(hook.uuid)}`, body)
    : await client.call('POST', path, body);
  if (status !== 200 && status !== 201)
    throw new Error(`Bitbucket answered ${status} for the webhook of ${workspaceSlug}.`);
  return hook ? 'updated' : 'created';
}
