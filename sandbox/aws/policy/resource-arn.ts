import { malformedPolicy } from '../protocol/error.ts';

/** What an IAM resource begins with behind the account; the rest of IAM's messages are recorded in public validators. */
const IAM_PATHS = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
];

/** The resource of an identity policy, which is `*` or an ARN. Throws MalformedPolicyDocument with IAM's message. */
export function checkedResource(resource: string): string {
  if (resource === '*') return resource;
  const [arn, partition = '', service = '', region, account, ...rest] = resource.split(':');
  if (arn !== 'arn') throw malformedPolicy(`Resource ${resource} must be in ARN format or "*".`);
  if (account === undefined || rest.length === 0 || rest.join(':') === '') {
    throw malformedPolicy('The policy failed legacy parsing');
  }
  if (!/^(\*|aws(-[a-z]+)*)$/.test(partition)) {
    throw malformedPolicy(`Partition "${partition}" is not valid for resource "${resource}".`);
  }
  if (!/^[a-z0-9-]+$/.test(service)) {
    throw malformedPolicy('Resource vendor must be fully qualified and cannot contain regexes.');
  }
  checkGlobal(resource, { service, region: region ?? '', path: rest.join(':') });
  return resource;
}

/** IAM's resources and S3's buckets have no region. */
function checkGlobal(
  resource: string,
  { service, region, path }: { service: string; region: string; path: string },
): void {
  if (service === 's3' && region !== '' && !path.startsWith('accesspoint/')) {
    throw malformedPolicy(`Resource ${resource} can not contain region information.`);
  }
  if (service !== 'iam') return;
  if (region !== '') {
    throw malformedPolicy(`IAM resource ${resource} cannot contain region information.`);
  }
  const isPath = ['*', 'root'].includes(path) || /^\$\{/.test(path);
  if (!isPath && !IAM_PATHS.some((start) => path.startsWith(start))) {
    throw malformedPolicy(`IAM resource path must either be "*" or start with ${IAM_PATHS.join(', ')}.`);
  }
}
