import * as z from 'zod';
import type { Api } from '../api/client.ts';
import { readAs } from '../api/client.ts';
import { UsageError } from '../command.ts';
import { apiOptions, readOptions } from '../options.ts';
import { plainText } from '../plain-text.ts';

/** What `request` and `plan` take beside the plan itself. */
const OPTIONS = {
  ...apiOptions,
  environment: { type: 'string' },
  account: { type: 'string' },
  name: { type: 'string' },
  'expires-in': { type: 'string' },
  reason: { type: 'string' },
  plan: { type: 'string' },
} as const;

export const REQUEST_OPTIONS_HELP = `  --environment NAME  only steps of this deployment environment (name or UUID)
  --account ALIAS     the AWS account, by alias or id
  --name NAME         distinguishes several grants of one template
  --expires-in TIME   when the grant ends: days as P30D, hours as PT8H
  --reason TEXT       why, for the log and for approvers`;

/** A request as it was typed. */
export type TypedRequest = {
  words: string[];
  template: string;
  parameters: Map<string, string[]>;
  /** The other fields of the body. */
  fields: Record<string, string>;
  url: string | undefined;
  json: boolean;
};

/** Reads a request's arguments: repository, template, and each parameter as name=value. */
export function readRequest(command: string, args: readonly string[]): TypedRequest {
  const { values, positionals } = readOptions(command, args, OPTIONS);
  const [repository, template, ...rest] = positionals;
  const usage = `Usage: rolewright ${command} REPOSITORY TEMPLATE [NAME=VALUE...]`;
  if (repository === undefined) throw new UsageError(`Which repository? ${usage}`);
  if (template === undefined) throw new UsageError(`Which template? ${usage}`);
  const given = {
    repository,
    template,
    environment: values.environment,
    account: values.account,
    name: values.name,
    expiresIn: values['expires-in'],
    reason: values.reason,
    planHash: values.plan,
  };
  return {
    words: args.filter((word) => word !== '--json'),
    template,
    parameters: readParameters(rest),
    fields: Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    url: values.url,
    json: values.json ?? false,
  };
}

/** Parameters by their names; one that is given more than once is a list. */
function readParameters(words: readonly string[]): Map<string, string[]> {
  const parameters = new Map<string, string[]>();
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) {
      throw new UsageError(
        `"${plainText(word)}" is not expected: a parameter is given as name=value, such as bucket=shop-site.`,
      );
    }
    const name = word.slice(0, at);
    parameters.set(name, [...(parameters.get(name) ?? []), word.slice(at + 1)]);
  }
  return parameters;
}

const templateView = z.looseObject({
  parameters: z.looseObject({
    properties: z.record(z.string(), z.looseObject({ type: z.string() })).default({}),
  }),
});

/** The body of a request. The template says which parameters are lists. */
export async function bodyOf(api: Api, { template, parameters, fields }: TypedRequest) {
  const path = `/v1/templates/${encodeURIComponent(template)}`;
  const known = readAs(templateView, await api({ method: 'GET', path })).parameters.properties;
  const values = [...parameters].map(([name, given]) => {
    const isList = Object.hasOwn(known, name) && known[name]?.type === 'array';
    if (given.length > 1 && !isList) {
      throw new UsageError(`"${plainText(name)}" takes one value: give it once.`);
    }
    return [name, isList ? given : given[0]] as const;
  });
  return { ...fields, parameters: Object.fromEntries(values) };
}
