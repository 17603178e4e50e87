import * as z from 'zod';
import { ROLE_PATH } from '../planning/role.ts';
import { AWS_REGION, partitionOf, partitions } from '../shared/account.ts';
import { ACCOUNT_ID, accountIdSchema, NAME } from '../shared/identifiers.ts';

/** The ARN of a role. Source: IAM User Guide, IAM identifiers. */
const ROLE_ARN = /^arn:(aws|aws-cn|aws-us-gov):iam::(\d{12}):role(\/(?:[!-.0-~]+\/)*)[\w+=,.@-]{1,64}$/;

/** Source: STS API Reference, AssumeRole, `ExternalId`. */
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

/** One entry of `accounts`. */
export const accountSchema = z.strictObject({
  alias: z.string().regex(NAME, 'must be a lower-case name'),
  id: z.string().regex(ACCOUNT_ID, 'must be 12 digits, in quotes').pipe(accountIdSchema),
  partition: z.enum(partitions).default('aws'),
  region: z.string().regex(AWS_REGION, 'must be an AWS region'),
  boundaryPolicy: z.string().regex(/^[\w+=,.@-]{1,128}$/, 'must be the name of a managed policy'),
  provisionerRole: z
    .string()
    .regex(
      ROLE_ARN,
      'must be the ARN of a role, e.g. arn:aws:iam::444455556666:role/rolewright-spoke; infrastructure/spoke.yml creates it',
    )
    .optional(),
  externalId: z.string().regex(EXTERNAL_ID, 'must be 2 to 1224 letters, digits or +=,.@:/_-').optional(),
});

type AccountEntry = z.infer<typeof accountSchema>;

/** An entry that is sound by itself, and its place in the file. */
type Placed = { entry: AccountEntry; n: number };

/** Whatever in the file names accounts; parts of another shape are left out. */
const list = <T extends z.ZodType>(item: T) => z.array(item.catch(() => ({}) as never)).catch([]);
const aliases = z.array(z.string()).catch([]);
const namingSchema = z.object({
  accounts: z.array(z.unknown()).catch([]),
  projects: list(
    z.object({
      accounts: aliases,
      environments: z.record(z.string(), z.unknown()).catch({}),
      owns: list(z.object({ accounts: aliases })),
      defaults: z.object({ account: z.string() }).optional().catch(undefined),
    }),
  ).default([]),
  ownership: list(z.object({ accounts: aliases })),
  onRepositoryCreated: list(z.object({ grant: z.object({ account: z.string().optional() }) })),
});

/** Every error of the accounts of a file, and of what names accounts, as `pointer: sentence`. It finds them in parsed YAML
 *  also where the schema finds other errors. */
export function accountErrors(content: unknown): string[] {
  const naming = namingSchema.safeParse(content);
  if (!naming.success) return [];
  const placed = naming.data.accounts.flatMap((one, n): Placed[] => {
    const parsed = accountSchema.safeParse(one, { jitless: true });
    return parsed.success ? [{ entry: parsed.data, n }] : [];
  });
  const isWhole = placed.length === naming.data.accounts.length && placed.length > 0;
  const known = naming.data.accounts.flatMap((one) => {
    const alias = (one as { alias?: unknown } | null)?.alias;
    return typeof alias === 'string' ? [alias] : [];
  });
  return [
    ...givenTwice(naming.data.accounts, 'alias'),
    ...givenTwice(naming.data.accounts, 'id'),
    ...placed.flatMap(({ entry, n }) => entryErrors(entry).map((error) => `/accounts/${n}${error}`)),
    ...(isWhole ? hubErrors(placed) : []),
    ...unknownAccounts(naming.data, known),
  ];
}

/** Entries whose alias or id an earlier one has, also where something else of them is wrong. */
function givenTwice(accounts: readonly unknown[], field: 'alias' | 'id'): string[] {
  const values = accounts.map((one) => (one as Record<string, unknown> | null)?.[field]);
  return values.flatMap((value, n) => {
    const first = values.indexOf(value);
    return typeof value === 'string' && first < n
      ? [`/accounts/${n}/${field}: ${value} is given more than once, first in /accounts/${first}`]
      : [];
  });
}

