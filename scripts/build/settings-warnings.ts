import { readConfiguration } from '../../adapters/settings/files.ts';
import type { SettingsSource } from '../../adapters/settings/source.ts';
import { overlappingPatterns, overlapWarning } from '../../domain/access/ownership-overlap.ts';

/** Lines about what is valid in the settings of one stage, and may not be meant; each warning is followed by an empty
 *  line. */
export const settingsWarnings = (source: SettingsSource): string[] =>
  overlappingPatterns(readConfiguration(source).ownership)
    .map(overlapWarning)
    .flatMap(({ about, remedy }) => [`! ${about}`, `    ${remedy}`, '']);
