import { dnsSuffixOf } from '../built-ins.ts';
import { type ParameterValue, valuesOf } from '../parameters.ts';
import { placeholdersOf } from '../placeholder.ts';
import { fillShellLine } from './shell-text.ts';
import type { StepGrant } from './step-grant.ts';
import type { TemplatePipe } from './step-schema.ts';

/** A pipe of a step with its variables filled in. */
export type FilledPipe = { pipe: string; variables: [name: string, value: string][] };

/** The commands of a template's `usage` for one grant. A line with a list is repeated for each of its values. A line that
 *  depends on a parameter which the grant lacks is left out, also where the template has changed since. */
export function usageCommands(grant: StepGrant): string[] {
  const values = valuesFor(grant);
  const lines = (grant.template.step?.usage ?? []).filter((line) => belongs(line, grant));
  return lines.flatMap(({ run }) => {
    const names = [...new Set(placeholdersOf(run))];
    if (!names.every((name) => values.has(name))) return [];
    const list = names.find((name) => Array.isArray(values.get(name)));
    const rounds = valuesOf(list === undefined ? '' : (values.get(list) ?? ''));
    return rounds.map((ofList) =>
      fillShellLine(run, (name) => (name === list ? ofList : String(values.get(name)))),
    );
  });
}

/** The pipes of a template for one grant; empty where no pipe does its job. A variable that depends on a parameter which
 *  the grant lacks is left out; a list is separated by spaces. */
export function filledPipes(grant: StepGrant): FilledPipe[] {
  const values = valuesFor(grant);
  const pipes = (grant.template.step?.pipes ?? []).filter((pipe) => belongs(pipe, grant));
  return pipes.map(({ pipe, variables }) => ({
    pipe,
    variables: Object.entries(variables).flatMap(([name, text]): [string, string][] => {
      if (!placeholdersOf(text).every((placeholder) => values.has(placeholder))) return [];
      const filled = text.replace(/\{\{([^{}]*)\}\}/g, (_, placeholder: string) =>
        valuesOf(values.get(placeholder) ?? '').join(' '),
      );
      return [[name, filled]];
    }),
  }));
}

const belongs = ({ when, unless }: Pick<TemplatePipe, 'when' | 'unless'>, { parameters }: StepGrant) =>
  (when === undefined || Object.hasOwn(parameters, when)) &&
  ![unless ?? []].flat().some((name) => Object.hasOwn(parameters, name));

const valuesFor = ({ parameters, account }: StepGrant): ReadonlyMap<string, ParameterValue> =>
  new Map<string, ParameterValue>([
    ...Object.entries(parameters),
    ['aws.partition', account.partition],
    ['aws.accountId', account.id],
    ['aws.region', account.region],
    ['aws.dnsSuffix', dnsSuffixOf(account.partition)],
  ]);
