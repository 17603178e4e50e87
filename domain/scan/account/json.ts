/** An object of a JSON document whose content is not yet known. */
export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list as it is, a single value as a list of one, nothing as an empty list: IAM takes either form. */
export const asList = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

/** The values as text; undefined where one is neither text, number nor boolean. */
export function asTexts(value: unknown): string[] | undefined {
  const list = asList(value);
  const isPlain = list.every((one) => ['string', 'number', 'boolean'].includes(typeof one));
  return isPlain ? list.map(String) : undefined;
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A policy document, which the AWS CLI shows as an object and the API as URL-encoded JSON; undefined for anything else. */
export function policyDocument(value: unknown): Json | undefined {
  if (isObject(value)) return value;
  if (typeof value !== 'string') return undefined;
  try {
    const text = value.trimStart().startsWith('{') ? value : decodeURIComponent(value);
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
