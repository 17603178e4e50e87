import {
  ESCALATION,
  ESCALATION_PAIRS,
  HANDING_ON,
  handsAccessOn,
  IDENTITY,
  IDENTITY_EXCEPTIONS,
  KEYS,
  LOG_TAMPERING,
  ORGANISATION_AND_BILLING,
} from '../../guardrails/dangerous-actions.ts';
import { patternsOverlap } from '../../shared/patterns.ts';

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

/** Verbs that change nothing. `iam:Get*` stands in the guardrails' list of identities, which keeps templates out of a
 *  service as a whole; to read in it is no way to another role. */
const READS =
  /^(?:get|list|describe|batchget|batchdescribe|search|view|simulate|validate|check|lookup|query|scan|select|head|filter|test)/;

/** True for an action whose name says that it only reads. Takes one pattern in lower case. */
export const onlyReads = (action: string): boolean => READS.test(action.slice(action.indexOf(':') + 1));

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

export const readsSecrets = (action: string): boolean =>
  SECRETS.some((secret) => patternsOverlap(action, secret));

/** Says which powers an action gives, one pattern in lower case at a time. Remembers its answers: accounts repeat the same
 *  few hundred actions over all their roles. */
export function powerReader(): (action: string) => ReadonlySet<Power> {
  const known = new Map<string, ReadonlySet<Power>>();
  return (action) => {
    const found = known.get(action) ?? new Set(powers.filter((power) => gives(action, power)));
    known.set(action, found);
    return found;
  };
}

function gives(action: string, power: Power): boolean {
  if (onlyReads(action) && power !== 'escalation') return false;
  if (power === 'handingOn') return handsAccessOn(action) || overlaps(action, HANDING_ON);
  if (IDENTITY_EXCEPTIONS.includes(action)) return false;
  return overlaps(action, LISTS[power]);
}

const overlaps = (action: string, list: readonly string[]): boolean =>
  list.some((pattern) => patternsOverlap(action, pattern.toLowerCase()));

/** The first pair of actions that together are a way to another role, as the policy writes them. */
export function escalationPair(actions: readonly string[]): readonly [string, string] | undefined {
  for (const [left, right] of ESCALATION_PAIRS) {
    const one = actions.find((action) => patternsOverlap(action.toLowerCase(), left));
    const other = one && actions.find((action) => patternsOverlap(action.toLowerCase(), right));
    if (one && other) return [one, other];
  }
  return undefined;
}
