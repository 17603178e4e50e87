import { type FieldErrorAtPath, isGivenWith } from '../field-errors.ts';
import { hasStrayBraces, isBuiltIn } from '../placeholder.ts';
import { namesIn } from '../placeholder-position.ts';
import type { TemplateContent } from '../schema.ts';

/** A text of the step part with its path in the file, and the optional parameter that it is left out without. */
type StepText = { text: string; path: PropertyKey[]; when?: string | undefined; mayBeAbsent?: boolean };

/** Every error of a template's step part that its schema cannot find: unknown placeholders, optional parameters
 *  without a condition, conditions on required parameters. */
export function stepErrors(template: TemplateContent): FieldErrorAtPath[] {
  const conditions = [
    ...template.usage.map((line, n) => ({ line, path: ['usage', n] })),
    ...template.pipes.map((line, n) => ({ line, path: ['pipes', n] })),
  ];
  const texts: StepText[] = [
    ...template.usage.map(({ run, when }, n) => ({ text: run, path: ['usage', n], when })),
    ...template.pipes.flatMap(({ variables, when }, n) =>
      Object.entries(variables).map(([name, text]) => ({
        text,
        path: ['pipes', n, 'variables', name],
        when,
        mayBeAbsent: true,
      })),
    ),
  ];
  return [
    ...conditions.flatMap(({ line, path }) =>
      (['when', 'unless'] as const).flatMap((field) =>
        [line[field] ?? []]
          .flat()
          .filter((name) => !isOptional(template, name))
          .map((name) => ({
            path: [...path, field],
            detail: `${field} names ${name}, which is not an optional parameter`,
          })),
      ),
    ),
    ...texts.flatMap((text) => textErrors(template, text)),
    ...template.setup.flatMap((text, n) =>
      /\{\{/.test(text) ? [{ path: ['setup', n], detail: 'setup takes no placeholders' }] : [],
    ),
  ];
}

const isOptional = ({ parameters }: TemplateContent, name: string): boolean =>
  Object.hasOwn(parameters, name) && parameters[name]?.optional === true;

function textErrors(
  template: TemplateContent,
  { text, path, when, mayBeAbsent }: StepText,
): FieldErrorAtPath[] {
  // The shell has braces of its own; only doubled ones are ours.
  if (/\{\{/.test(text) && hasStrayBraces(doubledOnly(text))) {
    return [{ path, detail: `stray braces in ${text}` }];
  }
  const names = namesIn(text);
  const lists = names.filter((name) => template.parameters[name]?.list);
  return [
    ...(lists.length > 1 ? [{ path, detail: `${text} holds more than one list: ${lists.join(', ')}` }] : []),
    ...names.flatMap((name) => {
      const detail = nameError(template, name, mayBeAbsent ? name : when);
      return detail ? [{ path, detail }] : [];
    }),
  ];
}

/** `text` without the braces that the shell or JSON reads. */
const doubledOnly = (text: string): string => text.replaceAll(/(?<!\{)\{(?!\{)|(?<!\})\}(?!\})/g, '');

function nameError(template: TemplateContent, name: string, given: string | undefined): string | undefined {
  if (isBuiltIn(name)) {
    return name.startsWith('aws.')
      ? undefined
      : `{{${name}}} is chosen in Bitbucket: use its variable, e.g. $BITBUCKET_REPO_SLUG`;
  }
  if (!Object.hasOwn(template.parameters, name))
    return `{{${name}}} is neither a parameter nor a built-in value`;
  return isOptional(template, name) && !isGivenWith(template, name, given)
    ? `{{${name}}} is optional: write { when: ${name}, run: … }`
    : undefined;
}
