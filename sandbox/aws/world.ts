import { randomBytes } from 'node:crypto';
import type { Parameters, Xml } from './protocol/query-protocol.ts';
import type { State } from './state.ts';

/** The account that the sandbox stands in for. */
export type World = {
  accountId: string;
  /** Milliseconds since the epoch. */
  now(): number;
  state: State;
  /** Where the discovery and the keys of an issuer are really fetched; undefined: it cannot be reached. */
  resolveIssuer(issuer: string): string | undefined;
};

export type Call = {
  action: string;
  parameters: Parameters;
  world: World;
  /** From the signature; undefined for an unsigned call. */
  accessKeyId: string | undefined;
  /** The Region of the signature; undefined for an unsigned call. */
  region: string | undefined;
  /** When others see what this call writes, in milliseconds since the epoch. */
  visibleFrom: number;
};

/** Does one call and answers its result; undefined: an action without a result. Throws AwsError, and then has
 *  changed nothing. */
export type Action = (call: Call) => Xml | undefined | Promise<Xml | undefined>;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new AWS identifier: the prefix and `length` random upper-case alphanumerics. */
export const newId = (prefix: string, length: number): string =>
  prefix + [...randomBytes(length)].map((byte) => ALPHABET[byte % 32]).join('');
