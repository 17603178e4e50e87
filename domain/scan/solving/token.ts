import type { EpochMilliseconds } from '../../shared/time.ts';
import type { IssuerModel } from '../issuers/issuer.ts';
import {
  type FieldValues,
  fieldsOf,
  foreignSubject,
  pinnedFields,
  readSubject,
  subjectGuides,
  subjectOf,
  subjectPattern,
  subjectsWith,
  type Template,
} from '../issuers/subject.ts';
import { type Demand, demandSets, type KeyDomain, type KeyResult, meetDemands } from './demands.ts';
import { type Condition, holdsForValues } from './operators.ts';
import { charsPattern, matches, runPattern, textPattern } from './pattern.ts';
import { CONTEXT_KEYS, requestValueFor } from './request-context.ts';

/** Which tokens are looked for: those of a form whose subject has the `given` values and none of the `excluded` ones, and
 *  whose further claims are none of `foreignTo`, by claim. */
export type TokenForm = {
  template: Template;
  given: FieldValues;
  excluded: readonly FieldValues[];
  foreignTo: Readonly<Record<string, readonly string[]>>;
};

/** What is asked: does a token of a form get in by this Allow, past these Denies? `audiences`: the lists of `aud` that its
 *  issuer signs and the provider takes, the usual first; undefined where any audience goes. */
export type TokenQuestion = {
  provider: string;
  model: IssuerModel;
  audiences: readonly (readonly string[])[] | undefined;
  form: TokenForm;
  allow: readonly Condition[];
  denies: readonly (readonly Condition[])[];
  now: EpochMilliseconds;
};

/** A token that gets in. `keys`: further claims that conditions ask for; `request`: what else the request must have.
 *  `isStranger`: its owner and repository are those of a stranger, so that any others get in, too. */
export type AdmittedToken = {
  sub: string;
  aud: readonly string[];
  keys: Readonly<Record<string, string>>;
  request: { sessionName?: string; sourceIp?: string };
  fields: FieldValues;
  isStranger: boolean;
};

export type TokenAnswer =
  | { kind: 'admitted'; token: AdmittedToken }
  | { kind: 'none' }
  | { kind: 'unknown'; conditions: string[] };

/** Solves the conditions for a token. `none` is a proof for what is known of the issuer; `unknown` names the conditions
 *  that could not be judged. */
export function solveToken(question: TokenQuestion): TokenAnswer {
  const sets = demandSets(question.allow, question.denies);
  if (!sets) return { kind: 'unknown', conditions: ['more Deny conditions than are looked through'] };
  const answers: TokenAnswer[] = [];
  for (const demands of sets) {
    const answer = solveDemands(question, demands);
    if (answer.kind === 'admitted') return answer;
    answers.push(answer);
  }
  return answers.find(({ kind }) => kind === 'unknown') ?? { kind: 'none' };
}

const isOn =
  (key: string) =>
  ({ condition }: Demand): boolean =>
    condition.key === key;

function solveDemands(question: TokenQuestion, demands: readonly Demand[]): TokenAnswer {
  const claimKey = (claim: string) => `${question.provider}:${claim}`.toLowerCase();
  const linked = Object.entries(question.model.claims).filter(
    ([claim, { linkedTo }]) =>
      linkedTo && isLinkedIn(question.form.template, linkedTo) && demands.some(isOn(claimKey(claim))),
  );
  const given: Record<string, string> = { ...question.form.given };
  const results = new Map<string, KeyResult>();
  for (const [claim, { linkedTo = [] }] of linked) {
    const result = meetDemands(
      linkedDomain(question.form, given, linkedTo),
      demands.filter(isOn(claimKey(claim))),
    );
    results.set(claimKey(claim), result);
    if (result.kind === 'found') {
      const template = linkedTemplate(question.form.template, linkedTo);
      const fields = readSubject(template, result.values?.[0] ?? '') ?? {};
      for (const [name, value] of Object.entries(fields)) given[name] ??= value;
    }
  }
  const subKey = claimKey('sub');
  const onSub = demands.filter(isOn(subKey));
  const sub = meetDemands(subjectDomain(question.form, given, onSub), onSub);
  if (linked.length > 0 && sub.kind === 'none')
    return solveSubjectFirst(
      question,
      demands,
      linked.map(([claim]) => claimKey(claim)),
    );
  results.set(subKey, readable({ ...question.form, given }, sub, onSub));
  return answerOf(question, demands, results);
}

