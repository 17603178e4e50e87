import { randomUUID } from 'node:crypto';
import type { AwsError } from './error.ts';

/** The parameters of a call, unflattened: `Tags.member.1.Key=a` is `{Tags: [{Key: 'a'}]}`. */
export type Parameters = { readonly [name: string]: Tree };
export type Tree = string | readonly Tree[] | Parameters;

/** What an action answers. Arrays become `<member>` lists, maps `<entry>` lists, dates ISO 8601 in whole
 *  seconds; undefined members are left out. */
export type Xml =
  | string
  | number
  | boolean
  | Date
  | readonly Xml[]
  | ReadonlyMap<string, Xml>
  | { readonly [element: string]: Xml | undefined };

type Branch = Map<string, Branch | string>;

/** Unflattens an `application/x-www-form-urlencoded` text (a body or a query string). Never throws. */
export function parseParameters(form: string): Parameters {
  const root: Branch = new Map();
  for (const [name, value] of new URLSearchParams(form)) {
    const steps = name.split('.');
    let branch = root;
    for (const step of steps.slice(0, -1)) {
      const next = branch.get(step);
      const child: Branch = next instanceof Map ? next : new Map();
      branch.set(step, child);
      branch = child;
    }
    branch.set(steps.at(-1) ?? '', value);
  }
  return toObject(root);
}

const toObject = (branch: Branch): Parameters =>
  Object.fromEntries([...branch].map(([name, value]) => [name, toTree(value)]));

function toTree(value: Branch | string): Tree {
  if (typeof value === 'string') return value;
  const members = value.get('member');
  if (value.size !== 1 || !(members instanceof Map)) return toObject(value);
  return [...members].sort(([a], [b]) => Number(a) - Number(b)).map(([, member]) => toTree(member));
}

/** `text` as IAM returns policy documents: URL-encoded by RFC 3986. */
export const urlEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The document of a successful call; `result` undefined: an action that answers nothing but its request id. */
export function renderAnswer(action: string, namespace: string, result: Xml | undefined): string {
  const body = result === undefined ? '' : `<${action}Result>${render(result)}</${action}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
  return `<${action}Response xmlns="${namespace}">${body}${metadata}</${action}Response>`;
}

export function renderError(namespace: string, error: AwsError): string {
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const content = render({ Error: { Type: type, Code: error.code, Message: error.message } });
  return `<ErrorResponse xmlns="${namespace}">${content}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
}

function render(value: Xml): string {
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, 'Z');
  if (Array.isArray(value)) return value.map((item: Xml) => `<member>${render(item)}</member>`).join('');
  if (value instanceof Map) {
    return [...value]
      .map(([key, item]) => `<entry><key>${escaped(key)}</key><value>${render(item)}</value></entry>`)
      .join('');
  }
  return Object.entries(value)
    .map(([name, item]) => (item === undefined ? '' : `<${name}>${render(item)}</${name}>`))
    .join('');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML 1.0 cannot hold, not even as a reference. */
const NO_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** The text as XML, in which U+FFFD replaces each character that XML cannot hold. */
const escaped = (text: string): string =>
  text.replace(NO_XML, '\uFFFD').replace(/[&<>"\r\n\t]/g, (c) => ENTITIES[c] ?? `&#${c.charCodeAt(0)};`);
