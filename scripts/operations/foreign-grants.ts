import type { Account } from '../../domain/shared/account.ts';

/** What a list says of a grant's place: its account by id, and its role by ARN. */
type Placed = { account?: string; role?: string };

/** What shows that grants are of another installation than the one of `accounts`, a line for each kind: an account that its
 *  configuration does not have, or a role outside its path. A grant of which neither is known says nothing. */
export function foreignGrants(
  grants: readonly Placed[],
  accounts: readonly Pick<Account, 'id' | 'partition' | 'rolePath'>[],
): string[] {
  const found = new Set<string>();
  for (const { account: id, role } of grants) {
    const account = accounts.find((one) => one.id === id);
    if (id !== undefined && !account) {
      found.add(`a grant is in account ${id}, which the configuration does not have`);
    } else if (account && role !== undefined && !role.startsWith(`${pathOf(account)}rw-`)) {
      found.add(`the role ${role} is not at ${pathOf(account)}`);
    }
  }
  return [...found];
}

const pathOf = ({ id, partition, rolePath }: Pick<Account, 'id' | 'partition' | 'rolePath'>): string =>
  `arn:${partition}:iam::${id}:role${rolePath}`;
