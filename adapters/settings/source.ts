import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the settings of one installation are, below `root`: the file of the configuration, e.g. `config/prod.yaml`, and
 *  the folder of the access rules, e.g. `access`. Templates are in `templates/`. */
export type SettingsSource = {
  root: string;
  configuration: string;
  access: string;
  stage: string;
};

/** The configuration of every stage that has no file of its own. */
export const SHARED_CONFIGURATION = 'config/rolewright.yaml';

/** The stage of the local stack. It has files of its own, so that an administrator's settings break no test. */
export const LOCAL_STAGE = 'sandbox';

/** The settings of a stage: `config/<stage>.yaml` if it exists, else `config/rolewright.yaml`, and `access/`. */
export function sourceOfStage(root: string, stage: string): SettingsSource {
  if (stage === LOCAL_STAGE) {
    return { root, configuration: 'sandbox/config.yaml', access: 'sandbox/access', stage };
  }
  const own = `config/${stage}.yaml`;
  const configuration = existsSync(join(root, own)) ? own : SHARED_CONFIGURATION;
  return { root, configuration, access: 'access', stage };
}

/** The settings that the environment chooses: `ROLEWRIGHT_CONFIG` is a file, and `ROLEWRIGHT_ACCESS` the folder of the rules
 *  beside it (default `access`), for one run. Else those of the stage: `ROLEWRIGHT_STAGE`, or `otherwise`. */
export function sourceFromEnvironment(
  root: string,
  variables: NodeJS.ProcessEnv,
  otherwise = 'prod',
): SettingsSource {
  const { ROLEWRIGHT_CONFIG: file, ROLEWRIGHT_ACCESS: access, ROLEWRIGHT_STAGE } = variables;
  const stage = ROLEWRIGHT_STAGE || otherwise;
  if (file) return { root, configuration: file, access: access || 'access', stage };
  const source = sourceOfStage(root, stage);
  return access ? { ...source, access } : source;
}

/** The settings of a build for `stage`, which is `prod` where none is given. Only a file for one run stands before the stage's:
 *  `ROLEWRIGHT_STAGE`, which is for commands, could put one stage's settings into another's stack. */
export const sourceOfBuild = (
  root: string,
  { ROLEWRIGHT_CONFIG, ROLEWRIGHT_ACCESS }: NodeJS.ProcessEnv,
  stage: string | null | undefined,
): SettingsSource => sourceFromEnvironment(root, { ROLEWRIGHT_CONFIG, ROLEWRIGHT_ACCESS }, stage ?? 'prod');
