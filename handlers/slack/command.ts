import { parseRepositoryName } from '../../domain/bitbucket/repository.ts';
import { parseGrantRequest } from '../../domain/grants/request.ts';
import type { SlackRequest } from '../../domain/messaging/worker-message.ts';
import { GRANT_ID } from '../../domain/shared/identifiers.ts';
import { nearestName } from '../../domain/shared/suggestion.ts';
import { exampleParameters, parseParameters } from '../../domain/templates/parameters.ts';
import type { Template } from '../../domain/templates/template.ts';
import { type Word, wordsOf } from './tokenizer.ts';

/** What people type before everything else. */
export const COMMAND = '/aws-role';

/** What a command asks for. `form` opens the request form; `templates` and `help` need no look-up. */
export type Command =
  | { verb: 'help' }
  | { verb: 'form' }
  | { verb: 'templates'; name?: string }
  | { verb: 'request'; request: SlackRequest }
  | { verb: 'list'; repository?: string }
  | { verb: 'show' | 'explain' | 'revoke'; grantId: string };

/** A command that was not understood: what is wrong with it, and how it could be right. `understood` says what was. */
export type Misunderstanding = { faults: string[]; understood?: string; example: string };

type Templates = ReadonlyMap<string, Template>;

const VERBS = ['request', 'list', 'show', 'explain', 'revoke', 'templates', 'help'] as const;
/** Words with `=` that are no parameters of a template. */
const OPTIONS = ['env', 'for', 'name', 'account'] as const;
const OPTION_ALIASES = new Map<string, (typeof OPTIONS)[number]>([
  ['environment', 'env'],
  ['expires', 'for'],
]);

/** Reads a command. Whatever is wrong is told at once, with the nearest right name and one example that works. */
export function parseCommand(text: string, templates: Templates): Command | Misunderstanding {
  const cut = wordsOf(text);
  if ('fault' in cut) return { faults: [cut.fault], example: exampleRequest(templates) };
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
    case 'revoke':
      return parseOnGrant(verb, rest);
    case 'request':
      if (rest.length === 0 && cut.reason === undefined) return { verb: 'form' };
      return parseRequest(rest, cut.reason, templates);
    default: {
      const near = nearestName(first.value, VERBS);
      const faults = [
        `There is no command ${quoted(first.value)}. ${near ? `Did you mean ${quoted(near)}?` : ''}`.trim(),
      ];
      return { faults, example: near === 'request' || !near ? exampleRequest(templates) : `${COMMAND} help` };
    }
  }
}

