import type { Evidence } from './evidence.ts';

/** Invariant 4: nothing that this grant did not create is changed or deleted. */
export function foreignUntouched({ foreign, roles, providers }: Evidence): string[] {
  const now = new Map<string, string>([
    ...roles.map((role): [string, string] => [role.roleId, JSON.stringify(role)]),
    ...providers.map((provider): [string, string] => [provider.arn, JSON.stringify(provider)]),
  ]);
  const before: [string, string, unknown][] = [
    ...foreign.roles.map((role): [string, string, unknown] => [role.roleId, `role ${role.name}`, role]),
    ...foreign.providers.map((p): [string, string, unknown] => [p.arn, `provider ${p.url}`, p]),
  ];
  return before.flatMap(([key, name, was]) => {
    const is = now.get(key);
    if (is === undefined) return [`the foreign ${name} is gone`];
    return is === JSON.stringify(was) ? [] : [`the foreign ${name} was changed`];
  });
}
