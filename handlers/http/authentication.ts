import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { TokenVerifier } from '../../adapters/tokens/verifier.ts';
import type { Caller } from '../../domain/shared/principal.ts';
import { problem } from '../../domain/shared/problem.ts';
import { headerOf } from './http-request.ts';
import { ProblemError } from './problem-details.ts';

/** The caller behind a request's bearer token. Throws `UNAUTHENTICATED`, before anything else of the request is
 *  looked at. The token goes no further than this: the log gets its `iss` and the known issuers, no other claim. */
export async function authenticate(verifier: TokenVerifier, event: APIGatewayProxyEventV2): Promise<Caller> {
  const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(headerOf(event, 'authorization') ?? '')?.[1];
  if (!token) {
    throw new ProblemError(
      problem('UNAUTHENTICATED', 'Send "Authorization: Bearer <token>" with a token of a trusted issuer.'),
    );
  }
  const verified = await verifier.verify(token);
  if (!verified.ok) {
    const { issuer, known } = verifier.originOf(token);
    const { detail } = verified.problem;
    throw new ProblemError(verified.problem, {}, { detail, tokenIssuer: issuer, knownIssuers: known });
  }
  return verified.value;
}
