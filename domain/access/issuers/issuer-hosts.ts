/** Hosts of Entra's issuers, in all clouds. Source: Microsoft identity platform, "National clouds", and the `iss` of v1
 *  tokens. Tenants of External ID have a host of their own below `ciamlogin.com`. */
const ENTRA_HOSTS = new Set([
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'login.chinacloudapi.cn',
  'sts.windows.net',
  'sts.chinacloudapi.cn',
]);
const ENTRA_SUFFIXES = ['.ciamlogin.com', '.b2clogin.com'];

/** Google's issuer. Source: https://accounts.google.com/.well-known/openid-configuration. */
const GOOGLE_HOST = 'accounts.google.com';

/** The host of an AWS account's own issuer of outbound tokens: a UUID, or another id, before this suffix. Source: IAM User
 *  Guide, "Federating AWS identities to external services". */
const AWS_SUFFIX = '.tokens.sts.global.api.aws';

const hostOf = (issuer: string): string => URL.parse(issuer)?.host ?? '';

/** True for an issuer of Microsoft Entra. */
export function isEntra(issuer: string): boolean {
  const host = hostOf(issuer);
  return ENTRA_HOSTS.has(host) || ENTRA_SUFFIXES.some((suffix) => host.endsWith(suffix));
}

/** True for Google's issuer. */
export const isGoogle = (issuer: string): boolean => hostOf(issuer) === GOOGLE_HOST;

/** True for the issuer of an AWS account's outbound tokens (`sts:GetWebIdentityToken`). */
export const isAwsAccount = (issuer: string): boolean => hostOf(issuer).endsWith(AWS_SUFFIX);
