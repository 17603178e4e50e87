import { managedPolicyDocument } from '../iam/managed-policies.ts';
import { parsePolicy } from '../policy/grammar.ts';
import { AwsError, validationError } from '../protocol/error.ts';
import type { Input } from '../protocol/input.ts';
import { ARN, SESSION_POLICY } from '../protocol/rules.ts';
import type { SessionPolicies } from '../state.ts';
import type { World } from '../world.ts';

/** "The plaintext that you use for both inline and managed session policies can't exceed 2,048 characters", and at most 10
 *  ARNs (STS API Reference, AssumeRoleWithWebIdentity). */
const MAX_CHARACTERS = 2048;
const MAX_ARNS = 10;

/** Reads `Policy` and `PolicyArns`; call before `input.check()`. The function it gives checks them, and answers undefined
 *  where there are none. It throws MalformedPolicyDocument, PackedPolicyTooLarge, and ValidationError for a managed policy
 *  that does not exist in the account. */
export function readSessionPolicies(world: World, input: Input): () => SessionPolicies | undefined {
  const inline = input.optionalText('Policy', SESSION_POLICY);
  const managed = input.fields('PolicyArns', { field: 'arn', rule: ARN, most: MAX_ARNS });
  return () => {
    if (inline === undefined && managed.length === 0) return undefined;
    const policies = { ...(inline === undefined ? {} : { inline }), managed };
    const percentage = packedSizeOf(policies);
    if (percentage > 100) {
      throw new AwsError(
        400,
        'PackedPolicyTooLarge',
        `Packed policy consumes ${percentage}% of allotted space, please use smaller policy.`,
      );
    }
    if (inline !== undefined) parsePolicy(inline, 'identity');
    for (const arn of managed) {
      const isOwn = /^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\//.exec(arn);
      if (!isOwn || managedPolicyDocument(world, arn) === undefined) {
        throw validationError(`The session policy ${arn} does not exist in this account.`);
      }
    }
    return policies;
  };
}

/** Per cent of the characters that session policies may have, rounded up. The packed format of AWS is not known. */
export const packedSizeOf = ({ inline = '', managed }: SessionPolicies): number =>
  Math.ceil(([inline, ...managed].join('').length * 100) / MAX_CHARACTERS);

/** The documents of a session's policies, the managed ones as they are now; one that is gone allows nothing. */
export const sessionDocuments = (world: World, { inline, managed }: SessionPolicies): string[] => [
  ...(inline === undefined ? [] : [inline]),
  ...managed.map((arn) => managedPolicyDocument(world, arn) ?? ''),
];
