import { audienceOf, providerArn } from '../../bitbucket/oidc.ts';
import type { RoleInventory } from '../../drift/inventory.ts';
import { judgeProvider } from '../../drift/whereabouts.ts';
import type { DriftPorts, RunningPass } from './running-pass.ts';

/** The end of the ARN of an identity provider for Bitbucket Pipelines. */
const OF_BITBUCKET =
  /:oidc-provider\/api\.bitbucket\.org\/2\.0\/workspaces\/[^/]+\/pipelines-config\/identity\/oidc$/;

/** The slugs of configured workspaces whose identity provider in the account is gone, or does not take their audience. Reports
 *  the providers of workspaces that are not configured. */
export async function unusableProviders(
  ports: DriftPorts,
  { account, pace }: RunningPass,
  inventory: RoleInventory,
): Promise<ReadonlySet<string>> {
  await pace.take(1);
  const arns = await inventory.providerArns();
  const unusable = new Set<string>();
  const configured = new Set<string>();
  for (const workspace of ports.workspaces) {
    const arn = providerArn(account, workspace.slug);
    configured.add(arn);
    await pace.take(1);
    const found = arns.includes(arn) ? await inventory.findProvider(arn) : undefined;
    if (judgeProvider(audienceOf(workspace), found).length > 0) unusable.add(workspace.slug);
  }
  for (const arn of arns.filter((one) => OF_BITBUCKET.test(one) && !configured.has(one))) {
    ports.reportOrphan({ account: account.id, what: arn, why: 'its workspace is not configured' });
  }
  return unusable;
}
