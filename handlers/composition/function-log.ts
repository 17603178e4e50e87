import { Logger } from '@aws-lambda-powertools/logger';
import { UNSEEN } from '../../domain/shared/text/visible-text.ts';

/** The log of a function. Lines hold names and messages from outside, and are read in terminals: what moves a cursor, turns the
 *  direction of text or cannot be seen becomes `\u{…}`. What JSON escapes by itself, such as line ends, is left to it. */
export const functionLog = (): Logger =>
  new Logger({
    serviceName: 'rolewright',
    jsonReplacerFn: (_key, value) => (typeof value === 'string' ? value.replace(UNSEEN, escaped) : value),
  });

const escaped = (sign: string): string =>
  sign < ' ' ? sign : `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`;
