import type { KnownBlock } from '@slack/types';
import type { GrantIntent } from '../../../domain/grants/intent.ts';
import type { Plan } from '../../../domain/planning/plan.ts';
import type { Replacement } from '../../../domain/planning/replacement.ts';
import { durationText, type Seconds } from '../../../domain/shared/time.ts';
import { type ParameterValue, valuesOf } from '../../../domain/templates/parameters.ts';
import { code, fitsCode, lines, plainSection, section, wholeTexts } from './blocks.ts';
import { permissionList } from './permission-list.ts';
import { slackTime } from './times.ts';

const valueText = (value: ParameterValue | undefined): string =>
  value === undefined ? '_none_' : valuesOf(value).map(code).join(' ');

/** A replaced parameter with its value now and then. Trusted mrkdwn. */
export const replacedText = ({ parameter, now, then }: Replacement): string =>
  `${code(parameter)}: ${valueText(now)} → ${valueText(then)}`;

/** The parameters as they are to be, a line each; those that a request replaces with their values now, too. Trusted mrkdwn. */
export function parameterLines({ parameters }: GrantIntent, replaces: readonly Replacement[]): string[] {
  const replaced = new Map(replaces.map((one) => [one.parameter, one]));
  const names = [...new Set([...Object.keys(parameters), ...replaced.keys()])];
  return names.map((name) => {
    const change = replaced.get(name);
    return `• ${change ? replacedText(change) : `${code(name)}: ${valueText(parameters[name])}`}`;
  });
}

/** The same in as many texts as it takes; undefined where a value would be cut, or the texts are too many. */
export function wholeParameters(intent: GrantIntent, replaces: readonly Replacement[]): string[] | undefined {
  const values = [
    ...Object.values(intent.parameters),
    ...replaces.flatMap(({ now, then }) => [now ?? [], then ?? []]),
  ];
  const isWhole = values.every((value) => valuesOf(value).every(fitsCode));
  return isWhole ? wholeTexts(parameterLines(intent, replaces)) : undefined;
}

const endText = (at: string | undefined): string => (at === undefined ? 'never' : slackTime(at));

/** When a grant ends, and when it would end by what is asked for. A lifetime that was asked for begins at the approval. */
export function expiryText({ expiresAt, risk }: Plan, expiresInSeconds: Seconds | undefined): string {
  const end = endText(expiresAt.then);
  const then =
    expiresInSeconds === undefined ? end : `${end}: ${durationText(expiresInSeconds)} from the approval`;
  const isChange = risk !== 'new' && expiresAt.now !== expiresAt.then;
  return isChange ? `${then} (now ${endText(expiresAt.now)})` : then;
}

const sessionLength = (seconds: number): string =>
  seconds % 3600 === 0 ? `${seconds / 3600} h` : `${Math.floor(seconds / 60)} min`;

/** How long a session lasts at most, and how long now. */
export function sessionText({ maxSessionDuration: { now, then = 0 } }: Plan): string {
  const text = sessionLength(then);
  return now === undefined || now === then ? text : `${text} (now ${sessionLength(now)})`;
}

/** Whether other tokens are admitted than now. */
export function trustText({ trustPolicyChanged, risk }: Plan): string {
  if (risk === 'new') return 'new';
  return trustPolicyChanged ? '*changes*: other tokens would be admitted than now' : 'unchanged';
}

/** What a plan has replaced and taken away, and its warnings, for the person who asked. */
export function changeBlocks({ replaces, lost, warnings }: Plan): KnownBlock[] {
  const items = replaces.map((one) => ({ text: `• ${replacedText(one)}` }));
  return [
    ...(items.length > 0
      ? [section(`*Replaced*\n${lines(items, (left) => `… and ${left} more`, 2900)}`)]
      : []),
    ...(lost.length > 0 ? [section(`*Lost*\n${permissionList(lost, 2900)}`)] : []),
    ...(warnings.length > 0 ? [plainSection(warnings.map((one) => `⚠ ${one}`).join('\n'))] : []),
  ];
}