const quoted = (text: string): string => `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;

function parseTemplates(rest: Word[], templates: Templates): Command | Misunderstanding {
  const [named, ...more] = rest;
  if (more.length > 0)
    return {
      faults: [`${quoted(more[0]?.value ?? '')} is one word too many.`],
      example: `${COMMAND} templates`,
    };
  if (!named) return { verb: 'templates' };
  if (templates.has(named.value)) return { verb: 'templates', name: named.value };
  return { faults: [unknownTemplate(named.value, templates)], example: `${COMMAND} templates` };
}

function parseList(rest: Word[]): Command | Misunderstanding {
  const [named, ...more] = rest;
  if (!named) return { verb: 'list' };
  const faults = more.map(({ value }) => `${quoted(value)} is one word too many.`);
  if (!parseRepositoryName(named.value)) faults.unshift(notARepository(named.value));
  if (faults.length > 0) return { faults, example: `${COMMAND} list acme/shop` };
  return { verb: 'list', repository: named.value };
}

function parseOnGrant(verb: 'show' | 'explain' | 'revoke', rest: Word[]): Command | Misunderstanding {
  const [named, ...more] = rest;
  const example = `${COMMAND} ${verb} gr_hrq6egvaok6463yco36ybujl4g`;
  if (!named) return { faults: [`Which grant? ${COMMAND} list shows their ids.`], example };
  const faults = more.map(({ value }) => `${quoted(value)} is one word too many.`);
  if (!GRANT_ID.test(named.value))
    faults.unshift(
      `${quoted(named.value)} is no grant id, such as gr_hrq6egvaok6463yco36ybujl4g. ${COMMAND} list shows them.`,
    );
  return faults.length > 0 ? { faults, example } : { verb, grantId: named.value };
}

const notARepository = (text: string): string =>
  `${quoted(text)} is no repository: write workspace/repository, such as acme/shop.`;

function unknownTemplate(typed: string, templates: Templates): string {
  const names = [...templates.keys()].sort();
  const begun = typed === '' ? [] : names.filter((name) => name.startsWith(typed.toLowerCase()));
  if (begun.length > 1) {
    return `There is no template ${quoted(typed)}. Did you mean ${begun.map(quoted).join(' or ')}?`;
  }
  const near = nearestName(typed, names);
  if (near) return `There is no template ${quoted(typed)}. Did you mean ${quoted(near)}?`;
  const shown = names.slice(0, 8).join(', ');
  return `There is no template ${quoted(typed)}. There are: ${shown}${names.length > 8 ? ', and more' : ''}.`;
}

function parseRequest(
  words: Word[],
  reason: string | undefined,
  templates: Templates,
): Command | Misunderstanding {
  const bare = words.filter(({ key }) => key === undefined).map(({ value }) => value);
  const [repository, named, ...more] = bare;
  const faults = more.map(
    (value) => `${quoted(value)} stands alone: parameters are name=value, a reason begins with because.`,
  );
  if (repository === undefined || !parseRepositoryName(repository)) {
    faults.push(repository === undefined ? 'Which repository?' : notARepository(repository));
  }
  const known = templates.get(named ?? '');
  if (named === undefined) faults.push(`Which template? ${COMMAND} templates lists them.`);
  else if (!known) faults.push(unknownTemplate(named, templates));
  // The parameters of the template that was most likely meant are looked at all the same: one answer, every mistake.
  const template = known ?? templates.get(nearestName(named ?? '', [...templates.keys()]) ?? '');
  const options: Partial<Record<(typeof OPTIONS)[number], string>> = {};
  const parameters: Record<string, string | string[]> = {};
  for (const { key, value } of words) {
    if (key === undefined) continue;
    const option = OPTION_ALIASES.get(key) ?? OPTIONS.find((name) => name === key);
    const isTwice = option ? options[option] !== undefined : Object.hasOwn(parameters, key);
    if (isTwice) faults.push(`${quoted(key)} stands twice.`);
    else if (option) options[option] = value;
    else if (template) {
      if (Object.hasOwn(template.parameters, key)) parameters[key] = parameterValue(template, key, value);
      else faults.push(unknownParameter(key, template));
    }
  }
  const expiresIn = options.for === undefined ? undefined : durationOf(options.for);
  if (options.for !== undefined && expiresIn === undefined) {
    faults.push(`for=${options.for} is no time: write days as 30d, hours as 12h or weeks as 2w.`);
  }
  // A parameter whose name was mistyped is not missing as well.
  const meant = words.map(({ key = '' }) => template && nearestName(key, Object.keys(template.parameters)));
  if (template) faults.push(...parameterFaults(template, parameters, meant));
  const request = {
    repository: repository ?? '',
    template: named ?? '',
    parameters,
    ...(options.env === undefined ? {} : { environment: options.env }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.account === undefined ? {} : { account: options.account }),
    ...(expiresIn === undefined ? {} : { expiresIn }),
    ...(reason === undefined ? {} : { reason }),
  };
  const example = exampleRequest(templates, template, repository);
  if (faults.length === 0) {
    const parsed = parseGrantRequest(request);
    if (parsed.ok) return { verb: 'request', request };
    faults.push(
      ...(parsed.problem.errors ?? []).map(({ pointer, detail }) => `${pointer.slice(1)} ${detail}.`),
    );
  }
  const understood = [
    repository !== undefined && parseRepositoryName(repository) ? `repository ${repository}` : '',
    known ? `template ${known.name}` : '',
    ...Object.entries(parameters).map(([name, value]) => `${name} ${[value].flat().join(', ')}`),
  ].filter((part) => part !== '');
  return { faults, example, ...(understood.length > 0 ? { understood: understood.join(', ') } : {}) };
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

/** What is typed for a parameter: a list where its type is one, parted by commas. */
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
  return `${quoted(key)} is no parameter. ${near ? `Did you mean ${quoted(near)}?` : `${has}.`}`;
}

function parameterFaults(
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
