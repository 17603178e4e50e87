import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { sourceOfBuild } from '../../adapters/settings/source.ts';
import { placementErrors } from '../../domain/configuration/placement.ts';
import { type Account, hubOf } from '../../domain/shared/account.ts';

/** The hub in the configuration of a stage, for a command that acts there with the credentials of the environment. Throws where they are
 *  of another account: in it the command would find nothing, or find what is not this installation's. */
export async function hubOfStage(stage: string, variables: NodeJS.ProcessEnv): Promise<Account> {
  const { accounts } = readConfiguration(sourceOfBuild(process.cwd(), variables, stage));
  const hub = hubOf(accounts);
  if (!hub) throw new Error('a configuration has a hub');
  const sts = new STSClient({ region: hub.region });
  try {
    const { Account: account } = await sts.send(new GetCallerIdentityCommand({}));
    const misplaced = placementErrors(accounts, account ? { account } : {});
    if (misplaced.length > 0) throw new Error(`Use credentials of the hub: ${misplaced.join('; ')}.`);
    return hub;
  } finally {
    sts.destroy();
  }
}
