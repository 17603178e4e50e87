import { AwsError, noSuchEntity } from '../protocol/error.ts';
import type { OidcProvider, Role } from '../state.ts';
import type { Call, World } from '../world.ts';

/** The role that reads find. Throws NoSuchEntity. */
export function seenRole(world: World, name: string): Role {
  const role = world.state.roles.seen(name.toLowerCase());
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** The role to change: it must be visible, and the change applies to its newest state. Throws NoSuchEntity. */
export function roleToChange(world: World, name: string): Role {
  const seen = seenRole(world, name);
  const latest = world.state.roles.latest(name.toLowerCase());
  if (latest?.roleId !== seen.roleId) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return latest;
}

export const writeRole = ({ world, visibleFrom }: Call, role: Role): void =>
  world.state.roles.write(role.name.toLowerCase(), role, visibleFrom);

export function seenProvider(world: World, arn: string): OidcProvider {
  const provider = world.state.providers.seen(arn);
  if (!provider) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return provider;
}

export function providerToChange(world: World, arn: string): OidcProvider {
  seenProvider(world, arn);
  const latest = world.state.providers.latest(arn);
  if (!latest) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return latest;
}

export const writeProvider = ({ world, visibleFrom }: Call, provider: OidcProvider): void =>
  world.state.providers.write(provider.arn, provider, visibleFrom);

/** Throws InvalidInput unless the text has the form of an IAM policy's ARN. */
export function checkPolicyArn(arn: string): void {
  if (!/^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[!-~]+$/.test(arn)) {
    throw new AwsError(400, 'InvalidInput', `ARN ${arn} is not valid.`);
  }
}
