import { seededVariables } from '../bitbucket/credentials/credential.ts';
import { webhookSecretsOf } from '../bitbucket/seed.ts';
import { slackSeed } from '../slack/seed.ts';

/** A SecureString parameter of SSM. */
export type Parameter = { name: string; value: string };

/** The secrets of the stand-ins under the names that functions of the stage `sandbox` read; `cursors` are the keys of the
 *  lists' cursors. */
export function secretParameters(
  workspaces: readonly { slug: string; uuid: string }[],
  cursors: string,
): Parameter[] {
  const { BITBUCKET_CREDENTIALS, BITBUCKET_ADMIN_CREDENTIALS } = seededVariables(workspaces);
  const stored = (folder: string, bySlug: Record<string, unknown>) =>
    Object.entries(bySlug).map(([slug, value]) => ({
      name: `/rolewright/sandbox/${folder}/${slug}`,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    }));
  return [
    ...stored('bitbucket', JSON.parse(BITBUCKET_CREDENTIALS)),
    ...stored('bitbucket-admin', JSON.parse(BITBUCKET_ADMIN_CREDENTIALS)),
    ...stored('webhook-secret', webhookSecretsOf(workspaces)),
    { name: '/rolewright/sandbox/cursor-keys', value: cursors },
    { name: '/rolewright/sandbox/slack-bot-token', value: slackSeed.botToken },
    { name: '/rolewright/sandbox/slack-signing-secret', value: slackSeed.signingSecret },
  ];
}
