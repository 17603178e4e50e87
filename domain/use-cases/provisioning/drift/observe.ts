import type { FoundRole } from '../../../drift/role.ts';
import { sortPolicies } from '../../../drift/role.ts';
import { PERMISSIONS_POLICY_NAME } from '../../../planning/role.ts';
import type { Iam } from '../iam.ts';

/** What the boundaries of a role are called that need no look into. */
type KnownBoundaries = { boundaryArn: string; denyAllArn: string };

/** A role with everything on it, as IAM has it now; undefined where IAM has none of that name. Documents of managed policies are
 *  read only where there are some besides the known boundaries. */
export async function observeRole(
  iam: Iam,
  name: string,
  known: KnownBoundaries,
): Promise<FoundRole | undefined> {
  const role = await iam.findRole(name);
  if (!role) return undefined;
  const { inline, attached } = await iam.listPolicies(name);
  const documents = await Promise.all(inline.map(async (policy) => readInline(iam, name, policy)));
  const managed = await Promise.all(attached.map((arn) => readManaged(iam, arn)));
  const { boundaryArn } = role;
  const isKnown =
    boundaryArn === undefined || boundaryArn === known.boundaryArn || boundaryArn === known.denyAllArn;
  return {
    ...role,
    ...sortPolicies(
      documents.filter((policy) => policy !== undefined),
      managed,
    ),
    ...(isKnown ? {} : { boundaryDocument: await iam.findManagedPolicy(boundaryArn) }),
  };
}

/** An inline policy; without a document where it is gone meanwhile. */
async function readInline(iam: Iam, role: string, name: string) {
  const document =
    name === PERMISSIONS_POLICY_NAME
      ? await iam.findPermissionsPolicy(role)
      : await iam.findInlinePolicy(role, name);
  return { name, document };
}

const readManaged = async (iam: Iam, name: string) => ({ name, document: await iam.findManagedPolicy(name) });
