import { getParameter } from '@aws-lambda-powertools/parameters/ssm';
import type { Clock } from '../../domain/shared/clock.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import type { CredentialSource } from '../bitbucket/keyring.ts';
import { secretsIn } from '../bitbucket/webhook-signature.ts';
import { briefMemory } from '../brief-memory.ts';

/** Seconds for which a secret is cached in memory; after that a rotated one is in use everywhere. */
const SECRET_MAX_AGE_SECONDS = 300;

/** Seconds for which the absence of a secret, and a failed look-up, are cached: anyone can send requests with a signature,
 *  and each would cost a call. Our choice: a new secret is in use within half a minute. */
const ABSENCE_SECONDS = 30;
const FAILURE_SECONDS = 5;

/** Where a secret is kept: an SSM SecureString parameter, e.g. `/rolewright/prod/slack-bot-token`. `what` names the
 *  secret in errors, as in "The bot token for Slack". */
export type SecretParameter = { name: string; system: 'Bitbucket' | 'Slack' | 'SSM'; what: string };

/** A secret from SSM, without surrounding white space. Its absence and a failed look-up are cached for a short time, and
 *  throw as the look-up did. No error holds its value. */
export function ssmSecret(
  { name, system, what }: SecretParameter,
  clock: Pick<Clock, 'now'>,
): () => Promise<string> {
  const absences = briefMemory<PortError>(clock, ABSENCE_SECONDS);
  const failures = briefMemory<PortError>(clock, FAILURE_SECONDS);
  const missing = (cause?: unknown) => {
    const error = new PortError(system, 'DENIED', `${what} is not set.`, { cause });
    absences.remember(name, error);
    return error;
  };
  return async () => {
    const known = absences.recall(name) ?? failures.recall(name);
    if (known) throw known;
    const value = await getParameter(name, { decrypt: true, maxAge: SECRET_MAX_AGE_SECONDS }).catch(
      (cause: unknown) => {
        if (isMissingParameter(cause)) throw missing(cause);
        const error = new PortError(system, 'DENIED', `${what} cannot be read.`, { cause });
        failures.remember(name, error);
        throw error;
      },
    );
    // A line end from a file would break every signature, and everybody knows a blank secret.
    const secret = value?.trim();
    if (!secret) throw missing();
    return secret;
  };
}

/** Webhook secrets by the workspace's slug. Each workspace has an SSM SecureString parameter below `parameters`, e.g.
 *  `/rolewright/prod/webhook-secret/acme`, with one secret on each line (two during a rotation). Empty if the parameter
 *  does not exist; a failed look-up throws. Only slugs of configured workspaces may be passed. */
export function ssmWebhookSecrets(
  parameters: string,
  clock: Pick<Clock, 'now'>,
): (workspaceSlug: string) => Promise<string[]> {
  const absences = briefMemory<true>(clock, ABSENCE_SECONDS);
  const failures = briefMemory<PortError>(clock, FAILURE_SECONDS);
  return async (workspaceSlug) => {
    if (absences.recall(workspaceSlug)) return [];
    const failure = failures.recall(workspaceSlug);
    if (failure) throw failure;
    const value = await getParameter(`${parameters}/${workspaceSlug}`, {
      decrypt: true,
      maxAge: SECRET_MAX_AGE_SECONDS,
    }).catch((cause: unknown) => {
      if (isMissingParameter(cause)) return '';
      const error = new PortError('SSM', 'UNAVAILABLE', "The webhook's secret cannot be read.", { cause });
      failures.remember(workspaceSlug, error);
      throw error;
    });
    const secrets = secretsIn(value ?? '');
    if (secrets.length === 0) absences.remember(workspaceSlug, true);
    return secrets;
  };
}

/** Bitbucket's credentials by the workspace's slug. Each workspace has an SSM SecureString parameter below `parameters`, e.g.
 *  `/rolewright/prod/bitbucket/acme`. A fresh reading goes to SSM, unless the parameter was just found missing. */
export function ssmCredentials(parameters: string, clock: Pick<Clock, 'now'>): CredentialSource {
  const absences = briefMemory<PortError>(clock, ABSENCE_SECONDS);
  const failures = briefMemory<PortError>(clock, FAILURE_SECONDS);
  const placeOf = (slug: string) => `SSM parameter ${parameters}/${slug}`;
  return {
    placeOf,
    async read(slug, isFresh) {
      const known = absences.recall(slug) ?? failures.recall(slug);
      if (known) throw known;
      try {
        const options = { decrypt: true, maxAge: SECRET_MAX_AGE_SECONDS, forceFetch: isFresh };
        return (await getParameter(`${parameters}/${slug}`, options)) ?? '';
      } catch (cause) {
        const isMissing = isMissingParameter(cause);
        const error = isMissing
          ? notStored(slug, placeOf(slug), cause)
          : unreadable(slug, placeOf(slug), cause);
        (isMissing ? absences : failures).remember(slug, error);
        throw error;
      }
    },
  };
}

/** Credentials with fixed values by slug, from `variable`. A value is what an SSM parameter would hold, or its JSON. */
export function fixedCredentials(
  bySlug: Readonly<Record<string, unknown>>,
  variable: string,
): CredentialSource {
  const placeOf = (slug: string) => `${variable}, entry ${slug}`;
  return {
    placeOf,
    async read(slug) {
      const value = Object.hasOwn(bySlug, slug) ? bySlug[slug] : undefined;
      if (value === undefined) throw notStored(slug, placeOf(slug));
      return typeof value === 'string' ? value : JSON.stringify(value);
    },
  };
}

const notStored = (slug: string, place: string, cause?: unknown) =>
  new PortError(
    'Bitbucket',
    'DENIED',
    `No credential of workspace ${slug} is stored. Have an administrator store one in ${place}.`,
    { cause, retryAfter: SECRET_MAX_AGE_SECONDS },
  );

/** A refusal of IAM or KMS lasts until an administrator acts; any other failure may pass. */
const unreadable = (slug: string, place: string, cause: unknown) => {
  const isDenied = isCausedBy(cause, /AccessDenied/);
  const detail = `The credential of workspace ${slug} cannot be read from ${place}.`;
  return isDenied
    ? new PortError('SSM', 'DENIED', `${detail} Have an administrator allow it.`, { cause })
    : new PortError('SSM', 'UNAVAILABLE', detail, { cause });
};

/** True if the parameter does not exist. */
const isMissingParameter = (error: unknown): boolean => isCausedBy(error, /^ParameterNotFound$/);

/** True if an error of this name is among the causes. Powertools wraps the SDK's error. */
function isCausedBy(error: unknown, name: RegExp): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (name.test(at.name)) return true;
  }
  return false;
}

/** A secret with a fixed value. */
export const fixedSecret = (value: string) => async (): Promise<string> => value;
