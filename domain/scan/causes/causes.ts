import type { TrustStatement } from '../account/trust-document.ts';
import { audienceLists } from '../reach/audiences.ts';
import { comparesWith } from '../reach/pins.ts';
import type { ReachQuestion } from '../reach/reach.ts';
import {
  type Condition,
  demandOnText,
  holdsForValues,
  holdsWithoutKey,
  operatorOf,
} from '../solving/operators.ts';
import type { Cause } from './cause.ts';
import { judgeSubjectValues } from './subject-values.ts';

/** What is wrong with the conditions of one Allow for a provider, from its text alone. */
export function causesOf(statement: TrustStatement, question: ReachQuestion): Cause[] {
  const prefix = `${question.provider}:`.toLowerCase();
  const own = statement.conditions.filter(({ key }) => key.startsWith(prefix));
  const on = (claim: string) => own.filter(({ key }) => key === `${prefix}${claim}`);
  const further = own.filter(({ key }) => key !== `${prefix}sub` && key !== `${prefix}aud`);
  return [
    ...(statement.federated.includes('*')
      ? [
          {
            code: 'ANY_PRINCIPAL',
            effect: 'opens',
            summary: 'trusts every principal, and with it every provider of the account',
          } as const,
        ]
      : []),
    ...subjectCauses(on('sub'), further, question),
    ...audienceCauses(on('aud'), question),
    ...further.flatMap((condition) => claimCauses(condition, prefix, question)),
  ];
}

const shown = ({ operator, shownKey }: Condition): string =>
  `${operator} ${shownKey.slice(shownKey.lastIndexOf(':') + 1)}`;

function subjectCauses(
  conditions: readonly Condition[],
  further: readonly Condition[],
  question: ReachQuestion,
): Cause[] {
  const { model } = question;
  const names = ({ key }: Condition) => {
    const claim = Object.entries(model.claims).find(([name]) => key.endsWith(`:${name.toLowerCase()}`));
    return claim !== undefined && claim[1].belongsTo !== 'any';
  };
  if (conditions.length === 0) {
    if (further.some((one) => names(one) && comparesWith(one.operator))) return [];
    return [
      {
        code: 'NO_SUBJECT',
        effect: 'opens',
        summary: `has no condition on sub, so that it does not say which ${model.nouns.repository} it is for`,
      },
    ];
  }
  return conditions.flatMap((condition) => [
    ...trapCauses(condition, 'always'),
    ...(comparesWith(condition.operator)
      ? judgeSubjectValues(condition, question)
      : negationCauses(condition)),
  ]);
}

function negationCauses(condition: Condition): Cause[] {
  const demand = demandOnText(condition);
  if (demand.kind !== 'patterns' || !demand.isNegated) return [];
  return [
    {
      code: 'ONLY_EXCLUDES',
      effect: 'opens',
      summary: `says with ${shown(condition)} who is kept out, so that everyone else gets in`,
    },
  ];
}

/** Whether tokens have a claim, as AWS sees it. */
type Presence = 'always' | 'sometimes' | 'never';

const WHERE_MISSING: Record<Presence, string> = {
  always: 'which every token has: it adds nothing today, and holds for a token without one',
  sometimes: 'a claim that tokens may lack: it holds for those without',
  never: 'which holds where there is no such key: always',
};

/** The operators that hold where a claim is missing, and `Null`. */
function trapCauses(condition: Condition, presence: Presence): Cause[] {
  const { set, base, ifExists } = operatorOf(condition.operator);
  const isAlwaysThere = presence === 'always';
  const effect = isAlwaysThere ? 'weak' : 'opens';
  const missing = WHERE_MISSING[presence];
  if (base === 'null') {
    const holds = isAlwaysThere
      ? demandOnText(condition).kind === 'constant' && holdsForValues(condition, [''])
      : holdsWithoutKey(condition);
    const outcome = holds ? 'every token fulfils that' : 'no token fulfils that';
    return [
      {
        code: 'NULL_CONDITION',
        effect: holds ? 'opens' : 'closes',
        summary: `asks with ${shown(condition)} only whether the claim is there; ${outcome}`,
      },
    ];
  }
  return [
    ...(set === 'ForAllValues'
      ? [
          {
            code: 'FOR_ALL_VALUES',
            effect,
            summary: `compares with ${shown(condition)}, ${missing}`,
          } as const,
        ]
      : []),
    ...(ifExists
      ? [{ code: 'IF_EXISTS', effect, summary: `compares with ${shown(condition)}, ${missing}` } as const]
      : []),
  ];
}

