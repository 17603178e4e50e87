import { isAwsAccount } from '../../domain/access/issuers/issuer-hosts.ts';
import { issuerOf } from '../../domain/bitbucket/oidc.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Environment } from '../composition/environment.ts';

/** Where a workspace publishes its keys. The sandbox's paths are the real ones behind another origin. */
export const workspaceKeys =
  ({ sandboxUrl }: Pick<Environment, 'sandboxUrl'>) =>
  (slug: string): string =>
    `${issuerOf(slug).replace('https://api.bitbucket.org', sandboxUrl ?? 'https://api.bitbucket.org')}/keys.json`;

/** Where a company's issuer publishes its keys. The sandbox has a stand-in for the company's identity provider beside
 *  Bitbucket's, and the issuer of an AWS account in AWS's. */
export const companyKeys =
  ({ sandboxUrl, sandboxAwsUrl }: Pick<Environment, 'sandboxUrl' | 'sandboxAwsUrl'>) =>
  ({ issuer, keys }: Configuration['issuers'][number]): string => {
    if (!sandboxUrl) return keys;
    const { host } = new URL(issuer);
    return isAwsAccount(issuer) && sandboxAwsUrl
      ? `${sandboxAwsUrl}/sandbox/issuers/${host}/.well-known/jwks.json`
      : `${sandboxUrl}/sandbox/issuers/${host}/keys.json`;
  };
