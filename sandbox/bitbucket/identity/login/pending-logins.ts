import { randomBytes, randomInt } from 'node:crypto';

/** What a client asked for, and later who logged in: an email, or `denied`. */
export type DeviceLogin = {
  clientId: string;
  userCode: string;
  expiresAt: number;
  person?: string | 'denied';
};
/** A person who logged in with a browser, for the one client that can prove that it asked. */
export type CodeLogin = {
  clientId: string;
  redirectUri: string;
  challenge: string;
  nonce: string | undefined;
  person: string;
  expiresAt: number;
};

/** Letters that are not mistaken for each other. Source: RFC 8628, section 6.1. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';

/** Seconds that a person has to confirm a device's code, and a client to redeem a browser's. Our choice. */
export const DEVICE_CODE_S = 600;
const CODE_S = 60;

/** The logins under way, in memory: a restart forgets them. */
export function pendingLogins(now: () => number) {
  const devices = new Map<string, DeviceLogin>();
  const codes = new Map<string, CodeLogin>();
  const secret = () => randomBytes(24).toString('base64url');
  const letters = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return {
    /** Begins a device's login. */
    begin(clientId: string): { deviceCode: string; userCode: string } {
      const [deviceCode, userCode] = [secret(), `${letters()}-${letters()}`];
      devices.set(deviceCode, { clientId, userCode, expiresAt: now() + DEVICE_CODE_S * 1000 });
      return { deviceCode, userCode };
    },
    /** The login of a device by what the person was shown; undefined for another, a decided or an old one. */
    waiting: (userCode: string): DeviceLogin | undefined =>
      [...devices.values()].find(
        (one) => one.userCode === userCode.toUpperCase() && !one.person && one.expiresAt > now(),
      ),
    /** The login of a device by its own code. */
    device: (deviceCode: string): DeviceLogin | undefined => devices.get(deviceCode),
    end: (deviceCode: string): boolean => devices.delete(deviceCode),
    /** A code for a browser's login, to be redeemed once. */
    grant(login: Omit<CodeLogin, 'expiresAt'>): string {
      const code = secret();
      codes.set(code, { ...login, expiresAt: now() + CODE_S * 1000 });
      return code;
    },
    redeem(code: string): CodeLogin | undefined {
      const login = codes.get(code);
      codes.delete(code);
      return login && login.expiresAt > now() ? login : undefined;
    },
  };
}

/** See `pendingLogins`. */
export type PendingLogins = ReturnType<typeof pendingLogins>;
