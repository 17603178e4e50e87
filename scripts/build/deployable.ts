import { join } from 'node:path';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { type SettingsSource, sourceOfBuild } from '../../adapters/settings/source.ts';
import { StartFailure } from '../../adapters/settings/start-failure.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';

/** Account ids that AWS uses in its documentation, and that the configuration as shipped holds. Nobody deploys into them.
 *  Source: AWS Style Guide for examples; IAM User Guide. */
const EXAMPLE_ACCOUNTS = new Set([
  '000000000000',
  '111111111111',
  '111122223333',
  '123456789012',
  '444455556666',
  '555555555555',
  '777788889999',
  '999999999999',
]);

/** What forbids a deployment of settings that are otherwise sound, as lines with the file and the field. */
export const deploymentErrors = (
  { configuration: path }: SettingsSource,
  { accounts }: Pick<Configuration, 'accounts'>,
): string[] =>
  accounts.flatMap(({ id }, n) =>
    EXAMPLE_ACCOUNTS.has(id)
      ? [`${path}/accounts/${n}/id: ${id} is an example. Enter the id of your own AWS account.`]
      : [],
  );

/** Settings for one run are not deployed: the next deployment would not have them. */
export const oneRunErrors = (variables: NodeJS.ProcessEnv): string[] =>
  ['ROLEWRIGHT_CONFIG', 'ROLEWRIGHT_ACCESS']
    .filter((name) => variables[name])
    .map(
      (name) =>
        `${name} is set: it is for one run. Unset it, and keep the stage's settings in config/ and access/.`,
    );

/** The plugin of `serverless.yml` that refuses a deployment before anything is sent to AWS, packaged now or earlier. */
export default class Deployable {
  readonly hooks: Record<string, () => void>;

  constructor({ service }: { service: { provider: { stage?: string } } }) {
    const check = () => {
      const root = join(import.meta.dirname, '..', '..');
      const source = sourceOfBuild(root, process.env, service.provider.stage);
      const errors = [...oneRunErrors(process.env), ...deploymentErrors(source, readConfiguration(source))];
      if (errors.length > 0) throw new StartFailure(errors);
    };
    this.hooks = { 'before:deploy:deploy': check, 'before:deploy:function:initialize': check };
  }
}
