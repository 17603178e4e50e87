import { readConfiguration } from '../../adapters/settings/files.ts';
import type { SettingsSource } from '../../adapters/settings/source.ts';
import { overlappingPatterns, overlapWarning } from '../../domain/access/ownership-overlap.ts';
import { hubOf } from '../../domain/shared/account.ts';

/** Lines about what is valid in the settings of one stage, and may not be meant; each warning is followed by an empty
 *  line. */
export function settingsWarnings(source: SettingsSource): string[] {
  const { ownership, accounts } = readConfiguration(source);
  return overlappingPatterns(ownership, hubOf(accounts)?.alias)
    .map(overlapWarning)
    .flatMap(({ about, remedy }) => [`! ${about}`, `    ${remedy}`, '']);
}
