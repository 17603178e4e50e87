import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** The address of the API at a domain of its own, e.g. `https://access.acme.example/rolewright`: the host, and the base path
 *  without a slash at its end, empty for none. */
export type PublicAddress = { host: string; basePath: string };

/** The address in a setting; undefined where there is none. Throws unless it is an https URL of host and path. */
export function publicAddressOf(text: string | undefined): PublicAddress | undefined {
  if (!text) return undefined;
  const { protocol, host, pathname, href } = new URL(text);
  if (protocol !== 'https:' || href !== `https://${host}${pathname}`) {
    throw new Error('API_URL must be an https URL without a query');
  }
  return { host, basePath: pathname.replace(/\/+$/, '') };
}

/** What came in by the domain is below its base path. */
const isBelow = (path: string, basePath: string): boolean =>
  path === basePath || path.startsWith(`${basePath}/`);

/** A request as the routes know it: without the base path. API Gateway's guide says that it leaves the base path out of
 *  `rawPath`; others have found it there, so either is taken. */
export function withoutBasePath(
  event: APIGatewayProxyEventV2,
  { basePath = '' }: Partial<PublicAddress> = {},
): APIGatewayProxyEventV2 {
  const cut = (path: string) =>
    basePath !== '' && isBelow(path, basePath) ? path.slice(basePath.length) || '/' : path;
  const { requestContext } = event;
  const { http } = requestContext;
  return {
    ...event,
    rawPath: cut(event.rawPath),
    requestContext: { ...requestContext, http: { ...http, path: cut(http.path) } },
  };
}

/** The base path that the answer to a request must have in its links: none for a request by another name of the API. */
export const basePathFor = (
  { requestContext }: APIGatewayProxyEventV2,
  address: PublicAddress | undefined,
): string => (address && requestContext.domainName === address.host ? address.basePath : '');

/** An answer whose `Location` and `Link` are below the base path by which its request came. */
export function located(
  result: APIGatewayProxyStructuredResultV2,
  basePath: string,
): APIGatewayProxyStructuredResultV2 {
  if (basePath === '') return result;
  const { headers = {} } = result;
  const { location, link } = headers;
  return {
    ...result,
    headers: {
      ...headers,
      ...(typeof location === 'string' ? { location: location.replace(/^\//, `${basePath}/`) } : {}),
      ...(typeof link === 'string' ? { link: link.replaceAll('</', `<${basePath}/`) } : {}),
    },
  };
}
