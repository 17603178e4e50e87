/** Anything that JSON can hold as an object. */
export type Json = Record<string, unknown>;

/** What a call sends. `json` goes out as JSON; `body` as it is. */
export type HttpCall = {
  token?: string | undefined;
  json?: unknown;
  body?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
};

/** What came back; `json` is empty where the body is no JSON object. */
export type Reply = { status: number; headers: Headers; text: string; json: Json };

/** Sends one request and reads its whole answer. */
export async function send(
  origin: string,
  method: string,
  path: string,
  { token, json, body, headers = {} }: HttpCall = {},
): Promise<Reply> {
  const content = json === undefined ? body : JSON.stringify(json);
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}
