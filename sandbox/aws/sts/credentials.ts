import type { AwsRequest } from '../protocol/aws-request.ts';
import { AwsError } from '../protocol/error.ts';
import { isSignedWith, signatureOf } from '../protocol/signature.ts';
import { accountOfSession, type World } from '../world.ts';
import { checkLive } from './sts.ts';

/** Who signed a request, in which account and for which Region. */
export type Signer = { accessKeyId: string; region: string; world: World };

/** The access key that signed a request, and its Region. A temporary key, `ASIA…`, must be one that STS issued here, and come with its own
 *  session token and a signature by its own secret. A key of twelve digits is the administrator of the account with that id,
 *  and every other key that of the account `world`; their signatures are not verified. Throws MissingAuthenticationToken, InvalidClientTokenId, ExpiredToken, SignatureDoesNotMatch. */
export function authenticate(world: World, request: AwsRequest): Signer {
  const signature = signatureOf(request);
  if (!signature) {
    throw new AwsError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  const { accessKeyId } = signature;
  const [, region = ''] = signature.scope.split('/');
  if (!accessKeyId.startsWith('ASIA')) {
    const own = /^\d{12}$/.test(accessKeyId) ? world.account(accessKeyId) : world;
    return { accessKeyId, region, world: own };
  }
  const issued = accountOfSession(world, accessKeyId);
  const session = issued?.state.sessions.seen(accessKeyId);
  if (!issued || !session || session.sessionToken === undefined || signature.token !== session.sessionToken) {
    throw new AwsError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  if (!isSignedWith(session.secretAccessKey, request, signature)) {
    throw new AwsError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  checkLive(issued, session);
  return { accessKeyId, region, world: issued };
}
