import { getParameter } from '@aws-lambda-powertools/parameters/ssm';
import { PortError } from '../domain/ports.ts';

/** Seconds for which a secret is kept in memory: a rotated one is in use everywhere after that. */
const SECRET_MAX_AGE_SECONDS = 300;

/** A secret from an SSM SecureString parameter, e.g. `/rolewright/bitbucket-token`. Nothing that fails names its value. */
export const ssmSecret = (name: string) => async (): Promise<string> => {
  const value = await getParameter(name, { decrypt: true, maxAge: SECRET_MAX_AGE_SECONDS }).catch((cause) => {
    throw new PortError('Bitbucket', 'DENIED', 'The access token for Bitbucket cannot be read.', { cause });
  });
  if (!value) throw new PortError('Bitbucket', 'DENIED', 'The access token for Bitbucket is not set.');
  return value;
};

/** A secret that is known already. */
export const fixedSecret = (value: string) => async (): Promise<string> => value;
