import { ACCOUNT, REGION } from './engines.ts';

/** The headers by which an engine knows the service and the account. No engine verifies a signature here. */
const signed = (service: string, account: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});

/** A call of a service with the Query protocol. Answers with the XML; throws with it where the service refuses. */
export async function query(
  url: string,
  service: string,
  parameters: Record<string, string>,
  account = ACCOUNT,
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...signed(service, account), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters).toString(),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${parameters.Action}: ${text}`);
  return text;
}

/** A call of a service with JSON; `target` is the operation of the header, for services that take one. */
export async function json<T>(
  url: string,
  service: string,
  {
    target,
    path = '/',
    method = 'POST',
    body,
  }: { target?: string; path?: string; method?: string; body?: object },
  account = ACCOUNT,
): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...signed(service, account),
      'content-type': target ? 'application/x-amz-json-1.0' : 'application/json',
      ...(target ? { 'x-amz-target': target } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${target ?? path}: ${text}`);
  return (text ? JSON.parse(text) : {}) as T;
}
