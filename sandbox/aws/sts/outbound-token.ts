import { randomUUID } from 'node:crypto';
import { checkedTags } from '../iam/tags.ts';
import { AwsError, validationError } from '../protocol/error.ts';
import { readInput } from '../protocol/input.ts';
import type { Tag } from '../state.ts';
import type { Action, Call } from '../world.ts';
import { authorize } from './authorization.ts';
import { issuerOf, SIGNING_ALGORITHMS, signedByAccount } from './issuer.ts';
import { roleOfSession, userArn } from './sts.ts';

/** Seconds. Source: STS API Reference, GetWebIdentityToken. */
const DURATION = { min: 60, max: 3600 };
const DEFAULT_DURATION = 300;
/** Our choice: AWS's reference gives no number that could be read. */
const MAX_AUDIENCES = 10;

/** Signs a token that says who the caller is, for services outside AWS. The claims are those of IAM User Guide,
 *  "Understanding token claims", as far as the sandbox knows their values. */
export const getWebIdentityToken: Action = async (call) => {
  const { world } = call;
  const input = readInput(call.parameters);
  const audiences = input.requiredTexts('Audience', { min: 1, max: 1000 }, MAX_AUDIENCES);
  const duration = input.optionalNumber('DurationSeconds', DURATION) ?? DEFAULT_DURATION;
  const algorithm = input.text('SigningAlgorithm', {
    pattern: new RegExp(`^(${SIGNING_ALGORITHMS.join('|')})$`),
    shown: `[${SIGNING_ALGORITHMS.join(', ')}]`,
  });
  const tags = checkedTags(input.tags());
  input.check();
  if (audiences.length === 0)
    throw validationError("1 validation error detected: 'audience' must not be empty");
  authorizeToken(call, { audiences, duration, algorithm, tags });

  const [first = '', ...more] = audiences;
  const issuedAt = Math.floor(world.now() / 1000);
  const session = world.state.sessions.seen(call.accessKeyId ?? '');
  if (session && (issuedAt + duration) * 1000 > session.expiresAt) {
    throw new AwsError(
      403,
      'SessionDurationEscalationException',
      'The requested token duration would extend the session beyond its original expiration time.',
    );
  }
  const role = session && roleOfSession(world, session);
  const details = {
    aws_account: world.accountId,
    source_region: call.region,
    ...(role && role.tags.length > 0 ? { principal_tags: asObject(role.tags) } : {}),
    ...(tags.length > 0 ? { request_tags: asObject(tags) } : {}),
  };
  const token = await signedByAccount(world, algorithm, {
    iss: issuerOf(world),
    aud: more.length === 0 ? first : audiences,
    sub: role?.arn ?? userArn(world),
    iat: issuedAt,
    exp: issuedAt + duration,
    jti: randomUUID(),
    'https://sts.amazonaws.com/': details,
  });
  return { WebIdentityToken: token, Expiration: new Date((issuedAt + duration) * 1000) };
};

const asObject = (tags: Tag[]) => Object.fromEntries(tags.map(({ key, value }) => [key, value]));

/** Source of actions and keys: AWS Service Authorization Reference, AWS STS. */
function authorizeToken(
  { world, accessKeyId }: Call,
  asked: { audiences: string[]; duration: number; algorithm: string; tags: Tag[] },
): void {
  const tagKeys: Record<string, string[]> = Object.fromEntries([
    ...asked.tags.map(({ key, value }) => [`aws:RequestTag/${key}`, [value]]),
    ...(asked.tags.length > 0 ? [['aws:TagKeys', asked.tags.map(({ key }) => key)]] : []),
  ]);
  const context = {
    'sts:IdentityTokenAudience': asked.audiences,
    'sts:DurationSeconds': [String(asked.duration)],
    'sts:SigningAlgorithm': [asked.algorithm],
    ...tagKeys,
  };
  authorize(world, accessKeyId, { action: 'sts:GetWebIdentityToken', resource: '*', context });
  if (asked.tags.length === 0) return;
  authorize(world, accessKeyId, { action: 'sts:TagGetWebIdentityToken', resource: '*', context: tagKeys });
}
