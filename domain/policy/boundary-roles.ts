/** The names of the roles that the permissions boundary of the hub lets grants pass and assume: the lists `passableRoles` and
 *  `assumableRoles` of `serverless.yml`. `account` is the hub's id; what other boundaries list is not known. */
export type BoundaryRoles = {
  passable: readonly string[];
  assumable: readonly string[];
  account?: string | undefined;
};

const GUARDED = [
  { action: 'iam:passrole', list: 'passable', name: 'passableRoles', shown: 'PassRole' },
  { action: 'sts:assumerole', list: 'assumable', name: 'assumableRoles', shown: 'AssumeRole' },
] as const;

/** What a permissions policy allows and the boundary denies: a sentence for each role that is passed or assumed and is not
 *  in its list, with what to do. Empty where the lists are not known. */
export function deniedByBoundary(policy: unknown, roles: BoundaryRoles | undefined): string[] {
  if (roles === undefined) return [];
  const denied = statementsOf(policy).flatMap(({ Action, Resource }) =>
    GUARDED.filter(({ action }) => listOf(Action).some((one) => one.toLowerCase() === action)).flatMap(
      ({ list, name, shown }) =>
        listOf(Resource).flatMap((resource) => {
          const [, account, role] = /:(\d*):role\/(.+)$/.exec(resource) ?? [];
          if (role === undefined || roles[list].includes(role)) return [];
          if (roles.account !== undefined && account !== roles.account) return [];
          return [
            `${role} is not in ${name}; AWS will deny ${shown} until an administrator adds it to ${name} in serverless.yml and deploys.`,
          ];
        }),
    ),
  );
  return [...new Set(denied)];
}

/** What of Rolewright's own is listed as passable or assumable, as `list: sentence`: with it a grant could make itself anything.
 *  `own` are the ARNs of the roles in spokes, and `service` is what the names of the hub's roles begin with. */
export function ownRolesListed(
  roles: BoundaryRoles,
  { own, service }: { own: readonly string[]; service: string | undefined },
): string[] {
  const names = own.map((arn) => arn.replace(/^.*:role\//, ''));
  const isOwn = (role: string) =>
    names.includes(role) ||
    /(?:^|[-/])rolewright[-/]/.test(role) ||
    (service !== undefined && role.includes(`${service}-`));
  return GUARDED.flatMap(({ list, name }) =>
    roles[list]
      .filter(isOwn)
      .map(
        (role) => `${name}: ${role} is a role of Rolewright, which no grant may pass or assume: remove it`,
      ),
  );
}

type Statement = { Action?: unknown; Resource?: unknown };

const statementsOf = (policy: unknown): Statement[] =>
  listOf<Statement>((policy as { Statement?: unknown } | undefined)?.Statement);

const listOf = <T = string>(value: unknown): T[] =>
  value === undefined ? [] : ([value].flat() as unknown as T[]);
