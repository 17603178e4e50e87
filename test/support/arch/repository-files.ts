import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './infrastructure.ts';

/** Folders that are made and never checked in; of those with a dot only these two are ours. */
const isForeign = (name: string) =>
  ['node_modules', 'coverage'].includes(name) ||
  (name.startsWith('.') && !['.bitbucket', '.ci'].includes(name));

/** The paths of all files of the repository, e.g. `domain/grants/grant.ts`, without what is installed or built. */
export function repositoryFiles(folder = ''): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return isForeign(entry.name) ? [] : repositoryFiles(path);
    return entry.isFile() ? [path] : [];
  });
}
