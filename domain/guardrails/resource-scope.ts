import type { AccountId } from '../shared/identifiers.ts';
import { patternsOverlap } from '../shared/patterns.ts';

const ARN = /^arn:[a-z-]+:([a-z0-9-]+):[a-z0-9-]*:(\d*|aws):(.+)$/;

/** How many parts of an ARN's resource precede its first name. Usually one, the resource type. A bucket has none;
 *  S3's access points, jobs and the like have one. Load balancers and their listeners also have their kind, and
 *  automated snapshots their origin: two. */
function partsBeforeName(service: string, account: string, rest: string): number {
  if (service === 's3' && account === '') return 0;
  if (/^(?:loadbalancer|listener|listener-rule)\/(?:app|net|gwy)\//.test(rest)) return 2;
  return /^(?:cluster-)?snapshot:rds:/.test(rest) ? 2 : 1;
}

/** SAM's macro, which AWS hosts and every SAM template needs. Source: CloudFormation User Guide, "Control access with IAM". */
const SAM_MACRO = /^arn:[a-z-]+:cloudformation:[a-z0-9-]+:aws:transform\/Serverless-2016-10-31$/;

/** Resources whose name may end in a wildcard. Functions and stacks are named by prefix: `-*` is allowed after at
 *  least three characters, because ownership of a prefix covers all its names. */
const NAMED_BY_PREFIX: Record<string, RegExp> = {
  lambda: /^(function:[A-Za-z0-9][A-Za-z0-9_-]{1,}[A-Za-z0-9_])-\*(?=$|:)/,
  cloudformation: /^(stack\/[A-Za-z][A-Za-z0-9-]{1,}[A-Za-z0-9])-\*(?=$|\/)/,
  // AWS appends a hyphen and six characters to a secret's name.
  secretsmanager: /^(secret:[A-Za-z0-9._+=@/-]+)-\?{6}$/,
};

/** True for an ARN without a wildcard or IAM variable up to the end of its first name. True for `function:shop:*` and
 *  `shop-site/*`, false for `function:*` and `shop-*`. The first name follows the type of the resource, except for
 *  buckets, where it comes first; in CloudWatch Logs it goes on over slashes. A prefix such as `function:shop-*`
 *  counts as one name where `NAMED_BY_PREFIX` allows it. */
export function namesOneThing(resource: string): boolean {
  const [, service = '', account = '', rest = ''] = ARN.exec(resource) ?? [];
  const named = rest.replace(NAMED_BY_PREFIX[service] ?? /$^/, '$1');
  const parts = named.split(service === 'logs' ? ':' : /[:/]/).filter((part) => part !== '');
  const upToName = parts.slice(0, partsBeforeName(service, account, rest) + 1);
  return upToName.length > 0 && !upToName.some((part) => /[*?$]/.test(part));
}

/** Why a resource may lie outside the account; undefined when it cannot. An ARN without an account may, unless a
 *  condition on `aws:ResourceAccount` restricts it. S3's names are global, and anyone can take the name of a deleted
 *  bucket. */
export function foreignAccountOf(
  resource: string,
  accountId: AccountId,
  isHeldByCondition: boolean,
): string | undefined {
  if (resource === '*' || SAM_MACRO.test(resource)) return undefined;
  const account = resource.split(':')[4] ?? '';
  if (account === accountId) return undefined;
  if (account !== '') return `is in account ${account}`;
  return isHeldByCondition ? undefined : 'names no account, so it may belong to any account';
}

/** What is Rolewright's own, whatever its service is called, in lower case. */
const OWN = [
  'arn:*:iam::*:role/rolewright/*',
  'arn:*:iam::*:policy/rolewright*',
  'arn:*:ssm:*:*:parameter/rolewright/*',
  'arn:*:secretsmanager:*:*:secret:rolewright*',
  'arn:*:apigateway:*::/apis/*',
];

/** What begins with the name of the service; as the last statement of `infrastructure/boundary.yml`. */
const named = (service: string): string[] => [
  `arn:*:dynamodb:*:*:table/${service}-*`,
  `arn:*:lambda:*:*:function:${service}-*`,
  `arn:*:cloudformation:*:*:stack/${service}-*`,
  `arn:*:logs:*:*:log-group:/aws/lambda/${service}-*`,
  `arn:*:logs:*:*:log-group:/aws/http-api/${service}-*`,
  `arn:*:s3:::${service}-*`,
  `arn:*:events:*:*:rule/${service}-*`,
  `arn:*:sqs:*:*:${service}-*`,
  `arn:*:iam::*:role/${service}-*`,
];

/** The name of the service as it is shipped. Names that begin with it, or hold it, are Rolewright's everywhere. */
const SHIPPED_SERVICE = 'rolewright';

/** Parameter paths above Rolewright's own. SSM authorises a read by path against the requested path only. */
const ABOVE_OWN_PARAMETERS = ['arn:*:ssm:*:*:parameter', 'arn:*:ssm:*:*:parameter/'];

/** True when a resource is Rolewright's own, names it in whatever case, or could match it through a wildcard or variable.
 *  `service` is what names of this installation begin with, if that is known. */
export function reachesRolewright(
  resource: string,
  actions: readonly string[],
  service: string | undefined,
): boolean {
  const pattern = resource.toLowerCase().replaceAll(/\$\{[^}]*\}?/g, '*');
  if (pattern.includes(SHIPPED_SERVICE)) return true;
  const services = new Set([SHIPPED_SERVICE, ...(service ? [service.toLowerCase()] : [])]);
  const readsByPath = actions.some((action) =>
    patternsOverlap(action.toLowerCase(), 'ssm:getparametersbypath'),
  );
  const own = [...OWN, ...[...services].flatMap(named), ...(readsByPath ? ABOVE_OWN_PARAMETERS : [])];
  return own.some((one) => arnsOverlap(pattern, one));
}

/** True when some ARN matches both patterns. A wildcard does not cross the colons of an ARN's first five fields; a text
 *  that is too short for an ARN is taken for whatever its wildcards could mean. */
function arnsOverlap(left: string, right: string): boolean {
  const [a, b] = [fieldsOf(left), fieldsOf(right)];
  if (a.length < 6) return patternsOverlap(left, right);
  return b.every((field, index) => patternsOverlap(a[index] ?? '', field));
}

/** `arn`, partition, service, region, account and all the rest. */
function fieldsOf(arn: string): string[] {
  const fields = arn.split(':');
  return fields.length < 6 ? fields : [...fields.slice(0, 5), fields.slice(5).join(':')];
}
