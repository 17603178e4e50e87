import { getParameter } from '@aws-lambda-powertools/parameters/ssm';
import { PortError } from '../../domain/shared/port-error.ts';
import { secretsIn } from '../bitbucket/webhook-signature.ts';

/** Seconds for which a secret is cached in memory; after that a rotated one is in use everywhere. */
const SECRET_MAX_AGE_SECONDS = 300;

/** A secret from an SSM SecureString parameter, e.g. `/rolewright/bitbucket-token`, without surrounding white space.
 *  `what` names it in errors, as in "The access token for Bitbucket". No error holds its value. */
export const ssmSecret =
  (name: string, system: 'Bitbucket' | 'Slack', what: string) => async (): Promise<string> => {
    const value = await getParameter(name, { decrypt: true, maxAge: SECRET_MAX_AGE_SECONDS }).catch(
      (cause) => {
        throw new PortError(system, 'DENIED', `${what} cannot be read.`, { cause });
      },
    );
    // A line end from a file would break every signature, and everybody knows a blank secret.
    const secret = value?.trim();
    if (!secret) throw new PortError(system, 'DENIED', `${what} is not set.`);
    return secret;
  };

/** Webhook secrets by the workspace's slug. Each workspace has an SSM SecureString parameter below `parameters`, e.g.
 *  `/rolewright/prod/webhook-secret/acme`, with one secret on each line (two during a rotation). Empty if the parameter
 *  does not exist; a failed look-up throws. Only slugs of configured workspaces may be passed. */
export const ssmWebhookSecrets =
  (parameters: string) =>
  async (workspaceSlug: string): Promise<string[]> => {
    const value = await getParameter(`${parameters}/${workspaceSlug}`, {
      decrypt: true,
      maxAge: SECRET_MAX_AGE_SECONDS,
    }).catch((cause: unknown) => {
      if (isMissingParameter(cause)) return '';
      throw new PortError('SSM', 'UNAVAILABLE', "The webhook's secret cannot be read.", { cause });
    });
    return secretsIn(value ?? '');
  };

/** True if the parameter does not exist. Powertools wraps the SDK's error. */
function isMissingParameter(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'ParameterNotFound') return true;
  }
  return false;
}

/** A secret with a fixed value. */
export const fixedSecret = (value: string) => async (): Promise<string> => value;
