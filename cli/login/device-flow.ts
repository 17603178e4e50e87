import type { Configuration } from 'openid-client';
import type { IssuerSettings } from '../api/login-file.ts';
import { isPrivate } from '../api/origin.ts';
import type { CommandWorld } from '../command.ts';
import { plainText } from '../plain-text.ts';
import { chosenToken, issuerFailure, requestParameters } from './issuer.ts';

/** True where an issuer takes logins from devices without a browser. */
export const hasDeviceFlow = (issuer: Configuration): boolean =>
  issuer.serverMetadata().device_authorization_endpoint !== undefined;

/** Logs in with a code that the person confirms in any browser (RFC 8628). Ends with the code's time. */
export async function deviceLogin(
  issuer: Configuration,
  settings: IssuerSettings,
  world: Pick<CommandWorld, 'writeError'>,
): Promise<string> {
  const client = await import('openid-client');
  const origin = new URL(issuer.serverMetadata().issuer).origin;
  const failed = (error: Error) => {
    throw issuerFailure(origin, error);
  };
  const device = await client.initiateDeviceAuthorization(issuer, requestParameters(settings)).catch(failed);
  const page = device.verification_uri_complete ?? device.verification_uri;
  if (!URL.canParse(page) || !isPrivate(new URL(page))) {
    throw issuerFailure(origin, new Error('its page to confirm the code is not https'));
  }
  world.writeError(
    [
      'To log in, open this page in a browser:',
      '',
      `  ${plainText(page)}`,
      '',
      `and confirm the code ${plainText(device.user_code)}. Waiting …`,
      '',
    ].join('\n'),
  );
  const tokens = await client.pollDeviceAuthorizationGrant(issuer, device).catch(failed);
  return chosenToken(tokens, settings);
}
