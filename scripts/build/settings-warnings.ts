import { readConfiguration } from '../../adapters/settings/files.ts';
import { overlappingPatterns, overlapWarning } from '../../domain/access/ownership-overlap.ts';

/** Lines about what is valid in the settings below `root`, and may not be meant; each warning is followed by an empty
 *  line. */
export const settingsWarnings = (root: string): string[] =>
  overlappingPatterns(readConfiguration(root).ownership)
    .map(overlapWarning)
    .flatMap(({ about, remedy }) => [`! ${about}`, `    ${remedy}`, '']);
