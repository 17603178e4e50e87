import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { LOCAL_STAGE, type SettingsSource, sourceOfStage } from '../../adapters/settings/source.ts';
import { StartFailure } from '../../adapters/settings/start-failure.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { hubOf } from '../../domain/shared/account.ts';

type Installation = Pick<Configuration, 'accounts'>;

/** What a stage shares with another stage of `config/` and must not: a path for roles, or a boundary, in one account; or, in one hub, the
 *  begin of its names. Two installations would change each other's roles, create one policy twice, or be within reach of each other's
 *  deployers. Files with errors of their own are left out. */
export function sharedPaths(source: SettingsSource, { accounts }: Installation): string[] {
  if (source.stage === LOCAL_STAGE) return [];
  return otherStages(source).flatMap((stage) => {
    const other = read(sourceOfStage(source.root, stage));
    const named = other ? sharedNames({ stage: source.stage, accounts }, { stage, ...other }) : [];
    const paths = accounts.flatMap(({ id, rolePath, boundaryPolicy }, n) => {
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
    return [...named, ...paths];
  });
}

type Stage = Installation & { stage: string };

/** A stage whose name extends another's by a hyphen: `rolewright-dev-*` covers all that `dev-eu` has in the same hub. */
function sharedNames(own: Stage, other: Stage): string[] {
  const hub = hubOf(own.accounts)?.id;
  const isExtended = [
    [own, other],
    [other, own],
  ].some(([longer, shorter]) => longer?.stage.startsWith(`${shorter?.stage}-`));
  return isExtended && hub === hubOf(other.accounts)?.id
    ? [
        `: the stages ${own.stage} and ${other.stage} have the hub ${hub}, and one's name begins with the other's: what is meant for the shorter one reaches both. Choose another name, e.g. eu-dev for dev-eu, or another account`,
      ]
    : [];
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