function audienceCauses(conditions: readonly Condition[], question: ReachQuestion): Cause[] {
  const { model, audiences } = question;
  const takesAll = (condition: Condition) =>
    comparesWith(condition.operator)?.wildcards === true && condition.values.some((one) => /^\*+$/.test(one));
  const strict = conditions.filter((one) => !takesAll(one) && operatorOf(one.operator).base !== 'null');
  const traps = conditions.flatMap((one) => trapCauses(one, 'always'));
  if (strict.length === 0) {
    const what =
      conditions.length === 0 ? 'has no condition on aud' : 'has a condition on aud that takes all';
    return [
      ...traps,
      {
        code: 'NO_AUDIENCE',
        effect: 'weak',
        summary: `${what}; only the provider's list of client ids checks it`,
      },
    ];
  }
  const literal = strict.filter(
    ({ operator, values }) => comparesWith(operator)?.wildcards === false && values.some(isWild),
  );
  const lists = audienceLists(model, audiences) ?? [];
  const isOpenEnded = audienceLists(model, audiences) === undefined;
  const isMet = lists.some((list) => strict.every((one) => holdsForValues(one, list) !== false));
  const wrong = literal.length === 0 && !isOpenEnded && !isMet;
  return [
    ...traps,
    ...literal.map(literalCause),
    ...(wrong
      ? [
          unknownAudience(
            strict.flatMap(({ values }) => values),
            question,
          ),
        ]
      : []),
  ];
}

const isWild = (value: string): boolean => /[*?]/.test(value);

const literalCause = (condition: Condition): Cause => ({
  code: 'LITERAL_WILDCARD',
  effect: 'closes',
  summary: `compares ${condition.values.filter(isWild).join(', ')} by ${condition.operator}, which takes * and ? as plain characters`,
});

function unknownAudience(values: readonly string[], { model, audiences }: ReachQuestion): Cause {
  const usual = audiences.usual === undefined ? '' : `; its tokens have ${audiences.usual}`;
  const registered = audiences.registered?.includes(values[0] ?? '') === false;
  const why = registered
    ? "which is not in the provider's list"
    : `which no token of ${model.name} has alone`;
  return {
    code: 'AUDIENCE_UNKNOWN',
    effect: 'closes',
    summary: `asks for the audience ${values.join(', ')}, ${why}${usual}`,
  };
}

/** Causes in a condition on another claim: one that AWS has no key for, or one that a token may lack. */
function claimCauses(condition: Condition, prefix: string, { model }: ReachQuestion): Cause[] {
  const claim = condition.key.slice(prefix.length);
  const isKnown = Object.keys(model.claims).some((one) => one.toLowerCase() === claim);
  if (isKnown || ['amr', 'email', 'oaud'].includes(claim)) return trapCauses(condition, 'sometimes');
  const holds = holdsWithoutKey(condition) === true;
  const outcome = holds
    ? `; ${condition.operator} holds for a missing key, and so for every token`
    : '; no token passes the condition';
  const unknown: Cause = {
    code: 'UNKNOWN_CLAIM',
    effect: holds ? 'opens' : 'closes',
    summary: `compares the claim ${condition.shownKey.slice(prefix.length)}, which AWS has no condition key for${outcome}`,
  };
  return [unknown, ...trapCauses(condition, 'never')];
}
