import { resolve } from 'node:path';
import { readConfiguration } from '../../adapters/settings/files.ts';
import type { SettingsSource } from '../../adapters/settings/source.ts';
import { seedFor } from '../bitbucket/seed-for.ts';
import { startBitbucketSandbox } from '../bitbucket/server.ts';
import { cursorKeys } from '../cursor-keys.ts';
import { slackSeedFor } from '../slack/seed.ts';
import { startSlackSandbox } from '../slack/server.ts';
import type { Only } from './arguments.ts';
import { type Parameter, secretParameters } from './parameters.ts';

/** Stand-ins that run without a local gateway. `parameters` are the secrets that the API needs in SSM to work with them. */
export type LoneStandIns = {
  bitbucket?: string;
  slack?: string;
  parameters: Parameter[];
  stop(): Promise<void>;
};

/** Starts the named stand-ins alone. Webhooks and Slack's requests go to the API, wherever it runs. State is kept in `dir`
 *  and survives a restart. Rejects, with nothing left running, if one cannot start. */
export async function startLoneStandIns(
  source: SettingsSource,
  { names, api }: Only,
  { dir, ports }: { dir: string; ports: { bitbucket: number; slack: number } },
): Promise<LoneStandIns> {
  const configuration = readConfiguration(source);
  const folder = resolve(dir);
  const seed = seedFor(configuration);
  const started: { close(): Promise<void> }[] = [];
  const stop = async () => {
    await Promise.all(started.map((server) => server.close()));
  };
  const urls: { bitbucket?: string; slack?: string } = {};
  try {
    if (names.has('bitbucket')) {
      const bitbucket = await startBitbucketSandbox({ port: ports.bitbucket, dir: folder, seed });
      started.push(bitbucket);
      bitbucket.connectWebhooks(api);
      urls.bitbucket = bitbucket.url;
    }
    if (names.has('slack')) {
      const slack = await startSlackSandbox({
        port: ports.slack,
        dir: folder,
        seed: slackSeedFor(configuration),
      });
      started.push(slack);
      slack.deliverTo(api);
      urls.slack = slack.url;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...urls, parameters: secretParameters(seed.workspaces, cursorKeys(folder)), stop };
}

/** What is printed once the stand-ins answer. */
export const loneStandInLines = (
  { bitbucket, slack, parameters }: LoneStandIns,
  { api }: Only,
  dir: string,
): string[] => [
  '',
  'The stand-ins are ready',
  '',
  ...(bitbucket ? [`  Bitbucket Cloud   ${bitbucket}/2.0`] : []),
  ...(slack ? [`  Slack             ${slack}/                 open it in a browser`] : []),
  `  they deliver to   ${api}`,
  `  state             ${dir}/`,
  '',
  'The API reads these SecureString parameters of SSM:',
  ...parameters.map(
    ({ name, value }) =>
      `  aws ssm put-parameter --overwrite --type SecureString --name ${name} --value '${value}'`,
  ),
  '',
  'Ctrl-C stops the stand-ins.',
];
