import { join } from 'node:path';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { sourceFromEnvironment } from '../../adapters/settings/source.ts';
import { isSpoke } from '../../domain/shared/account.ts';

/** A role that does not exist, for CloudFormation: a policy needs at least one resource. */
const NO_SPOKE = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/none-is-a-spoke' };

/** The ARNs of the roles that the provisioner of a stage may assume, from the stage's configuration. Throws `StartFailure`. */
export function spokeRoles(stage: string | undefined): (string | typeof NO_SPOKE)[] {
  const source = sourceFromEnvironment(join(import.meta.dirname, '..', '..'), process.env, stage);
  const roles = readConfiguration(source)
    .accounts.filter(isSpoke)
    .map(({ provisionerRole }) => provisionerRole);
  return roles.length > 0 ? roles : [NO_SPOKE];
}
