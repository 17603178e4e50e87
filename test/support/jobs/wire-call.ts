import type { IncomingMessage } from 'node:http';

/** One AWS call as it comes over the wire. `service` is the name that the request is signed for, `operation` as the service
 *  writes it; `input` holds the fields of JSON and Query protocols, and path, query and body fields of REST ones. */
export type WireCall = {
  service: string;
  region: string;
  accessKeyId: string;
  protocol: 'json' | 'query' | 'ec2' | 'rest-json' | 's3' | 'rest-xml';
  operation: string;
  input: Record<string, unknown>;
};

type Request = Pick<IncomingMessage, 'headers' | 'method' | 'url'>;

const SCOPE = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

/** Reads a request; undefined where it is not signed as AWS wants it, or of no known form. */
export function wireCallOf(request: Request, body: Buffer): WireCall | undefined {
  const [, accessKeyId = '', region = '', service = ''] =
    SCOPE.exec(String(request.headers.authorization ?? '')) ?? [];
  if (service === '') return undefined;
  const head = { service, region, accessKeyId };
  const target = String(request.headers['x-amz-target'] ?? '');
  if (target !== '') {
    return { ...head, protocol: 'json', operation: target.split('.').at(-1) ?? '', input: jsonOf(body) };
  }
  const url = new URL(request.url ?? '/', 'http://proxy');
  const method = request.method ?? 'GET';
  if (String(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    const form = new URLSearchParams(body.toString('utf8'));
    const { Action = '', ...input } = Object.fromEntries(form);
    return { ...head, protocol: service === 'ec2' ? 'ec2' : 'query', operation: Action, input };
  }
  if (service === 's3') return { ...head, protocol: 's3', ...s3Call(method, url, request.headers, body) };
  const route = REST.find(
    (one) => one.service === service && one.method === method && one.path.test(url.pathname),
  );
  if (!route) return undefined;
  const names = route.path.exec(url.pathname)?.groups ?? {};
  const decoded = Object.fromEntries(Object.entries(names).map(([k, v]) => [k, decodeURIComponent(v ?? '')]));
  return {
    ...head,
    protocol: service === 'cloudfront' ? 'rest-xml' : 'rest-json',
    operation: route.operation,
    input: { ...jsonOf(body), ...Object.fromEntries(url.searchParams), ...decoded },
  };
}

function jsonOf(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** S3's operations by method and sub-resource, path style. Source: S3 API Reference, Request Syntax of each. */
function s3Call(
  method: string,
  url: URL,
  headers: Request['headers'],
  body: Buffer,
): Pick<WireCall, 'operation' | 'input'> {
  const [, bucket = '', ...rest] = url.pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  const query = url.searchParams;
  const sub = ['acl', 'policy', 'location', 'delete', 'uploads', 'tagging', 'lifecycle', 'website'].find(
    (name) => query.has(name),
  );
  const input = {
    bucket,
    key,
    prefix: query.get('prefix') ?? '',
    acl: headers['x-amz-acl'],
    keys:
      sub === 'delete' ? [...body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, k]) => k) : [],
  };
  const scope = key === '' ? 'Bucket' : 'Object';
  const upload = query.has('uploadId');
  const operation =
    method === 'POST' && sub === 'delete'
      ? 'DeleteObjects'
      : upload || sub === 'uploads'
        ? `${method}Upload`
        : `${method}${scope}${sub ? `:${sub}` : ''}`;
  return { operation, input };
}

type RestRoute = { service: string; method: string; path: RegExp; operation: string };

const LAMBDA = '^/[0-9-]+/functions/(?<FunctionName>[^/]+)';

const rest = (service: string, method: string, path: string, operation: string): RestRoute => ({
  service,
  method,
  path: new RegExp(`${path}/?$`),
  operation,
});

/** Source: the `http` trait of each operation in the AWS SDKs' service models (botocore 1.44). */
const REST: readonly RestRoute[] = [
  rest('lambda', 'PUT', `${LAMBDA}/code`, 'UpdateFunctionCode'),
  rest('lambda', 'GET', LAMBDA, 'GetFunction'),
  rest('lambda', 'DELETE', LAMBDA, 'DeleteFunction'),
  rest('lambda', 'GET', `${LAMBDA}/configuration`, 'GetFunctionConfiguration'),
  rest('lambda', 'PUT', `${LAMBDA}/configuration`, 'UpdateFunctionConfiguration'),
  rest('lambda', 'POST', `${LAMBDA}/versions`, 'PublishVersion'),
  rest('lambda', 'GET', `${LAMBDA}/versions`, 'ListVersionsByFunction'),
  rest('lambda', 'POST', `${LAMBDA}/aliases`, 'CreateAlias'),
  rest('lambda', 'GET', `${LAMBDA}/aliases`, 'ListAliases'),
  rest('lambda', 'PUT', `${LAMBDA}/aliases/(?<Alias>[^/]+)`, 'UpdateAlias'),
  rest('lambda', 'GET', `${LAMBDA}/aliases/(?<Alias>[^/]+)`, 'GetAlias'),
  rest('lambda', 'POST', `${LAMBDA}/invocations`, 'InvokeFunction'),
  rest('lambda', 'POST', `${LAMBDA}/policy`, 'AddPermission'),
  rest('eks', 'GET', '^/clusters/(?<name>[^/]+)', 'DescribeCluster'),
  rest('eks', 'DELETE', '^/clusters/(?<name>[^/]+)', 'DeleteCluster'),
  rest('eks', 'POST', '^/clusters/(?<name>[^/]+)/access-entries', 'CreateAccessEntry'),
  rest('cloudfront', 'POST', '^/[0-9-]+/distribution/(?<id>[^/]+)/invalidation', 'CreateInvalidation'),
  rest('cloudfront', 'GET', '^/[0-9-]+/distribution/(?<id>[^/]+)/invalidation/[^/]+', 'GetInvalidation'),
  rest('cloudfront', 'GET', '^/[0-9-]+/distribution/(?<id>[^/]+)/config', 'GetDistributionConfig'),
  rest('cloudfront', 'DELETE', '^/[0-9-]+/distribution/(?<id>[^/]+)', 'DeleteDistribution'),
  rest('codeartifact', 'POST', '^/v1/authorization-token', 'GetAuthorizationToken'),
  rest('codeartifact', 'GET', '^/v1/repository/endpoint', 'GetRepositoryEndpoint'),
  rest('codeartifact', 'POST', '^/v1/package/version/publish', 'PublishPackageVersion'),
  rest('codeartifact', 'DELETE', '^/v1/package', 'DeletePackage'),
  rest('codeartifact', 'DELETE', '^/v1/repository', 'DeleteRepository'),
];
