import { UsageError } from '../command.ts';
import { plainText } from '../plain-text.ts';

/** Names of the reader's own machine, to which a token may be sent without TLS. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** True for a URL whose traffic cannot be read on the way: https, or this machine. */
export const isPrivate = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));

/** The address of the API that `name` was given for, e.g. `https://rolewright.example.com`, with its base path if it has one and without a
 *  slash at its end. A token is kept for this address and sent nowhere else. Throws `UsageError`. */
export function originOf(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url && [url.username, url.password, url.search, url.hash].every((part) => part === '');
  if (!url || !isOrigin || url.origin === 'null') {
    throw new UsageError(
      `${name} takes the address of the API, such as https://rolewright.example.com, not "${plainText(text)}".`,
    );
  }
  if (!isPrivate(url)) {
    throw new UsageError(
      `${name} must begin with https://, because a token is not sent unencrypted (http:// is for this machine only).`,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
