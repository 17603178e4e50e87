import { sourceFromEnvironment } from '../adapters/settings/source.ts';
import { StartFailure } from '../adapters/settings/start-failure.ts';
import { visible } from '../domain/shared/text/visible-text.ts';
import { checkedSettings } from './build/embed-settings.ts';
import { settingsWarnings } from './build/settings-warnings.ts';

/** `npm run config:check`: every error of the stage's configuration, templates and access rules, each alone and against the
 *  others, as a build finds them; else what may not be meant. Reads files only. */
function main(): void {
  const source = sourceFromEnvironment(process.cwd(), process.env);
  try {
    const { configuration, templates, access } = checkedSettings(source);
    const counts = [
      `${configuration.projects.length} projects`,
      `${templates.size} templates`,
      `${access?.rules.length ?? 0} access rules`,
    ];
    const lines = [
      ...settingsWarnings(source),
      `${source.configuration}: ${counts.join(', ')}; no problems.`,
    ];
    console.log(lines.map(visible).join('\n'));
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    console.error(error.errors.map(visible).join('\n'));
    process.exitCode = 1;
  }
}

main();
