import { type EpochMilliseconds, epochOf, toInstant } from '../../shared/time.ts';
import { type Condition, operatorOf } from './operators.ts';

/** Condition keys that describe the request and not the token, and that this file can judge. In lower case. */
export const CONTEXT_KEYS = new Set([
  'aws:sourceip',
  'aws:currenttime',
  'aws:epochtime',
  'aws:securetransport',
]);

/** A documentation address: TEST-NET-3 of RFC 5737. */
const ANY_ADDRESS = '203.0.113.10';

/** A value for a key of the request context that meets all demands: an address, or the current time. `none` if there
 *  is no such value, `unknown` if one of the conditions cannot be judged. */
export function requestValueFor(
  key: string,
  demands: readonly { condition: Condition; wanted: boolean }[],
  now: EpochMilliseconds,
): { kind: 'value'; value: string } | { kind: 'none' } | { kind: 'unknown' } {
  const networks = demands.flatMap(({ condition }) => condition.values.map(networkAddress));
  const candidates =
    key === 'aws:sourceip'
      ? [ANY_ADDRESS, ...networks.filter((address) => address !== undefined)]
      : [key === 'aws:securetransport' ? 'true' : toInstant(now)];
  const isUnknown = demands.some(({ condition }) => holds(condition, candidates[0] ?? '') === undefined);
  if (isUnknown) return { kind: 'unknown' };
  const value = candidates.find((candidate) =>
    demands.every(({ condition, wanted }) => holds(condition, candidate) === wanted),
  );
  return value === undefined ? { kind: 'none' } : { kind: 'value', value };
}

const DATES: Record<string, (actual: number, wanted: number) => boolean> = {
  dateequals: (a, b) => a === b,
  datelessthan: (a, b) => a < b,
  datelessthanequals: (a, b) => a <= b,
  dategreaterthan: (a, b) => a > b,
  dategreaterthanequals: (a, b) => a >= b,
};

const NUMBERS_OF_TIME: Record<string, string> = {
  numericlessthan: 'datelessthan',
  numericlessthanequals: 'datelessthanequals',
  numericgreaterthan: 'dategreaterthan',
  numericgreaterthanequals: 'dategreaterthanequals',
};

function holds({ operator, values }: Condition, actual: string): boolean | undefined {
  const { base } = operatorOf(operator);
  if (base === 'null') return values.some((value) => value.toLowerCase() === 'false');
  if (base === 'bool') return values.some((value) => value.toLowerCase() === actual);
  if (base === 'ipaddress' || base === 'notipaddress') {
    const inside = values.map((value) => isInNetwork(value, actual));
    if (inside.every((one) => one === undefined)) return undefined;
    return inside.includes(true) === (base === 'ipaddress');
  }
  const compare = DATES[NUMBERS_OF_TIME[base] ?? base];
  return compare && values.some((value) => compare(epochOf(actual), instantOf(value)));
}

const instantOf = (text: string): number => (/^\d+$/.test(text) ? Number(text) * 1000 : epochOf(text));

/** The four bytes of an IPv4 address as one number; undefined for anything else. */
function bytesOf(address: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  return match?.every((byte) => byte <= 255) ? match.reduce((sum, byte) => sum * 256 + byte, 0) : undefined;
}

function networkAddress(network: string): string | undefined {
  const [address = ''] = network.split('/');
  return bytesOf(address) === undefined ? undefined : address;
}

function isInNetwork(network: string, address: string): boolean | undefined {
  const [base = '', length = '32'] = network.split('/');
  const [left, right] = [bytesOf(base), bytesOf(address)];
  if (left === undefined || right === undefined || !/^\d{1,2}$/.test(length)) return undefined;
  const size = 2 ** (32 - Math.min(32, Number(length)));
  return Math.floor(left / size) === Math.floor(right / size);
}
