import { createHash } from 'node:crypto';
import type { readConfiguration } from '../../adapters/settings/files.ts';
import {
  type Seed,
  type SeedIssuer,
  type SeedProject,
  type SeedRepository,
  type SeedWorkspace,
  seed,
} from './seed.ts';

type Configuration = ReturnType<typeof readConfiguration>;
type Rule = Configuration['ownership'][number];
type NamedProject = { workspace: string; key: string; uuid: string };

/** What a new sandbox holds for a configuration: its workspaces with the projects and repositories that it names, its issuers and
 *  its people. A workspace of the standard seed keeps its repositories. A project without a repository gets one,
 *  `<key>-example`, to try rules on. */
export function seedFor(configuration: Configuration): Seed {
  const projects = projectsIn(configuration);
  const repositories = configuration.ownership.flatMap((rule) => repositoryIn(rule) ?? []);
  return {
    createdAt: seed.createdAt,
    workspaces: configuration.workspaces.map(({ slug, uuid }) => {
      const of = <T extends { workspace: string }>(items: readonly T[]) =>
        items.filter(({ workspace }) => workspace === slug);
      const known = seed.workspaces.find((standard) => standard.slug === slug && standard.uuid === uuid);
      const name = slug.charAt(0).toUpperCase() + slug.slice(1);
      return withNamed(
        known ?? { slug, uuid, name, projects: [], repositories: [] },
        of(projects),
        of(repositories),
      );
    }),
    issuers: configuration.issuers.flatMap(issuerOf),
    people: peopleOf(configuration),
  };
}

const projectsIn = ({ ownership, onRepositoryCreated, slack }: Configuration): NamedProject[] => [
  ...ownership.flatMap((rule) => ('project' in rule ? [rule.project] : [])),
  ...onRepositoryCreated.map(({ project }) => project),
  ...(slack?.channels ?? []).map(({ project }) => project),
];

const repositoryIn = (rule: Rule) => ('repository' in rule ? rule.repository : undefined);

/** A workspace with the projects and repositories that a configuration names in it. */
function withNamed(
  workspace: SeedWorkspace,
  named: readonly NamedProject[],
  repositories: readonly { slug: string; uuid: string }[],
): SeedWorkspace {
  const projects: SeedProject[] = [...workspace.projects];
  for (const { key, uuid } of named) {
    if (!projects.some((one) => one.uuid === uuid || one.key === key))
      projects.push({ key, uuid, name: key });
  }
  if (projects.length === 0)
    projects.push({ key: 'MAIN', uuid: uuidOf(workspace.uuid, 'MAIN'), name: 'Main' });
  const held: SeedRepository[] = [...workspace.repositories];
  const first = projects[0] as SeedProject;
  for (const { slug, uuid } of repositories) {
    if (!held.some((one) => one.uuid === uuid || one.slug === slug)) {
      held.push({ slug, uuid, projectKey: first.key, environments: [] });
    }
  }
  for (const { key } of projects) {
    if (!held.some(({ projectKey }) => projectKey === key)) held.push(example(workspace.uuid, key));
  }
  return { ...workspace, projects, repositories: held };
}

const example = (workspace: string, projectKey: string): SeedRepository => {
  const slug = `${projectKey.toLowerCase()}-example`;
  return {
    slug,
    uuid: uuidOf(workspace, slug),
    projectKey,
    environments: (['Staging', 'Production'] as const).map((name) => ({
      name,
      uuid: uuidOf(workspace, slug, name),
      type: name,
    })),
  };
};

/** The same UUID for the same names, in braces: a restarted sandbox has the same repositories. */
function uuidOf(...names: string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(names)).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return `{${parts.join('-')}-${hex.slice(20, 32)}}`;
}

/** An issuer as the stand-in signs for it: every token has what `match` and `require` ask for. Issuers of AWS accounts are in
 *  the stand-in of AWS. */
function issuerOf(entry: Configuration['issuers'][number]): SeedIssuer[] {
  const { kind, issuer, audience, clientId, idClaim, groupsClaim, match, require } = entry;
  if (new URL(issuer).host.endsWith('.tokens.sts.global.api.aws')) return [];
  const fixed = Object.entries({ ...match, ...require }).map(
    ([path, values]) => [path, [values].flat()[0]] as const,
  );
  return [
    {
      kind,
      issuer,
      idClaim,
      fixed: Object.fromEntries(fixed),
      ...(audience === undefined ? {} : { audience }),
      ...(clientId === undefined ? {} : { clientId }),
      ...(groupsClaim === undefined ? {} : { groupsClaim }),
    },
  ];
}

/** The people of the configuration by their emails, and those of the standard seed. */
function peopleOf({ people }: Configuration): Seed['people'] {
  const own = people.flatMap(({ id, email, groups }) => {
    const address = email ?? (id.includes('@') ? id : undefined);
    return address === undefined ? [] : [{ email: address.toLowerCase(), id, groups }];
  });
  const others = seed.people.filter(({ email }) => !own.some((person) => person.email === email));
  return [...own, ...others];
}
