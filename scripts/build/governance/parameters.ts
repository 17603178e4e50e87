import { StartFailure } from '../../../adapters/settings/start-failure.ts';
import { roleTagErrors } from '../../../domain/configuration/role-tags.ts';
import { ROLE_PATH } from '../../../domain/planning/role.ts';

/** What an organisation asks of the resources that the stack itself has: the parameters of `serverless.yml`. `boundary` is the
 *  ARN of the permissions boundary of the functions' roles, `path` and `prefix` of their names, `tags` of the roles and the
 *  stack, `key` the ARN of the KMS key of tables, queue, logs and parameters. */
export type Governance = {
  boundary: string | undefined;
  path: string;
  prefix: string;
  tags: Readonly<Record<string, string>>;
  key: string | undefined;
  /** The share of the account's concurrency that is reserved for a function, by its name in `serverless.yml`. */
  reserved: ReadonlyMap<string, number>;
};

/** The parameters as the framework gives them: text, or a map for tags that are written in `serverless.yml`. */
export type GovernanceParameters = Partial<Record<keyof Governance, unknown>>;

/** Sources: IAM User Guide, IAM identifiers and quotas; KMS Developer Guide, key ARN. An alias is refused: a policy's resource is
 *  always the key. */
const BOUNDARY =
  /^arn:(?:aws|aws-cn|aws-us-gov):iam::(?:\d{12}|aws):policy\/(?:[!-.0-~]+\/)*[\w+=,.@-]{1,128}$/;
const PATH = /^\/(?:[!-.0-~]+\/)*$/;
const PREFIX = /^[\w+=,.@-]{0,32}$/;
const KEY = /^arn:(?:aws|aws-cn|aws-us-gov):kms:([a-z0-9-]+):\d{12}:key\/[a-z0-9-]{1,64}$/;

/** Characters of a role's name (IAM User Guide, quotas), and the longest name of a function. */
const LONGEST_NAME = 64;
const LONGEST_FUNCTION = 'provisioner';

/** The parameters, checked. `installation` is what names of the stack begin with, e.g. `rolewright-prod`. Throws `StartFailure`
 *  with every error. */
export function parseGovernance(
  parameters: GovernanceParameters,
  { installation, region }: { installation: string; region: string },
): Governance {
  const text = (name: keyof Governance) => String(parameters[name] ?? '');
  const errors: string[] = [];
  const check = (isRight: boolean, name: string, error: string) => {
    if (!isRight) errors.push(`--param ${name}: ${error}`);
  };
  const [boundary, path, prefix, key] = [text('boundary'), text('path') || '/', text('prefix'), text('key')];
  check(
    boundary === '' || BOUNDARY.test(boundary),
    'functionRoleBoundary',
    'must be the ARN of a managed policy, e.g. arn:aws:iam::111122223333:policy/company-boundary',
  );
  check(
    PATH.test(path) && path.length <= 512 && !`${path}`.startsWith(ROLE_PATH),
    'functionRolePath',
    `must be a path such as /platform/, outside ${ROLE_PATH}, where the provisioner writes`,
  );
  check(
    PREFIX.test(prefix) && !prefix.startsWith('rw-'),
    'functionRolePrefix',
    'must be at most 32 letters, digits or +=,.@_-, and not begin with rw-, as granted roles do',
  );
  const longest = `${prefix}${installation}-${LONGEST_FUNCTION}`;
  check(
    longest.length <= LONGEST_NAME,
    'functionRolePrefix',
    `makes ${longest} of ${longest.length} characters: a role's name has at most ${LONGEST_NAME}`,
  );
  const keyRegion = KEY.exec(key)?.[1];
  check(
    key === '' || keyRegion === region,
    'encryptionKey',
    `must be the ARN of a KMS key in ${region}, e.g. arn:aws:kms:${region}:111122223333:key/…; no alias`,
  );
  const tags = pairsOf(parameters.tags);
  errors.push(
    ...(tags ? roleTagErrors({ roleTags: tags }) : ['/: must be key=value,key=value']).map(
      (error) => `--param functionRoleTags${error.replace(/^\/roleTags/, '')}`,
    ),
  );
  const reserved = pairsOf(parameters.reserved);
  const isCounted = reserved && Object.values(reserved).every((count) => /^[1-9]\d{0,3}$/.test(count));
  check(
    isCounted === true,
    'reservedConcurrency',
    'must be function=count,function=count, e.g. revocations=5,provisioner=10',
  );
  if (errors.length > 0) throw new StartFailure(errors);
  const shares = new Map(Object.entries(reserved ?? {}).map(([name, count]) => [name, Number(count)]));
  return {
    reserved: shares,
    boundary: boundary || undefined,
    path,
    prefix,
    tags: tags ?? {},
    key: key || undefined,
  };
}

/** A map, or `key=value,key=value`; undefined for what is neither. */
function pairsOf(given: unknown): Record<string, string> | undefined {
  if (given === undefined || given === null || given === '') return {};
  if (typeof given === 'object') {
    return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]));
  }
  const pairs = String(given)
    .split(',')
    .map((pair) => /^([^=]+)=(.*)$/.exec(pair));
  return pairs.every((pair) => pair !== null)
    ? Object.fromEntries(pairs.map((pair) => [pair[1]?.trim() ?? '', pair[2]?.trim() ?? '']))
    : undefined;
}
