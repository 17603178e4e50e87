import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import { sourceFromEnvironment } from '../../adapters/settings/source.ts';
import type { GrantIntent } from '../../domain/grants/intent.ts';
import type { LiveState } from '../../domain/planning/plan.ts';
import { canonicalHash } from '../../domain/shared/canonical-hash.ts';
import type { AccountId, RepositoryUuid } from '../../domain/shared/identifiers.ts';
import type { Principal } from '../../domain/shared/principal.ts';
import { visible, visibleName } from '../../domain/shared/text/visible-text.ts';
import type { Instant } from '../../domain/shared/time.ts';
import { type Impact, impactOn } from '../../domain/use-cases/reading/template-impact.ts';
import { apiClient } from '../api-client.ts';

/** The fields of a grant in the API that its impact depends on. */
type LiveGrant = Pick<GrantIntent, 'template' | 'name' | 'parameters' | 'environment'> & {
  id: string;
  repository: {
    uuid: RepositoryUuid;
    fullName: string;
    workspace: GrantIntent['workspace'];
    project?: GrantIntent['project'];
  };
  account: { id: AccountId };
  role: { name: string; maxSessionDuration: number };
  trustPolicy: unknown;
  permissionsPolicy: unknown;
  expiresAt?: Instant;
  requestedBy: { kind: Principal['kind'] };
};

/** The live state of a grant that the API returned. */
export function liveStateFrom(grant: LiveGrant): LiveState {
  const { uuid, fullName, workspace, project } = grant.repository;
  const { template, name, parameters, environment, role } = grant;
  const trustPolicyHash = canonicalHash(grant.trustPolicy);
  const intent: GrantIntent = {
    repository: { uuid, fullName },
    workspace,
    ...(project ? { project } : {}),
    ...(environment ? { environment } : {}),
    account: grant.account.id,
    template,
    name,
    parameters,
    roleName: role.name,
    maxSessionDuration: role.maxSessionDuration,
    trustPolicyHash,
    permissionsPolicyHash: canonicalHash(grant.permissionsPolicy),
  };
  return {
    intent,
    requesterKind: grant.requestedBy.kind,
    permissionsPolicy: grant.permissionsPolicy,
    maxSessionDuration: role.maxSessionDuration,
    trustPolicyHash,
    expiresAt: grant.expiresAt,
  };
}

/** An impact as text: a line for the grant, then the permissions that it would gain and lose. */
export function impactText(
  grant: Pick<LiveGrant, 'id' | 'repository' | 'environment'>,
  impact: Impact,
): string {
  const where = `${grant.repository.fullName}${grant.environment ? `, ${visibleName(grant.environment.name)}` : ''}`;
  const { change, problem, version } = impact;
  const head = `${grant.id}  ${visible(where)}  ${version.from} → ${version.to}`;
  if (!change) return `${head}\n  cannot be upgraded: ${problem?.code} ${visible(problem?.detail ?? '')}`;
  const lines = [
    ...change.gained.map(({ action, resource }) => visible(`  + ${action}  ${resource}`)),
    ...change.lost.map(({ action, resource }) => visible(`  - ${action}  ${resource}`)),
  ];
  const approval = change.requiresApproval ? ', needs approval' : '';
  return [`${head}  ${change.risk}${approval}`, ...lines].join('\n');
}

/** `npm run templates:impact -- <name>`: shows what the template file in the working tree would change in the grants of
 *  a running Rolewright. Changes nothing. */
async function main(): Promise<void> {
  const [name, ...more] = process.argv.slice(2);
  if (!name || more.length > 0) throw new Error('Usage: npm run templates:impact -- <template>');
  const root = process.cwd();
  const template = readTemplates(root).get(name);
  if (!template) throw new Error(`There is no templates/${visible(name)}.yaml.`);
  const configuration = readConfiguration(sourceFromEnvironment(root, process.env));
  const call = await apiClient();
  let [looked, changed, cursor] = [0, 0, undefined as unknown];
  do {
    const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(String(cursor))}`;
    const page = await call('GET', `/v1/grants?template=${name}&state=active&limit=100${after}`);
    for (const { id } of page.items as { id: string }[]) {
      const grant = (await call('GET', `/v1/grants/${id}`)) as unknown as LiveGrant;
      looked += 1;
      const impact = impactOn(liveStateFrom(grant), template, configuration);
      if (!impact) continue;
      changed += 1;
      console.log(`${impactText(grant, impact)}\n`);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  console.log(
    `${changed} of ${looked} active grants from ${name} would change on their next upgrade or request.`,
  );
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