/** What is wrong with an entry by itself. */
function entryErrors({ id, partition, region, provisionerRole, externalId }: AccountEntry): string[] {
  const errors: string[] = [];
  if (partitionOf(region) !== partition) {
    errors.push(`/region: ${region} is in partition ${partitionOf(region)}, not in ${partition}`);
  }
  if (provisionerRole === undefined) {
    if (externalId !== undefined) {
      errors.push(
        '/externalId: must not be given without provisionerRole: Rolewright runs in this account and assumes no role there',
      );
    }
    return errors;
  }
  const [, rolePartition, roleAccount, path = '/'] = ROLE_ARN.exec(provisionerRole) ?? [];
  if (roleAccount !== id) {
    errors.push(
      `/provisionerRole: is a role of account ${roleAccount}, not of ${id}: give the ARN of the role in this account`,
    );
  }
  if (rolePartition !== partition) {
    errors.push(`/provisionerRole: is in partition ${rolePartition}, not in ${partition}`);
  }
  if (path.startsWith(ROLE_PATH)) {
    errors.push(
      `/provisionerRole: must be outside ${ROLE_PATH}, because the provisioner may change the roles there`,
    );
  }
  if (externalId === undefined) {
    errors.push(
      '/externalId: is missing: the trust policy of the spoke’s role requires one; give the value of the parameter ExternalId of infrastructure/spoke.yml',
    );
  }
  return errors;
}

/** One account is the hub, and the others are in its partition. */
function hubErrors(placed: readonly Placed[]): string[] {
  const hubs = placed.filter(({ entry }) => entry.provisionerRole === undefined);
  const [hub] = hubs;
  if (!hub) {
    return [
      '/accounts: every entry has provisionerRole: leave it out of the one account that Rolewright runs in',
    ];
  }
  if (hubs.length > 1) {
    const named = hubs.map(({ entry }) => entry.alias).join(' and ');
    return [
      `/accounts: ${named} have no provisionerRole, but Rolewright runs in one account only: give the others provisionerRole and externalId`,
    ];
  }
  const { partition } = hub.entry;
  return placed
    .filter(({ entry }) => entry.partition !== partition)
    .map(
      ({ entry, n }) =>
        `/accounts/${n}/partition: is ${entry.partition}, but Rolewright runs in ${partition}: no role can be assumed across partitions, so deploy Rolewright there as well`,
    );
}

function unknownAccounts(
  { projects, ownership, onRepositoryCreated }: z.infer<typeof namingSchema>,
  known: readonly string[],
): string[] {
  const named = [
    ...projects.flatMap(({ accounts = [], environments = {}, owns = [], defaults }, n) => [
      ...accounts.map((alias, at) => ({ alias, pointer: `/projects/${n}/accounts/${at}` })),
      ...Object.keys(environments).map((alias) => ({
        alias,
        pointer: `/projects/${n}/environments/${alias}`,
      })),
      ...owns.flatMap(({ accounts: owned = [] }, rule) =>
        owned.map((alias, at) => ({ alias, pointer: `/projects/${n}/owns/${rule}/accounts/${at}` })),
      ),
      ...(defaults ? [{ alias: defaults.account, pointer: `/projects/${n}/defaults/account` }] : []),
    ]),
    ...ownership.flatMap(({ accounts = [] }, n) =>
      accounts.map((alias, at) => ({ alias, pointer: `/ownership/${n}/accounts/${at}` })),
    ),
    ...onRepositoryCreated.flatMap(({ grant }, n) =>
      grant?.account === undefined
        ? []
        : [{ alias: grant.account, pointer: `/onRepositoryCreated/${n}/grant/account` }],
    ),
  ];
  return named
    .filter(({ alias }) => !known.includes(alias))
    .map(({ alias, pointer }) => `${pointer}: ${unknownAccount(alias, known)}`);
}

/** What is wrong with an alias that no account has. */
export const unknownAccount = (alias: string, known: readonly string[]): string =>
  `${alias} is not the alias of a configured account; there are ${known.join(', ')}`;
