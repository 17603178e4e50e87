import { accountIn, newId, type World } from '../world.ts';

/** A customer managed policy that a sandbox starts with. */
export type SeedPolicy = { arn: string; document: object };

/** A role that a sandbox starts with. `maxSessionDuration` in seconds. */
export type SeedRole = {
  arn: string;
  trustPolicy: object;
  policies: readonly { name: string; document: object }[];
  maxSessionDuration?: number;
};

/** The account of what a sandbox starts with. Throws for an ARN without one. */
export function accountOfSeed(world: World, arn: string): World {
  const id = accountIn(arn);
  if (id === undefined) throw new Error(`${arn} names no account`);
  return world.account(id);
}

/** Creates the missing roles. */
export function seedRoles(world: World, roles: readonly SeedRole[]): void {
  for (const { arn, trustPolicy, policies, maxSessionDuration = 3600 } of roles) {
    const { state, now } = accountOfSeed(world, arn);
    const [, path = '/', name = ''] = /:role(\/(?:.+\/)?)([^/]+)$/.exec(arn) ?? [];
    if (state.roles.latest(name.toLowerCase())) continue;
    const role = {
      name,
      path,
      arn,
      roleId: newId('AROA', 17),
      createdAt: now(),
      trustPolicy: JSON.stringify(trustPolicy),
      maxSessionDuration,
      tags: [],
      inlinePolicies: policies.map((policy) => ({
        name: policy.name,
        document: JSON.stringify(policy.document),
      })),
      attachedPolicies: [],
    };
    state.roles.write(name.toLowerCase(), role, now());
  }
}