/** The same subject with words that can be read, where those get in as well: `acme-globex` for `acmeg`. */
function readable(form: TokenForm, result: KeyResult, demands: readonly Demand[]): KeyResult {
  if (result.kind === 'none' || result.isPreferred || result.doubt) return result;
  const excluded = form.excluded.map((values) => subjectsWith(form.template, values));
  let fields = readSubject(form.template, result.values?.[0] ?? '') ?? {};
  for (const { field, foreign, pattern } of fieldsOf(form.template)) {
    if (form.given[field] !== undefined) continue;
    for (const word of [foreign, `${(fields[field] ?? '').slice(0, -1)}-${foreign}`]) {
      const next = { ...fields, [field]: word };
      const sub = subjectOf(form.template, next);
      const isGood =
        matches(pattern, word) &&
        !excluded.some((one) => matches(one, sub)) &&
        demands.every(({ condition, wanted }) => holdsForValues(condition, [sub]) === wanted);
      if (!isGood) continue;
      fields = next;
      break;
    }
  }
  return { ...result, values: [subjectOf(form.template, fields)] };
}

/** The other order: the subject first, and the claims that repeat it checked against it. */
function solveSubjectFirst(
  question: TokenQuestion,
  demands: readonly Demand[],
  linkedKeys: readonly string[],
): TokenAnswer {
  const subKey = `${question.provider}:sub`.toLowerCase();
  const onSub = demands.filter(isOn(subKey));
  const sub = meetDemands(subjectDomain(question.form, question.form.given, onSub), onSub);
  if (sub.kind === 'none') return sub;
  const fields = readSubject(question.form.template, sub.values?.[0] ?? '') ?? {};
  const results = new Map<string, KeyResult>([[subKey, sub]]);
  for (const key of linkedKeys) {
    const claim = key.slice(question.provider.length + 1);
    const value = linkedValue(question.model.claims[claim]?.linkedTo ?? [], fields);
    const isMet = demands
      .filter(isOn(key))
      .every(({ condition, wanted }) => holdsForValues(condition, [value]) === wanted);
    if (!isMet) return { kind: 'unknown', conditions: [`${key} together with ${subKey}`] };
    results.set(key, { kind: 'found', values: [value], isPreferred: true, doubt: false });
  }
  return answerOf(question, demands, results);
}

/** Solves every key that is still open, and puts the token together. */
function answerOf(
  question: TokenQuestion,
  demands: readonly Demand[],
  solved: ReadonlyMap<string, KeyResult>,
): TokenAnswer {
  const prefix = `${question.provider}:`.toLowerCase();
  const results = new Map(solved);
  const doubts: string[] = [];
  for (const key of new Set([`${prefix}aud`, ...demands.map(({ condition }) => condition.key)])) {
    const onKey = demands.filter(isOn(key));
    if (!results.has(key)) results.set(key, solveKey(question, key, onKey));
    const result = results.get(key);
    if (!result || result.kind === 'none') return { kind: 'none' };
    if (result.doubt)
      doubts.push(...onKey.map(({ condition }) => `${condition.operator} ${condition.shownKey}`));
  }
  if ([...results.values()].some(({ kind }) => kind === 'none')) return { kind: 'none' };
  if (doubts.length > 0) return { kind: 'unknown', conditions: [...new Set(doubts)] };
  return { kind: 'admitted', token: tokenOf(question, prefix, results) };
}

function tokenOf(
  question: TokenQuestion,
  prefix: string,
  results: ReadonlyMap<string, KeyResult>,
): AdmittedToken {
  const valuesOf = (key: string): readonly string[] => {
    const result = results.get(key);
    return (result?.kind === 'found' ? result.values : undefined) ?? [];
  };
  const sub = valuesOf(`${prefix}sub`)[0] ?? '';
  const fields = readSubject(question.form.template, sub) ?? {};
  const names = Object.keys(question.model.claims);
  const keys = names.flatMap((claim) => {
    const [value] = valuesOf(`${prefix}${claim}`.toLowerCase());
    return value === undefined ? [] : [[claim, value] as const];
  });
  const [sessionName] = valuesOf('sts:rolesessionname');
  const [sourceIp] = valuesOf('aws:sourceip');
  return {
    sub,
    aud: valuesOf(`${prefix}aud`),
    keys: Object.fromEntries(keys),
    request: { ...(sessionName ? { sessionName } : {}), ...(sourceIp ? { sourceIp } : {}) },
    fields,
    isStranger: fieldsOf(question.form.template).every(
      ({ field, part, foreign }) =>
        part === 'rest' || question.form.given[field] !== undefined || fields[field] === foreign,
    ),
  };
}

function solveKey(question: TokenQuestion, key: string, demands: readonly Demand[]): KeyResult {
  if (!CONTEXT_KEYS.has(key)) return meetDemands(domainOf(question, key), demands);
  const result = requestValueFor(key, demands, question.now);
  if (result.kind === 'none') return result;
  const values = result.kind === 'value' ? [result.value] : undefined;
  return { kind: 'found', values, isPreferred: true, doubt: result.kind === 'unknown' };
}

/** What a role session may be called, in two or more characters. Source: STS API Reference, RoleSessionName. */
const SESSION_NAME = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-';

