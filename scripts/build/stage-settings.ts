import { join } from 'node:path';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { sourceOfBuild } from '../../adapters/settings/source.ts';
import { providerName } from '../../domain/bitbucket/oidc.ts';
import { hubOf, isSpoke, readerRoleOf } from '../../domain/shared/account.ts';
import { httpApiCors } from './cors.ts';
import { addressAt, type DomainParameters, parseCustomDomain } from './governance/custom-domain.ts';
import { ownNames } from './governance/own-names.ts';

/** A role that does not exist, for CloudFormation: a policy needs at least one resource. */
const NO_SPOKE = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/none-is-a-spoke' };

/** What `serverless.yml` takes from the stage's configuration: the ARNs of the roles that the provisioner and the reconciler may
 *  assume, the path of granted roles, the identity providers of its workspaces, the name of the boundary in the hub, its region, the topic of alarms, and what web pages may call;
 *  and how the names of this installation begin. Throws `StartFailure`. */
export function stageSettings(
  stage: string | null | undefined,
  {
    service,
    path,
    prefix,
    domain,
  }: { service: string; path: string; prefix: string; domain: DomainParameters },
) {
  const source = sourceOfBuild(join(import.meta.dirname, '..', '..'), process.env, stage);
  const { accounts, workspaces, cors, alarms, roleTags } = readConfiguration(source);
  const hub = hubOf(accounts);
  if (!hub) throw new Error('a configuration has a hub');
  const spokes = accounts.filter(isSpoke);
  const orNone = (roles: string[]) => (roles.length > 0 ? roles : [NO_SPOKE]);
  return {
    spokeRoles: orNone(spokes.map(({ provisionerRole }) => provisionerRole)),
    readingRoles: orNone(spokes.map(readerRoleOf)),
    rolePath: hub.rolePath,
    providers: workspaces.map(({ slug }) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:oidc-provider/${providerName(slug)}`,
    })),
    boundary: hub.boundaryPolicy,
    roleTagKeys: ['rolewright:*', ...Object.keys(roleTags)],
    own: ownNames(service, { path, prefix }),
    apiUrl: addressAt(parseCustomDomain(domain, hub.region)),
    hubRoles: `${path.slice(1)}${prefix}${service}-`,
    region: hub.region,
    alarmActions: alarms ? [alarms.topic] : [],
    cors: httpApiCors(cors),
  };
}
