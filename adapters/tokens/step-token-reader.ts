import { compactVerify, decodeJwt } from 'jose';
import { issuerOf } from '../../domain/bitbucket/oidc.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import type { Claims } from '../../domain/trust/evaluation.ts';
import type { StepTokenReader } from '../../domain/use-cases/reading/explain-admission.ts';
import { issuerKeys, isVerdict, STEP_TOKEN_ALGORITHMS } from './issuer-keys.ts';

/** Reads step tokens for AWS, and verifies their signatures with the configured workspaces' keys. The domain judges
 *  audience and times. `keysOf` returns the URL of a workspace's key set. */
export function stepTokenReader(
  { workspaces }: Pick<Configuration, 'workspaces'>,
  keysOf: (workspaceSlug: string) => string,
  clock: Pick<Clock, 'now'>,
): StepTokenReader {
  const keysByIssuer = new Map(
    workspaces.map(({ slug }) => [issuerOf(slug), issuerKeys(keysOf(slug), clock)]),
  );
  return {
    async read(token) {
      const claims = claimsIn(token);
      if (!claims) return { kind: 'unreadable' };
      const keys = typeof claims.iss === 'string' ? keysByIssuer.get(claims.iss) : undefined;
      if (!keys) return { kind: 'token', claims, signature: 'unchecked' };
      try {
        await compactVerify(token, keys, { algorithms: STEP_TOKEN_ALGORITHMS });
        return { kind: 'token', claims, signature: 'valid' };
      } catch (error) {
        return { kind: 'token', claims, signature: isVerdict(error) ? 'invalid' : 'unchecked' };
      }
    },
  };
}

function claimsIn(token: string): Claims | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
