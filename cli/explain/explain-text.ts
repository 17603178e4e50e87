import type { Diagnosis } from '../../domain/explanation/diagnosis.ts';
import { visible } from '../../domain/shared/text/visible-text.ts';

const shown = (value: string | string[] | null): string =>
  value === null ? 'nothing' : visible([value].flat().join(', '));

/** Codes that already say what is wrong with the signature, or that there is nothing to check. */
const withoutSignature = ['NO_TOKEN', 'TOKEN_UNREADABLE', 'SIGNATURE_INVALID'];

/** A diagnosis as an API of any version answers it: the list of codes grows. */
export type ShownDiagnosis = Omit<Diagnosis, 'code'> & { code: string };

/** An explanation for people. */
export function explanationText({
  admitted,
  code,
  verified,
  assumed = [],
  conditions,
  advice,
  snippet,
}: ShownDiagnosis): string {
  const isDoubtful = !verified && !withoutSignature.includes(code);
  const lines = [
    `${admitted ? 'admitted' : 'refused'}  ${visible(code)}${isDoubtful ? '  (signature not checked)' : ''}`,
    '',
    ...conditions.flatMap(({ key, operator, expected, actual, holds }) => [
      `  ${holds ? '\u2713' : '\u2717'} ${visible(key.slice(key.lastIndexOf(':') + 1))}  ${visible(operator)}`,
      `      wanted  ${shown(expected)}`,
      `      token   ${shown(actual)}`,
    ]),
    ...(assumed.length > 0
      ? [`  (${assumed.join(' and ')} taken as every step of the workspace has them)`]
      : []),
    '',
    visible(advice),
  ];
  const yaml = snippet?.split('\n').map((line) => `  ${visible(line)}`) ?? [];
  return [...lines, ...(yaml.length > 0 ? ['', ...yaml] : [])].join('\n').trimEnd();
}
