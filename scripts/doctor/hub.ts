import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Account } from '../../domain/shared/account.ts';
import { type AccountAccess, accountOfCredentials } from '../accounts/diagnose.ts';
import { type Finding, warning } from '../finding.ts';
import { diagnoseAlarms, noTopic } from './alarms.ts';
import { diagnoseConcurrency } from './concurrency.ts';
import { diagnoseParameters } from './parameters.ts';

/** Checks what an administrator sets up in the hub's account beside IAM: stored parameters, room for invocations, and the alarms'
 *  topic. With no credentials, or with those of another account, such as a spoke's, only says that it is not checked. */
export async function diagnoseHub(
  configuration: Pick<Configuration, 'workspaces' | 'slack' | 'access' | 'alarms'>,
  {
    hub,
    ...settings
  }: { hub: Account; stage: string; isDeployed: boolean; encryptionKey: string | undefined },
  { credentials }: Pick<AccountAccess, 'credentials'>,
): Promise<Finding[]> {
  const { region } = hub;
  const own = credentials === 'none' ? undefined : await accountOfCredentials(hub);
  if (own !== hub.id) return [notChecked(own), ...(configuration.alarms ? [] : [noTopic])];
  return [
    ...(await diagnoseParameters(configuration, { ...settings, region })),
    await diagnoseConcurrency(region),
    await diagnoseAlarms(configuration, region),
  ];
}

const notChecked = (own: string | undefined): Finding =>
  warning(
    'the stored parameters, Lambda’s concurrency and the alarms are not checked',
    `${own ? `The AWS credentials are of account ${own}.` : 'There are no AWS credentials.'} Run it with those of the hub, e.g. AWS_PROFILE=<hub> npm run doctor`,
  );
