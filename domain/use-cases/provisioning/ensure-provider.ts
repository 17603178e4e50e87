import { audienceOf, issuerOf, providerArn } from '../../bitbucket/oidc.ts';
import type { GrantIntent } from '../../grants/intent.ts';
import type { RenderedRole } from '../../planning/rendered-role.ts';
import { GRANT_TAG } from '../../planning/role.ts';
import { findAccount } from '../../shared/account.ts';
import { withoutBraces } from '../../shared/identifiers.ts';
import { problem } from '../../shared/problem.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { ProvisionerRun } from './run.ts';

type ObservedProvider = { clientIds: string[] };
type Wanted = Pick<GrantIntent, 'account' | 'workspace'>;

function arnOf({ ports }: ProvisionerRun, { account: id, workspace }: Wanted): string {
  const account = findAccount(ports.configuration.accounts, id);
  if (!account) throw new Error('a plan was made for an account that is not configured');
  return providerArn(account, workspace.slug);
}

/** Looks for the identity provider of an intent's workspace in its account. */
export const findProviderOf = async (
  run: ProvisionerRun,
  wanted: Wanted,
): Promise<ObservedProvider | undefined> => run.iam.findProvider(arnOf(run, wanted));

/** Makes sure that the account has the workspace's identity provider. One that is there is used if its client ids hold
 *  the workspace's audience, and never altered: `PROVIDER_UNUSABLE` says the command to run. A missing one is
 *  announced and created; `present` is what was found; `OIDC_NOT_ENABLED` where Bitbucket has no discovery document for the workspace yet. */
export async function ensureProvider(
  run: ProvisionerRun,
  { intent, grantId }: RenderedRole,
  present: ObservedProvider | undefined,
): Promise<Result<undefined>> {
  const arn = arnOf(run, intent);
  const clientId = audienceOf(intent.workspace);
  const data = { providerArn: arn };
  if (present) {
    if (run.grant().announcedProvider === arn) await run.recordOutcome({ type: 'ProviderCreated', data });
    return checkClientIds(arn, clientId, present.clientIds);
  }
  if (!(await run.ports.bitbucket.isOidcEnabled(intent.workspace.slug))) {
    const detail = `Bitbucket has no OpenID Connect discovery document for workspace ${intent.workspace.slug} yet. Run one pipeline step with "oidc: true" in the workspace, then repeat the request.`;
    return fail(problem('OIDC_NOT_ENABLED', detail));
  }
  await run.recordIntent({ type: 'ProviderCreationStarted', data });
  const tags = { [GRANT_TAG]: grantId, 'rolewright:workspace': withoutBraces(intent.workspace.uuid) };
  const outcome = await run.iam.createProvider({ url: issuerOf(intent.workspace.slug), clientId, tags });
  if (outcome === 'exists') {
    const other = await run.iam.findProvider(arn);
    const usable = checkClientIds(arn, clientId, other?.clientIds ?? [clientId]);
    if (!usable.ok) return usable;
  }
  await run.recordOutcome({ type: 'ProviderCreated', data });
  return ok(undefined);
}

function checkClientIds(arn: string, clientId: string, clientIds: readonly string[]): Result<undefined> {
  if (clientIds.includes(clientId)) return ok(undefined);
  const command = `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${arn} --client-id ${clientId}`;
  return fail(
    problem(
      'PROVIDER_UNUSABLE',
      `The account's identity provider for this workspace does not accept the workspace's audience, and Rolewright never alters a provider. Have an administrator of the account run: ${command}`,
    ),
  );
}
