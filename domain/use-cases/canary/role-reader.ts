/** What IAM has of a role, as it returns it. */
export type ReadRole = { id: string; trustPolicy: unknown };

/** The roles and identity providers of the hub, one at a time and to look at only. Undefined only where IAM says that there is
 *  none; every other failure throws `PortError`. */
export type RoleReader = {
  findRole(name: string): Promise<ReadRole | undefined>;
  findProvider(arn: string): Promise<{ clientIds: readonly string[] } | undefined>;
};
