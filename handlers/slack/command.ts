import { parseRepositoryName } from '../../domain/bitbucket/repository.ts';
import { isReason, parseGrantRequest } from '../../domain/grants/request.ts';
import type { SlackRequest } from '../../domain/messaging/worker-message.ts';
import { type GrantId, parseGrantId } from '../../domain/shared/identifiers.ts';
import { nearestName } from '../../domain/shared/suggestion.ts';
import { exampleParameters, parseParameters } from '../../domain/templates/parameters.ts';
import type { Template } from '../../domain/templates/template.ts';
import { type Word, wordsOf } from './tokenizer.ts';

/** What is said of a reason that the log does not take. */
export const REASON_RULE = 'Give a reason of 1 to 500 characters.';

/** What people type before everything else. */
export const COMMAND = '/aws-role';

/** What a command asks for. `form` opens the request form; `templates` and `help` need no look-up; `confirm-revoke` asks the person
 *  whether they mean it. */
export type Command =
  | { verb: 'help' }
  | { verb: 'form' }
  | { verb: 'templates'; name?: string }
  | { verb: 'request'; request: SlackRequest }
  | { verb: 'list'; repository?: string }
  | { verb: 'show' | 'explain'; grantId: GrantId }
  | { verb: 'confirm-revoke'; grantId: GrantId; reason?: string };

/** A command that was not understood: what is wrong with it, and how it could be right. `understood` says what was. */
export type CommandHelp = { errors: string[]; understood?: string; example: string };

type Templates = ReadonlyMap<string, Template>;

const VERBS = ['request', 'list', 'show', 'explain', 'revoke', 'templates', 'help'] as const;
/** Words with `=` that are no parameters of a template. */
const OPTIONS = ['env', 'for', 'name', 'account'] as const;
const OPTION_ALIASES = new Map<string, (typeof OPTIONS)[number]>([
  ['environment', 'env'],
  ['expires', 'for'],
]);

/** Parses a command. All mistakes are reported together, with the nearest valid names and one example that
 *  works. */
export function parseCommand(text: string, templates: Templates): Command | CommandHelp {
  const cut = wordsOf(text);
  if ('fieldError' in cut) return { errors: [cut.fieldError], example: exampleRequest(templates) };
  const [first, ...rest] = cut.words;
  if (!first) return { verb: 'form' };
  const verb = VERBS.find((name) => name === first.value.toLowerCase() && first.key === undefined);
  switch (verb) {
    case 'help':
      return { verb };
    case 'templates':
      return parseTemplates(rest, templates);
    case 'list':
      return parseList(rest);
    case 'show':
    case 'explain':
      return parseOnGrant(verb, rest);
    case 'revoke':
      return parseRevoke(rest, cut.reason);
    case 'request':
      if (rest.length === 0 && cut.reason === undefined) return { verb: 'form' };
      return parseRequest(rest, cut.reason, templates);
    default: {
      const near = nearestName(first.value, VERBS);
      const errors = [
        `There is no command ${quoted(first.value)}. ${near ? `Did you mean ${quoted(near)}?` : ''}`.trim(),
      ];
      return { errors, example: near === 'request' || !near ? exampleRequest(templates) : `${COMMAND} help` };
    }
  }
}