/** Session tags and the source identity come from claims that no known issuer of steps and jobs signs. */
const FROM_TAGS = /^(?:aws:requesttag\/|aws:tagkeys$|sts:transitivetagkeys$|sts:sourceidentity$)/;

function domainOf({ provider, model, audiences, form }: TokenQuestion, key: string): KeyDomain {
  const prefix = `${provider}:`.toLowerCase();
  if (key === `${prefix}aud`) {
    if (audiences) return { kind: 'lists', lists: audiences };
    return {
      kind: 'text',
      shape: runPattern(),
      preferred: model.defaultAudience ?? 'sts.amazonaws.com',
      guides: [],
      but: [],
    };
  }
  if (key === 'sts:rolesessionname') {
    const shape = [...charsPattern(SESSION_NAME, 1), ...runPattern(SESSION_NAME)];
    return { kind: 'text', shape, preferred: 'scan', guides: [], but: [] };
  }
  if (FROM_TAGS.test(key)) return { kind: 'absent' };
  if (!key.startsWith(prefix)) return isIssuersKey(key) ? { kind: 'absent' } : { kind: 'unknown' };
  const entry = Object.entries(model.claims).find(([claim]) => `${prefix}${claim}`.toLowerCase() === key);
  // AWS has no key for the claim, or the form of the token lacks it.
  if (!entry || isMissing(form.template, entry[0], entry[1].linkedTo)) return { kind: 'absent' };
  const [name, { chars }] = entry;
  return {
    kind: 'text',
    shape: runPattern(chars === 'digits' ? '0123456789' : undefined),
    preferred: chars === 'digits' ? '987654321' : 'any',
    guides: [],
    but: (form.foreignTo[name] ?? []).map(textPattern),
  };
}

/** True for a key of another provider: their names hold a dot, those of AWS's own services do not. */
const isIssuersKey = (key: string): boolean => key.slice(0, key.lastIndexOf(':')).includes('.');

/** A job without an environment has no claim of it; a ref it always has. */
const isMissing = (template: Template, claim: string, linkedTo: readonly string[] | undefined): boolean =>
  claim === 'environment' && linkedTo !== undefined && !isLinkedIn(template, linkedTo);

const hasField = (template: Template, name: string): boolean =>
  fieldsOf(template).some(({ field }) => field === name);

/** Field names among the parts of a linked claim; the others are text between them. */
const isFieldName = (part: string): boolean => /^[a-z]+$/.test(part);

const isLinkedIn = (template: Template, linkedTo: readonly string[]): boolean =>
  linkedTo.filter(isFieldName).every((part) => hasField(template, part));

const linkedTemplate = (template: Template, linkedTo: readonly string[]): Template =>
  linkedTo.map((part) => fieldsOf(template).find(({ field }) => field === part) ?? part);

/** A claim's value as its subject has it; GitHub's ids behind `@` are in the subject only. */
const linkedValue = (linkedTo: readonly string[], fields: FieldValues): string =>
  linkedTo.map((part) => (isFieldName(part) ? withoutId(fields[part] ?? '') : part)).join('');

const withoutId = (name: string): string => name.replace(/@\d+$/, '');

const withoutIds = (fields: FieldValues): FieldValues =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, withoutId(value)]));

function linkedDomain(form: TokenForm, given: FieldValues, linkedTo: readonly string[]): KeyDomain {
  const template = linkedTemplate(form.template, linkedTo);
  const names = linkedTo.filter(isFieldName);
  const excluded = form.excluded.filter((values) =>
    Object.keys(values).every((name) => names.includes(name)),
  );
  return {
    kind: 'text',
    shape: subjectPattern(template, withoutIds(given)),
    preferred: foreignSubject(template, withoutIds(given)),
    guides: subjectGuides(template, withoutIds(given)),
    but: excluded.map((values) => subjectsWith(template, withoutIds(values))),
  };
}

const subjectDomain = (form: TokenForm, given: FieldValues, demands: readonly Demand[]): KeyDomain => ({
  kind: 'text',
  shape: subjectPattern(form.template, given),
  preferred: foreignSubject(form.template, given),
  tries: likelySubjects(form.template, given, demands),
  guides: subjectGuides(form.template, given),
  but: form.excluded.map((values) => subjectsWith(form.template, values)),
});

/** A stranger's subjects with the context that a value names behind its repository, such as a branch. */
const likelySubjects = (template: Template, given: FieldValues, demands: readonly Demand[]): string[] =>
  demands
    .filter(({ wanted }) => wanted)
    .flatMap(({ condition }) => condition.values)
    .flatMap((value) => {
      const named = pinnedFields(template, value, true) ?? {};
      const context = fieldsOf(template).flatMap(({ field, part }) =>
        part === 'rest' && named[field] !== undefined ? [[field, named[field]] as const] : [],
      );
      return context.length > 0
        ? [foreignSubject(template, { ...Object.fromEntries(context), ...given })]
        : [];
    });
