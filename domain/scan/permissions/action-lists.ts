import {
  ESCALATION_PAIRS,
  handsAccessOn,
  IDENTITY,
  IDENTITY_EXCEPTIONS,
  KEYS,
  ORGANISATION_AND_BILLING,
} from '../../guardrails/dangerous-actions.ts';
import { ESCALATION } from '../../guardrails/escalation-table.ts';
import { HANDING_ON } from '../../guardrails/handing-on-table.ts';
import { LOG_TAMPERING } from '../../guardrails/log-tampering-table.ts';
import { isLike, patternsOverlap } from '../../shared/patterns.ts';

/** What an action lets its holder do, by the lists of the guardrails. */
export const powers = ['identity', 'escalation', 'organisation', 'logging', 'keys', 'handingOn'] as const;
export type Power = (typeof powers)[number];

const LISTS: Record<Exclude<Power, 'handingOn'>, readonly string[]> = {
  identity: IDENTITY,
  escalation: ESCALATION,
  organisation: ORGANISATION_AND_BILLING,
  logging: LOG_TAMPERING,
  keys: KEYS,
};

/** Verbs that change nothing. `iam:Get*` is in the guardrails' list of identities, which keeps templates out of a
 *  service as a whole; to read in it is no way to another role. */
const READS =
  /^(?:get|list|describe|batchget|batchdescribe|search|view|simulate|validate|check|lookup|query|scan|select|head|filter|test)/;

/** True for a pattern of actions, in lower case, whose name begins as that of a read. */
export const isReadPattern = (action: string): boolean => READS.test(action.slice(action.indexOf(':') + 1));

/** Reads whose answer is a secret or a credential. */
const SECRETS = [
  'secretsmanager:getsecretvalue',
  'secretsmanager:batchgetsecretvalue',
  'ssm:getparameter',
  'ssm:getparameters',
  'ssm:getparametersbypath',
  'ssm:getparameterhistory',
  'kms:decrypt',
];

/** What the lists say of actions, one pattern in lower case at a time. */
export type ActionReader = {
  powersOf(action: string): ReadonlySet<Power>;
  readsSecrets(action: string): boolean;
  assumesRoles(action: string): boolean;
  /** Whether an action is, or stands for, one of a service: `*` alone stands for none. */
  includes(action: string, wanted: string): boolean;
  /** The first pair of actions that together are a way to another role. */
  escalationPair(actions: readonly string[]): readonly [string, string] | undefined;
};

/** A reader that remembers its answers: accounts repeat the same few hundred actions over all their roles. */
export function actionReader(): ActionReader {
  const overlaps = remembered((action: string) => remembered((pattern: string) => overlap(action, pattern)));
  const powersOf = remembered(
    (action: string): ReadonlySet<Power> => new Set(powers.filter((power) => gives(action, power))),
  );
  return {
    powersOf,
    readsSecrets: (action) => SECRETS.some((secret) => overlaps(action)(secret)),
    assumesRoles: (action) => overlaps(action)('sts:assumerole'),
    includes: (action, wanted) => action !== '*' && overlaps(action)(wanted),
    escalationPair(actions) {
      for (const [left, right] of ESCALATION_PAIRS) {
        const one = actions.find((action) => overlaps(action.toLowerCase())(left));
        const other = one && actions.find((action) => overlaps(action.toLowerCase())(right));
        if (one && other) return [one, other];
      }
      return undefined;
    },
  };
}

function remembered<T>(answer: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text) ?? answer(text);
    known.set(text, found);
    return found;
  };
}

function gives(action: string, power: Power): boolean {
  if (isReadPattern(action) && power !== 'escalation') return false;
  if (power === 'handingOn') return handsAccessOn(action) || overlapsAny(action, HANDING_ON);
  if (IDENTITY_EXCEPTIONS.includes(action)) return false;
  return overlapsAny(action, LISTS[power]);
}

const overlapsAny = (action: string, list: readonly string[]): boolean =>
  list.some((pattern) => overlap(action, pattern.toLowerCase()));

/** Whether two patterns have an action in common; the usual action has no wildcard, and is decided in linear time. */
const overlap = (action: string, pattern: string): boolean =>
  /[*?]/.test(action) ? patternsOverlap(action, pattern) : isLike(action, pattern);
