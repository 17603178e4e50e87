import * as z from 'zod';
import { slugSchema } from '../bitbucket/settings.ts';
import { parseUuid } from '../shared/identifiers.ts';

/** Whatever in the file is a workspace, or names one; parts of another shape are left out, and keep their places. */
const list = <T extends z.ZodType>(item: T) => z.array(item.catch(() => ({}) as never)).catch([]);
const text = z.string().optional().catch(undefined);
const named = z.object({ workspace: text }).catch({});
const namingSchema = z.object({
  workspaces: list(z.object({ slug: text, uuid: text })),
  projects: list(z.object({ workspace: text, uuid: text })),
  ownership: list(z.object({ project: named.optional(), repository: named.optional() })),
  onRepositoryCreated: list(z.object({ project: named.optional() })),
  slack: z.object({ channels: list(z.object({ project: named.optional() })) }).catch({ channels: [] }),
});

/** Every error of the workspaces of a file, and of what names workspaces, as `pointer: sentence`. It finds them in parsed YAML also
 *  where the schema finds other errors. */
export function workspaceErrors(content: unknown): string[] {
  const file = namingSchema.safeParse(content, { jitless: true }).data;
  if (!file) return [];
  const { workspaces, projects } = file;
  return [
    ...givenTwice(
      '/workspaces',
      'slug',
      workspaces.map(({ slug }) => slug),
    ),
    ...givenTwice('/workspaces', 'uuid', workspaces.map(uuidOf)),
    ...givenTwice('/projects', 'project', projects.map(uuidOf)),
    ...unknownWorkspaces(file),
  ];
}

/** A UUID in its one spelling; undefined where there is none, which is an error of the schema. */
const uuidOf = ({ uuid = '' }: { uuid?: string | undefined }): string | undefined => parseUuid(uuid);

/** What is wrong where values of a list repeat. */
export function givenTwice(pointer: string, what: string, values: readonly (string | undefined)[]): string[] {
  const twice = values.filter((value, n) => value !== undefined && values.indexOf(value) !== n);
  return twice.map((value) => `${pointer}: ${what} ${value} is given more than once`);
}

function unknownWorkspaces(file: z.infer<typeof namingSchema>): string[] {
  const known = file.workspaces.flatMap(({ slug }) =>
    slugSchema.safeParse(slug).success ? (slug ?? []) : [],
  );
  // While a workspace cannot be read, it may be the one that is named.
  if (known.length < file.workspaces.length) return [];
  const names = [
    ...file.projects.map(({ workspace }, n) => ({ workspace, pointer: `/projects/${n}` })),
    ...file.ownership.map(({ project, repository }, n) => ({
      workspace: project?.workspace ?? repository?.workspace,
      pointer: `/ownership/${n}`,
    })),
    ...file.onRepositoryCreated.map(({ project }, n) => ({
      workspace: project?.workspace,
      pointer: `/onRepositoryCreated/${n}`,
    })),
    ...file.slack.channels.map(({ project }, n) => ({
      workspace: project?.workspace,
      pointer: `/slack/channels/${n}`,
    })),
  ];
  return names.flatMap(({ workspace, pointer }) =>
    workspace === undefined || known.includes(workspace)
      ? []
      : [`${pointer}: ${workspace} is not a configured workspace`],
  );
}
