import * as z from 'zod';
import { type Grant, roleOf } from '../grants/grant.ts';

/** Longest ARN. Source: IAM API Reference, `arnType`. */
const LONGEST_ARN = 2048;

/** Most names that a step may list. Our choice: a step has a dozen of them. */
const MOST_VARIABLES = 100;

/** What a step may say of the identity that it runs as, beside its token. */
export const stepIdentityShape = {
  identity: z
    .string()
    .max(LONGEST_ARN)
    .regex(
      /^arn:aws[a-z-]*:(?:iam|sts)::\d{12}:[!-~]+$/,
      'must be the Arn that "aws sts get-caller-identity" prints in the step',
    )
    .optional()
    .describe('The Arn that `aws sts get-caller-identity` prints in the step'),
  variables: z
    .array(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a variable, without its value'),
    )
    .max(MOST_VARIABLES)
    .optional()
    .describe('Names of the AWS variables that are set in the step, without their values'),
};

/** What a step said of the identity that it runs as; both absent where it said nothing. */
export type StepIdentity = { identity?: string | undefined; variables?: string[] | undefined };

/** True if the step acts as another identity than the grant's role. The identity that AWS reports decides; without
 *  one, a variable that holds a key does. Every SDK takes keys from the environment before a web identity. Source:
 *  AWS SDKs and Tools Reference Guide, standardized credential providers. */
export function usesOtherCredentials(grant: Grant, { identity, variables = [] }: StepIdentity): boolean {
  if (identity === undefined) return variables.includes('AWS_ACCESS_KEY_ID');
  const role = roleOf(grant);
  return role !== undefined && !isSessionOf(role, identity);
}

/** True for the ARN of a session of just that role, e.g. `arn:aws:sts::111122223333:assumed-role/rw-shop/shop-42`. */
function isSessionOf({ arn, name }: { arn: string; name: string }, identity: string): boolean {
  const [, partition, , , account] = arn.split(':');
  return identity.startsWith(`arn:${partition}:sts::${account}:assumed-role/${name}/`);
}
