import { type Account, hubOf } from '../shared/account.ts';

/** Where an installation is deployed, or a function of it runs. */
export type Placement = { partition: string; region: string; account: string };

/** `arn:aws:lambda:eu-central-1:111122223333:function:…`. Source: Lambda Developer Guide, the context object. */
const FUNCTION_ARN = /^arn:([a-z-]+):lambda:([a-z0-9-]+):(\d{12}):function:/;

/** Where the function with this ARN runs; undefined for the names that local gateways make up. */
export function placementOf(functionArn: string | undefined): Placement | undefined {
  const [, partition, region, account] = FUNCTION_ARN.exec(functionArn ?? '') ?? [];
  return partition && region && account ? { partition, region, account } : undefined;
}

/** What differs between a placement and the hub's entry in the configuration, as sentences; empty where nothing does. Parts
 *  that are not given are not compared. */
export function placementErrors(accounts: readonly Account[], placement: Partial<Placement>): string[] {
  const hub = hubOf(accounts);
  if (!hub) return [];
  const { partition, region, account } = placement;
  return [
    ...(account !== undefined && account !== hub.id
      ? [`account ${account} is not ${hub.id}, the hub in the configuration`]
      : []),
    ...(region !== undefined && region !== hub.region
      ? [`region ${region} is not ${hub.region}, the region of the hub in the configuration`]
      : []),
    ...(partition !== undefined && partition !== hub.partition
      ? [`partition ${partition} is not ${hub.partition}, the partition of the hub in the configuration`]
      : []),
  ];
}
