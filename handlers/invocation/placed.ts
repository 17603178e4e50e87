import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { placementErrors, placementOf } from '../../domain/configuration/placement.ts';
import type { Account } from '../../domain/shared/account.ts';
import { problem } from '../../domain/shared/problem.ts';
import { ProblemError } from '../http/problem-details.ts';
import type { PublicAddress } from './public-address.ts';

/** What a function needs to know that it runs where its configuration says. */
export type PlacedCore = {
  logger: Logger;
  configuration: { accounts: readonly Account[] };
  /** The API's address at a domain of its own, if it has one. */
  environment?: { publicAddress?: PublicAddress | undefined };
};

/** Where a function learns its own ARN: from Lambda's context. Local gateways give another name or none. */
export type Placed = Partial<Pick<Context, 'invokedFunctionArn'>>;

/** Throws `ACCOUNT_UNREACHABLE` where the function runs in another account, region or partition than the hub of its
 *  configuration. Its table is not the one that spokes and grants rely on, and nothing that it began could be done. */
export function refuseMisplaced(
  { configuration }: Pick<PlacedCore, 'configuration'>,
  { invokedFunctionArn }: Placed,
): void {
  const placement = placementOf(invokedFunctionArn);
  const errors = placement ? placementErrors(configuration.accounts, placement) : [];
  if (errors.length === 0) return;
  const where = `This installation is deployed in the wrong place: ${errors.join('; ')}.`;
  const remedy = 'An administrator deploys it there, or corrects the configuration and deploys again.';
  throw new ProblemError(problem('ACCOUNT_UNREACHABLE', `${where} ${remedy}`));
}
