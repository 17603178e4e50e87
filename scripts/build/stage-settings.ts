import { join } from 'node:path';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { sourceOfBuild } from '../../adapters/settings/source.ts';
import { hubOf, isSpoke, readerRoleOf } from '../../domain/shared/account.ts';
import { httpApiCors } from './cors.ts';

/** A role that does not exist, for CloudFormation: a policy needs at least one resource. */
const NO_SPOKE = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/none-is-a-spoke' };

/** What `serverless.yml` takes from the stage's configuration: the ARNs of the roles that the provisioner and the reconciler may
 *  assume, the path of granted roles, the name of the boundary in the hub, its region, and what web pages may call. Throws
 *  `StartFailure`. */
export function stageSettings(stage: string | null | undefined) {
  const source = sourceOfBuild(join(import.meta.dirname, '..', '..'), process.env, stage);
  const { accounts, cors } = readConfiguration(source);
  const hub = hubOf(accounts);
  if (!hub) throw new Error('a configuration has a hub');
  const spokes = accounts.filter(isSpoke);
  const orNone = (roles: string[]) => (roles.length > 0 ? roles : [NO_SPOKE]);
  return {
    spokeRoles: orNone(spokes.map(({ provisionerRole }) => provisionerRole)),
    readingRoles: orNone(spokes.map(readerRoleOf)),
    rolePath: hub.rolePath,
    boundary: hub.boundaryPolicy,
    region: hub.region,
    cors: httpApiCors(cors),
  };
}
