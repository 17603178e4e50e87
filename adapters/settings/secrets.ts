import { getParameter } from '@aws-lambda-powertools/parameters/ssm';
import { PortError } from '../../domain/shared/port-error.ts';
import { secretsIn } from '../bitbucket/webhook-signature.ts';

/** Seconds for which a secret is kept in memory: a rotated one is in use everywhere after that. */
const SECRET_MAX_AGE_SECONDS = 300;

/** A secret from an SSM SecureString parameter, e.g. `/rolewright/bitbucket-token`, without white space around it. `what`
 *  names it to people, as in "The access token for Bitbucket"; nothing that fails names its value. */
export const ssmSecret =
  (name: string, system: 'Bitbucket' | 'Slack', what: string) => async (): Promise<string> => {
    const value = await getParameter(name, { decrypt: true, maxAge: SECRET_MAX_AGE_SECONDS }).catch(
      (cause) => {
        throw new PortError(system, 'DENIED', `${what} cannot be read.`, { cause });
      },
    );
    // A line end that came along with a file signs nothing, and a blank secret is one that everybody knows.
    const secret = value?.trim();
    if (!secret) throw new PortError(system, 'DENIED', `${what} is not set.`);
    return secret;
  };

/** Secrets of webhooks by the workspace's slug, each workspace's in an SSM SecureString parameter of its own below
 *  `parameters`, e.g. `/rolewright/prod/webhook-secret/acme`: one secret on each line, two during a rotation. None where
 *  the parameter does not exist; a failed look-up throws. Only slugs of configured workspaces may be asked for. */
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

/** Powertools wraps the SDK's error. */
function isMissingParameter(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'ParameterNotFound') return true;
  }
  return false;
}

/** A secret that is known already. */
export const fixedSecret = (value: string) => async (): Promise<string> => value;