const quoted = (text: string): string => `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;

function parseTemplates(rest: Word[], templates: Templates): Command | CommandHelp {
  const [named, ...more] = rest;
  if (more.length > 0)
    return {
      errors: [`${quoted(more[0]?.value ?? '')} is not expected here.`],
      example: `${COMMAND} templates`,
    };
  if (!named) return { verb: 'templates' };
  if (templates.has(named.value)) return { verb: 'templates', name: named.value };
  return { errors: [unknownTemplate(named.value, templates)], example: `${COMMAND} templates` };
}

function parseList(rest: Word[]): Command | CommandHelp {
  const [named, ...more] = rest;
  if (!named) return { verb: 'list' };
  const errors = more.map(({ value }) => `${quoted(value)} is not expected here.`);
  if (!parseRepositoryName(named.value)) errors.unshift(notARepository(named.value));
  if (errors.length > 0) return { errors, example: `${COMMAND} list acme/shop` };
  return { verb: 'list', repository: named.value };
}

type OnGrant<V> = { verb: V; grantId: GrantId };

function parseOnGrant<V extends 'show' | 'explain' | 'revoke'>(
  verb: V,
  rest: Word[],
): OnGrant<V> | CommandHelp {
  const [named, ...more] = rest;
  const example = `${COMMAND} ${verb} gr_hrq6egvaok6463yco36ybujl4g`;
  if (!named) return { errors: [`Which grant? ${COMMAND} list shows their ids.`], example };
  const errors = more.map(({ value }) => `${quoted(value)} is not expected here.`);
  const grantId = parseGrantId(named.value);
  if (!grantId)
    errors.unshift(
      `${quoted(named.value)} is not a grant id, such as gr_hrq6egvaok6463yco36ybujl4g. ${COMMAND} list shows the ids.`,
    );
  return !grantId || errors.length > 0 ? { errors, example } : { verb, grantId };
}

function parseRevoke(rest: Word[], reason: string | undefined): Command | CommandHelp {
  const named = parseOnGrant('revoke', rest);
  const errors = reason !== undefined && !isReason(reason) ? [REASON_RULE] : [];
  if (!('verb' in named)) return { ...named, errors: [...named.errors, ...errors] };
  const { grantId } = named;
  if (errors.length > 0)
    return { errors, example: `${COMMAND} revoke ${grantId} because it is no longer used` };
  return { verb: 'confirm-revoke', grantId, ...defined({ reason }) };
}

const notARepository = (text: string): string =>
  `${quoted(text)} is not a repository: write workspace/repository, such as acme/shop.`;

function unknownTemplate(typed: string, templates: Templates): string {
  const names = [...templates.keys()].sort();
  const begun = typed === '' ? [] : names.filter((name) => name.startsWith(typed.toLowerCase()));
  if (begun.length > 1) {
    return `There is no template ${quoted(typed)}. Did you mean ${begun.map(quoted).join(' or ')}?`;
  }
  const near = nearestName(typed, names);
  if (near) return `There is no template ${quoted(typed)}. Did you mean ${quoted(near)}?`;
  const shown = names.slice(0, 8).join(', ');
  return `There is no template ${quoted(typed)}. The templates are: ${shown}${names.length > 8 ? ', and more' : ''}.`;
}

function parseRequest(
  words: Word[],
  reason: string | undefined,
  templates: Templates,
): Command | CommandHelp {
  const { repository, named, known, template, errors } = placesIn(words, templates);
  const { options, parameters, errors: settingErrors } = settingsIn(words, template);
  errors.push(...settingErrors);
  const expiresIn = durationOf(options.for ?? '');
  if (options.for !== undefined && expiresIn === undefined) {
    errors.push(`for=${options.for} is not a lifetime: write days as 30d, hours as 12h or weeks as 2w.`);
  }
  // A parameter whose name was mistyped is not missing as well.
  const meant = words.map(({ key = '' }) => template && nearestName(key, Object.keys(template.parameters)));
  if (template) errors.push(...parameterErrors(template, parameters, meant));
  const { env: environment, name, account } = options;
  const given = { environment, name, account, expiresIn, reason };
  const request = { repository: repository ?? '', template: named ?? '', parameters, ...defined(given) };
  if (errors.length === 0) {
    const parsed = parseGrantRequest(request);
    if (parsed.ok) return { verb: 'request', request };
    errors.push(
      ...(parsed.problem.errors ?? []).map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}.`),
    );
  }
  const understood = [
    ...(isRepositoryName(repository) ? [`repository ${repository}`] : []),
    ...(known ? [`template ${known.name}`] : []),
    ...Object.entries(parameters).map(([parameter, value]) => `${parameter} ${[value].flat().join(', ')}`),
  ].join(', ');
  const example = exampleRequest(templates, template, repository);
  return { errors, example, ...(understood === '' ? {} : { understood }) };
}

const isRepositoryName = (text: string | undefined): text is string =>
  text !== undefined && parseRepositoryName(text) !== undefined;

/** Reads the words without an equals sign: the repository and the template. An unknown template name yields
 *  the nearest known template, so that its parameters are checked too and one answer reports every
 *  mistake. */
