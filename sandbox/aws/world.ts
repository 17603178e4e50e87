import { randomBytes } from 'node:crypto';
import type { Parameters, Xml } from './protocol/query-protocol.ts';
import type { State } from './state.ts';

/** The one organisation that the sandbox knows. */
export const ORGANIZATION = 'o-sandbox0001';

/** One of the accounts that the sandbox stands in for. */
export type World = {
  accountId: string;
  /** The partition of all accounts, e.g. `aws-cn`: no call leads from one partition to another. */
  partition: string;
  /** The id of its organisation; undefined for an account in none. */
  organization: string | undefined;
  /** Roles that each account may have. */
  rolesQuota: number;
  /** Milliseconds since the epoch. */
  now(): number;
  state: State;
  /** Any account, by twelve digits. */
  account(id: string): World;
  /** The accounts in which something was done. */
  accounts(): World[];
  /** Resolves once everything written so far, in any account, is in the file. */
  save(): Promise<void>;
  /** Where the discovery and the keys of an issuer are really fetched; undefined: it cannot be reached. */
  resolveIssuer(issuer: string): string | undefined;
};

export type Call = {
  action: string;
  parameters: Parameters;
  /** The account that signed; for an unsigned call that of the role that it names. */
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

/** The account that an ARN names; undefined where it names none. */
export const accountIn = (arn: string): string | undefined =>
  /^arn:[a-z-]+:[a-z0-9-]+:[^:]*:(\d{12}):/.exec(arn)?.[1];

/** The account in which STS issued an access key; undefined where it issued none of that id. */
export const accountOfSession = (world: World, accessKeyId: string): World | undefined =>
  world.accounts().find(({ state }) => state.sessions.seen(accessKeyId) !== undefined);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new AWS identifier: the prefix and `length` random upper-case alphanumerics. */
export const newId = (prefix: string, length: number): string =>
  prefix + [...randomBytes(length)].map((byte) => ALPHABET[byte % 32]).join('');
