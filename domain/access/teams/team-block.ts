import type { OwnershipRule } from '../ownership-schema.ts';
import type { ProjectSettings } from './project-schema.ts';

type Project = Pick<ProjectSettings, 'workspace' | 'key' | 'uuid'>;
const projectOf = ({ workspace, key, uuid }: Project): Project => ({ workspace, key, uuid });

/** The rules of ownership in a team's block. */
export function ownershipOf(settings: ProjectSettings): OwnershipRule[] {
  const { owns } = settings;
  if (!owns) return [];
  const project = projectOf(settings);
  const rules = Array.isArray(owns) ? owns : [{ names: owns }];
  return rules.map(({ names, ...scope }) => ({ project, owns: names, ...scope }));
}

/** The channel that is notified of a project's grants, as an entry of `slack.channels`. */
export const channelsOf = (settings: ProjectSettings): { project: Project; channel: string }[] =>
  settings.channel === undefined ? [] : [{ project: projectOf(settings), channel: settings.channel }];

/** The templates that a team's block names, each with its pointer inside the block. The installation's `lifetime` and `reason`
 *  name them likewise. */
export function templatesNamedIn({
  owns,
  lifetime,
  reason,
}: Pick<ProjectSettings, 'owns' | 'lifetime' | 'reason'>): { pointer: string; name: string }[] {
  const rules = Array.isArray(owns) ? owns : [];
  const selected = { lifetime: lifetime?.requiredFor, reason: reason?.requiredFor };
  return [
    ...rules.flatMap(({ templates = [] }, n) =>
      templates.map((name, at) => ({ pointer: `/owns/${n}/templates/${at}`, name })),
    ),
    ...Object.entries(selected).flatMap(([field, names]) =>
      Array.isArray(names) ? names.map((name, at) => ({ pointer: `/${field}/requiredFor/${at}`, name })) : [],
    ),
  ];
}
