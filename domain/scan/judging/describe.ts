import type { IssuerModel } from '../issuers/issuer.ts';
import { type FieldValues, fieldsOf, pinnedFields, type Template } from '../issuers/subject.ts';
import { comparesWith, deniesAllBut } from '../reach/pins.ts';
import { formsOf, type Reach, type ReachQuestion, tokenOf } from '../reach/reach.ts';
import type { AdmittedClaims } from '../report.ts';
import type { AdmittedToken } from '../solving/token.ts';

/** Readable names by UUID. */
export type Names = ReadonlyMap<string, string>;

const nameOf = (names: Names, text: string): string => {
  const name = names.get(text.toLowerCase());
  return name === undefined ? text : `${name} ${text}`;
};

/** What a repository's fields are called, e.g. `acme/shop` or a name with its UUID. */
function repositoryText({ templates }: IssuerModel, fields: FieldValues, names: Names): string {
  const [template = []] = templates;
  const parts = fieldsOf(template).filter(
    ({ part, field }) => part !== 'rest' && fields[field] !== undefined,
  );
  return parts.map(({ field }) => nameOf(names, fields[field] ?? '')).join('/');
}

/** Who gets in beyond those that a trust names, as a clause. */
export function strangersText({ scope, token }: Reach, { model, pins }: ReachQuestion, names: Names): string {
  const example = token ? repositoryText(model, token.fields, names) : '';
  const { nouns } = model;
  switch (scope) {
    case 'anyone':
      return `${nouns.anyone} gets in`;
    case 'lookalike':
      return `every ${nouns.owner} whose name fits gets in, such as ${example}`;
    case 'tenant': {
      const [owner] = pins.owners;
      const hasOwner = model.templates.some((one) => fieldsOf(one).some(({ part }) => part === 'owner'));
      if (!hasOwner) return `${nouns.anyone} gets in`;
      const whose = owner ? ` ${Object.values(owner).join('/')}` : ' with that id';
      return `every ${nouns.repository} of the ${nouns.owner}${whose} gets in`;
    }
    case 'similar':
      return `every ${nouns.repository} whose name fits gets in, such as ${example}`;
    case 'own':
      return 'only what it names gets in';
    case 'none':
      return 'no token gets in';
  }
}

/** The tokens of what a trust names that get in, e.g. `step tokens of acme/shop {1de4…}, environment Production`. */
export function ownText(question: ReachQuestion, names: Names): string {
  const { model, pins } = question;
  const texts = pins.repositories.map((repository) => {
    const where = contextText(question, repository, names);
    return `${repositoryText(model, repository, names)}${where === '' ? '' : `, ${where}`}`;
  });
  const whose = texts.length > 0 ? texts.join('; ') : `the ${model.nouns.repository} that its claims name`;
  return `${model.nouns.token} of ${whose}`;
}

function contextText(question: ReachQuestion, repository: FieldValues, names: Names): string {
  const { model } = question;
  const key = `${question.provider}:sub`.toLowerCase();
  const only = formsOf('own', { model, pins: { ...question.pins, repositories: [repository], claims: {} } });
  const open = only.flatMap((form, index) => {
    const token = tokenOf(question, [form], new Set());
    const isOpen = fieldsOf(form.template).every(
      ({ field, part, foreign }) => part !== 'rest' || token?.fields[field] === foreign,
    );
    return token && isOpen ? [model.openTo[index] ?? ''] : [];
  });
  if (open.length > 0 && open.length === model.templates.length) return openText(model, open);
  const naming = [
    ...question.allows.flatMap(({ conditions }) => conditions.filter((one) => comparesWith(one.operator))),
    ...question.denies.flatMap(({ conditions }) => conditions.filter((one) => deniesAllBut(one.operator))),
  ];
  const values = naming.filter((one) => one.key === key).flatMap((one) => one.values);
  const named = values
    .filter((value) => !model.templates.some((template) => isFixedForm(template, value)))
    .flatMap((value) => namedContext({ model, repository, names }, value));
  return [...new Set([...open, ...named])].filter((text) => text !== '').join(' and ');
}

const openText = (model: IssuerModel, open: readonly string[]): string =>
  model.kind === 'bitbucket'
    ? 'every branch and environment'
    : [...new Set(open)].filter((text) => text !== '').join(', ');

/** What a value says behind its repository: Bitbucket's environment by its name, anything else as it is written. */
function namedContext(
  { model, repository, names }: { model: IssuerModel; repository: FieldValues; names: Names },
  value: string,
): string[] {
  for (const template of model.templates) {
    const fields = pinnedFields(template, value, true) ?? {};
    if (!Object.entries(repository).every(([name, text]) => fields[name] === text)) continue;
    if (model.kind === 'bitbucket') {
      const environment = environmentIn(value);
      return environment === undefined ? [] : [`environment ${nameOf(names, environment)}`];
    }
    const texts = Object.values(repository);
    const last = texts.at(-1) ?? '';
    const rest = value.slice(value.indexOf(last) + last.length).replace(/^:/, '');
    return rest === '' || rest === '*' ? [] : [rest];
  }
  return [];
}

/** Whether a value is a form that varies in nothing but its repository: the model has words for it. */
const isFixedForm = (template: Template, value: string): boolean =>
  fieldsOf(template).every(({ part }) => part !== 'rest') &&
  pinnedFields(template, value, false) !== undefined;

/** The environment in a value of Bitbucket's `sub`: the second UUID of `{repository}:{environment}:…`. */
export const environmentIn = (value: string): string | undefined =>
  /^\{[0-9a-f-]{36}\}\*?:(\{[0-9a-f-]{36}\}):/.exec(value)?.[1];

/** A token's claims as its issuer would sign them. */
export function claimsOf({ provider, model }: ReachQuestion, token: AdmittedToken): AdmittedClaims {
  const { sub, aud, keys, fields, request } = token;
  return {
    issuer: `https://${provider}`,
    claims: {
      aud: aud.length === 1 ? aud[0] : aud,
      sub,
      ...model.furtherClaims(fields),
      ...keys,
    },
    ...(Object.keys(request).length > 0 ? { request } : {}),
  };
}
