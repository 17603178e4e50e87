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
  const environments = configuration.projects.flatMap(environmentsOf);
  return {
    createdAt: seed.createdAt,
    workspaces: configuration.workspaces.map(({ slug, uuid }) => {
      const of = <T extends { workspace: string }>(items: readonly T[]) =>
        items.filter(({ workspace }) => workspace === slug);
      const known = seed.workspaces.find((standard) => standard.slug === slug && standard.uuid === uuid);
      const name = slug.charAt(0).toUpperCase() + slug.slice(1);
      return withNamed(known ?? { slug, uuid, name, projects: [], repositories: [] }, {
        projects: of(projects),
        repositories: of(repositories),
        environments: of(environments),
      });
    }),
    issuers: configuration.issuers.flatMap(issuerOf),
    people: peopleOf(configuration),
  };
}

const projectsIn = ({ projects, ownership, onRepositoryCreated, slack }: Configuration): NamedProject[] => [
  ...projects,
  ...ownership.flatMap((rule) => ('project' in rule ? [rule.project] : [])),
  ...onRepositoryCreated.map(({ project }) => project),
  ...(slack?.channels ?? []).map(({ project }) => project),
];

/** The environments to which an entry of `projects` opens accounts. One that is pinned for several accounts is one. */
const environmentsOf = ({ workspace, uuid: project, environments }: Configuration['projects'][number]) => {
  const pinned = Object.entries(environments ?? {}).flatMap(([account, uuids]) =>
    uuids.map((uuid) => ({ workspace, project, account, uuid: uuid as string })),
  );
  return pinned.filter(({ uuid }, n) => pinned.findIndex((one) => one.uuid === uuid) === n);
};

const repositoryIn = (rule: Rule) => ('repository' in rule ? rule.repository : undefined);

/** What a configuration names in a workspace. `environments` are pinned by their UUIDs, each with its project's. */
type Named = {
  projects: readonly NamedProject[];
  repositories: readonly { slug: string; uuid: string }[];
  environments: readonly { project: string; account: string; uuid: string }[];
};

/** A workspace with what a configuration names in it. A project of the standard seed has the UUID that the configuration gives
 *  to its key, because rules are matched by it. */
function withNamed(
  workspace: SeedWorkspace,
  { projects: named, repositories, environments }: Named,
): SeedWorkspace {
  const projects: SeedProject[] = workspace.projects.map((project) => ({
    ...project,
    uuid: named.find(({ key }) => key === project.key)?.uuid ?? project.uuid,
  }));
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
  return { ...workspace, projects, repositories: withPinned(held, projects, environments) };
}

/** The repositories, of which the first of each project has the environments that are pinned for it and that none has:
 *  `Pinned staging 1` for the first of account `staging`. */
function withPinned(
  repositories: readonly SeedRepository[],
  projects: readonly SeedProject[],
  pinned: Named['environments'],
): SeedRepository[] {
  const known = new Set(repositories.flatMap(({ environments }) => environments.map(({ uuid }) => uuid)));
  const missing = pinned.filter(({ uuid }) => !known.has(uuid));
  return repositories.map((repository, n) => {
    const project = projects.find(({ key }) => key === repository.projectKey);
    const isFirst = repositories.findIndex(({ projectKey }) => projectKey === repository.projectKey) === n;
    const own = isFirst ? missing.filter((one) => one.project === project?.uuid) : [];
    const added = own.map(({ account, uuid }, at) => ({
      name: `Pinned ${account} ${at + 1}`,
      uuid,
      type: 'Staging' as const,
    }));
    return added.length > 0
      ? { ...repository, environments: [...repository.environments, ...added] }
      : repository;
  });
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
