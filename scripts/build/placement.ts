import { LOCAL_STAGE, type SettingsSource } from '../../adapters/settings/source.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { type Placement, placementErrors } from '../../domain/configuration/placement.ts';

/** What forbids building or deploying a stage where `placement` says, as lines with the file and what to do. */
export const misplacedErrors = (
  { configuration: path }: SettingsSource,
  { accounts }: Pick<Configuration, 'accounts'>,
  placement: Partial<Placement>,
): string[] =>
  placementErrors(accounts, placement).map(
    (error) =>
      `${path}/accounts: ${error}. Leave out --region, and use credentials of the hub's account; or correct the file.`,
  );

/** The local stack's settings admit callers whose tokens anyone can make. They are deployed by no build of the product. */
export const localStageErrors = (stage: string): string[] =>
  stage === LOCAL_STAGE
    ? [
        `--stage ${stage}: is the local stack. Its settings admit anyone. Deploy another stage, e.g. --stage prod.`,
      ]
    : [];
