/** The values that a template may use without declaring a parameter. */
const builtInNames = [
  'aws.partition',
  'aws.accountId',
  'aws.region',
  'aws.dnsSuffix',
  'repository.slug',
  'repository.uuid',
  'environment.name',
  'environment.uuid',
  'project.key',
] as const;

/** The name of a built-in value, e.g. `aws.accountId`. UUIDs have no braces. */
export type BuiltInName = (typeof builtInNames)[number];

/** True for the name of a built-in value. */
export const isBuiltIn = (name: string): name is BuiltInName =>
  (builtInNames as readonly string[]).includes(name);

/** True for a built-in value that people choose in Bitbucket and may change: never authority. */
export const isChosenInBitbucket = (name: string): boolean =>
  name === 'repository.slug' || name === 'environment.name' || name === 'project.key';

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** The names in `{{…}}` of a template's text, in order, as written. */
export const placeholdersOf = (text: string): string[] =>
  [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');

/** True when `text` holds braces that are neither a placeholder nor one of IAM's own `${…}` variables. */
export const hasStrayBraces = (text: string): boolean =>
  /[{}]/.test(text.replace(/\$\{[^{}]*\}/g, '').replace(PLACEHOLDER, ''));

/** The grammar of a built-in value in a resource or a condition value: one segment, nothing that IAM or an ARN reads
 *  as syntax (wildcards, `$`, quotes, colons, slashes, blanks, control characters). An environment may be called `*`. */
export const isOneSegment = (value: string): boolean => /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,255}$/.test(value);

/** The grammar of every parameter value, besides that of its type: segments separated by single slashes, optionally
 *  with a leading one, none of which begins with a dot; letters, digits and `._+=@-`, which neither IAM nor a shell
 *  reads as syntax. Types without slashes admit one segment. */
export const isSegments = (value: string): boolean =>
  value.length <= 512 &&
  /^\/?[A-Za-z0-9_-][A-Za-z0-9._+=@-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._+=@-]*)*$/.test(value);

/** `text` with each placeholder replaced by its value; the values of a list make one text each. Throws if a value is
 *  missing or holds syntax, or if the text has two lists: callers check this before. */
export function fillPlaceholders(
  text: string,
  values: ReadonlyMap<string, string | readonly string[]>,
): string[] {
  const [list, ...more] = new Set(placeholdersOf(text).filter((name) => Array.isArray(values.get(name))));
  if (more.length > 0) throw new Error(`more than one list in ${text}`);
  const fill = (ofList?: string) =>
    text.replace(PLACEHOLDER, (_all, name: string) => {
      const value = name === list ? ofList : values.get(name);
      const isSafe = isBuiltIn(name) ? isOneSegment : isSegments;
      if (typeof value !== 'string' || !isSafe(value)) throw new Error(`no safe value for {{${name}}}`);
      return value;
    });
  if (list === undefined) return [fill()];
  return (values.get(list) as readonly string[]).map(fill);
}