function placesIn(words: readonly Word[], templates: Templates) {
  const bare = words.filter(({ key }) => key === undefined).map(({ value }) => value);
  const [repository, named, ...more] = bare;
  const errors = more.map(
    (value) =>
      `${quoted(value)} is not expected here: write parameters as name=value, and begin a reason with because.`,
  );
  if (repository === undefined) errors.push('Which repository?');
  else if (!isRepositoryName(repository)) errors.push(notARepository(repository));
  const known = templates.get(named ?? '');
  if (named === undefined) errors.push(`Which template? ${COMMAND} templates lists them.`);
  else if (!known) errors.push(unknownTemplate(named, templates));
  const template = known ?? templates.get(nearestName(named ?? '', [...templates.keys()]) ?? '');
  return { repository, named, known, template, errors };
}

/** The fields that are there. */
const defined = <T extends Record<string, string | undefined>>(fields: T): { [K in keyof T]?: string } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };

/** Reads the words with an equals sign: options of the command and parameters of the template. */
function settingsIn(words: readonly Word[], template: Template | undefined) {
  const options: Partial<Record<(typeof OPTIONS)[number], string>> = {};
  const parameters: Record<string, string | string[]> = {};
  const errors: string[] = [];
  for (const { key, value } of words) {
    if (key === undefined) continue;
    const option = OPTION_ALIASES.get(key) ?? OPTIONS.find((name) => name === key);
    const isTwice = option ? options[option] !== undefined : Object.hasOwn(parameters, key);
    if (isTwice) errors.push(`${quoted(key)} is given more than once.`);
    else if (option) options[option] = value;
    else if (template && Object.hasOwn(template.parameters, key)) {
      parameters[key] = parameterValue(template, key, value);
    } else if (template) errors.push(unknownParameter(key, template));
  }
  return { options, parameters, errors };
}

/** `30d`, `12h` or `2w` as the API's duration; one that is written as that already stays. */
export function durationOf(text: string): string | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})([dhw])$/i.exec(text) ?? [];
  if (count && unit) {
    const inDays = unit.toLowerCase() === 'w' ? Number(count) * 7 : Number(count);
    return unit.toLowerCase() === 'h' ? `PT${count}H` : `P${inDays}D`;
  }
  return /^P(\d+D|T\d+H)$/.test(text) ? text : undefined;
}

/** The value typed for a parameter. A parameter of a list type takes values separated by commas. */
function parameterValue(template: Template, name: string, value: string): string | string[] {
  const isList = template.parameters[name]?.list !== undefined;
  return isList
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
    : value;
}

function unknownParameter(key: string, template: Template): string {
  const names = [...Object.keys(template.parameters), ...OPTIONS];
  const near = nearestName(key, names);
  const has = `${template.name} takes ${Object.keys(template.parameters).join(', ')}`;
  return `${quoted(key)} is not a parameter. ${near ? `Did you mean ${quoted(near)}?` : `${has}.`}`;
}

function parameterErrors(
  template: Template,
  given: Record<string, unknown>,
  meant: readonly (string | undefined)[],
): string[] {
  const parsed = parseParameters(template, given);
  if (parsed.ok) return [];
  return (parsed.problem.errors ?? [])
    .map(({ pointer, detail }) => ({ name: pointer.slice('/parameters/'.length), detail }))
    .filter(({ name, detail }) => detail !== 'is missing' || !meant.includes(name))
    .map(({ name, detail }) => `${name} ${detail}.`);
}

/** A request that is right in form, for the template that was meant, or for the first that needs no approval. */
export function exampleRequest(templates: Templates, meant?: Template, repository?: string): string {
  const sorted = [...templates.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const template = meant ?? sorted.find(({ approval }) => approval === 'none') ?? sorted[0];
  if (!template) return `${COMMAND} help`;
  const parameters = Object.entries(exampleParameters(template))
    .filter(([name]) => !template.parameters[name]?.optional)
    .map(([name, value]) => `${name}=${[value].flat().join(',')}`);
  const where = repository !== undefined && parseRepositoryName(repository) ? repository : 'acme/shop';
  const environment = template.scope === 'environment' ? ['env=Production'] : [];
  return [
    COMMAND,
    'request',
    where,
    template.name,
    ...parameters,
    ...environment,
    'because we release it',
  ].join(' ');
}
