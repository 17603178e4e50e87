import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { LOCAL_STAGE, type SettingsSource, sourceOfStage } from '../../adapters/settings/source.ts';
import { StartFailure } from '../../adapters/settings/start-failure.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';

type Installation = Pick<Configuration, 'accounts'>;

/** What a stage shares with another stage of `config/` and must not: a path for roles, or a boundary, in one account. Two
 *  installations would change each other's roles, or create one policy twice. Files with errors of their own are left out. */
export function sharedPaths(source: SettingsSource, { accounts }: Installation): string[] {
  if (source.stage === LOCAL_STAGE) return [];
  return otherStages(source).flatMap((stage) => {
    const other = read(sourceOfStage(source.root, stage));
    return accounts.flatMap(({ id, rolePath, boundaryPolicy }, n) => {
      const shared = other?.accounts.find((account) => account.id === id);
      return [
        ...(shared?.rolePath === rolePath
          ? [
              `/rolePath: ${rolePath} is the path of stage ${stage} in account ${id}, too: give one of them another`,
            ]
          : []),
        ...(shared?.boundaryPolicy === boundaryPolicy
          ? [
              `/accounts/${n}/boundaryPolicy: ${boundaryPolicy} is that of stage ${stage} in account ${id}, too: give one of them another name`,
            ]
          : []),
      ];
    });
  });
}

/** The other stages that have a file in `config/`, or are listed in the shared one. */
function otherStages({ root, stage }: SettingsSource): string[] {
  const folder = join(root, 'config');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : [];
  const own = files.map((name) => basename(name, '.yaml')).filter((name) => name !== 'rolewright');
  const listed = read(sourceOfStage(root, stage))?.stages ?? [];
  return [...new Set([...own, ...listed])].filter((other) => other !== stage);
}

function read(source: SettingsSource): Configuration | undefined {
  try {
    return readConfiguration(source);
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    return undefined;
  }
}
