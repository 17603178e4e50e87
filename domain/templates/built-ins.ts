import type { DeploymentEnvironment, Repository } from '../bitbucket/repository.ts';
import type { Account } from '../shared/account.ts';
import { withoutBraces } from '../shared/identifiers.ts';
import type { BuiltInName } from './placeholder.ts';

/** What built-in values come from: Bitbucket and the configuration. */
export type BuiltInContext = {
  account: Account;
  repository: Repository;
  environment?: DeploymentEnvironment | undefined;
};

/** The end of a partition's endpoint names. Source: botocore's `partitions.json`. */
export const dnsSuffixOf = (partition: string): string =>
  partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';

/** A built-in value; undefined where the repository has none, e.g. a project's key without a project. */
export function builtInValue(name: BuiltInName, context: BuiltInContext): string | undefined {
  const { account, repository, environment } = context;
  const values: Record<BuiltInName, string | undefined> = {
    'aws.partition': account.partition,
    'aws.accountId': account.id,
    'aws.region': account.region,
    'aws.dnsSuffix': dnsSuffixOf(account.partition),
    'repository.slug': repository.slug,
    'repository.uuid': withoutBraces(repository.uuid),
    'environment.name': environment?.name,
    'environment.uuid': environment && withoutBraces(environment.uuid),
    'project.key': repository.project?.key,
  };
  return values[name];
}
