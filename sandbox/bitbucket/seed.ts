/** The workspaces, repositories and people that a new sandbox starts with. UUIDs are fixed, in braces, lower-case. */
export type EnvironmentType = 'Test' | 'Staging' | 'Production';

export type SeedEnvironment = { name: string; uuid: string; type: EnvironmentType };
export type SeedProject = { key: string; uuid: string; name: string };
export type SeedRepository = {
  slug: string;
  name?: string;
  uuid: string;
  projectKey: string;
  environments: readonly SeedEnvironment[];
};
export type SeedWorkspace = {
  slug: string;
  uuid: string;
  name: string;
  projects: readonly SeedProject[];
  repositories: readonly SeedRepository[];
};

const acme: SeedWorkspace = {
  slug: 'acme',
  uuid: '{922e118c-f34f-4226-a897-0e0afbec553d}',
  name: 'Acme',
  projects: [
    { key: 'SHOP', uuid: '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}', name: 'Shop' },
    { key: 'WEB', uuid: '{18b60cd9-173a-4a44-a4ec-6c251e367573}', name: 'Web' },
  ],
  repositories: [
    {
      slug: 'shop',
      uuid: '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}',
      projectKey: 'SHOP',
      environments: [
        { name: 'Staging', uuid: '{744ccb6d-fff0-45c1-8855-3f91b372a57a}', type: 'Staging' },
        { name: 'Production', uuid: '{bd715740-c970-486b-b68a-b421ec2a1f8b}', type: 'Production' },
      ],
    },
    { slug: 'web', uuid: '{3b2f8666-11df-42ad-adc4-55d5d305ae3a}', projectKey: 'WEB', environments: [] },
    {
      slug: 'api',
      name: 'Public API',
      uuid: '{9c0d2a0c-2c27-48b5-abef-899c79205ac4}',
      projectKey: 'WEB',
      environments: [],
    },
  ],
};

const globex: SeedWorkspace = {
  slug: 'globex',
  uuid: '{979f3574-6128-47d7-81ae-79d593e68689}',
  name: 'Globex',
  projects: [{ key: 'OTHER', uuid: '{b5221305-d747-47c2-8531-4533c5ef0422}', name: 'Other' }],
  repositories: [
    { slug: 'other', uuid: '{00d55214-0115-4a31-a6d5-a375ad2c465f}', projectKey: 'OTHER', environments: [] },
  ],
};

/** An issuer of the company. `fixed` are claims, by path, that every token of it has; `idClaim` and `groupsClaim` are where a
 *  token holds the id and the groups. */
export type SeedIssuer = {
  kind: 'person' | 'service';
  issuer: string;
  idClaim: string;
  fixed: Readonly<Record<string, unknown>>;
  audience?: string;
  clientId?: string;
  groupsClaim?: string;
};

/** A person of the company: the groups that tokens have if none are asked for, and the id where it is not the email. */
export type SeedPerson = { email: string; id?: string; groups: readonly string[] };

/** What a new sandbox holds; every repository was created at `createdAt` (ISO 8601 UTC). */
export type Seed = {
  createdAt: string;
  workspaces: readonly SeedWorkspace[];
  issuers: readonly SeedIssuer[];
  people: readonly SeedPerson[];
};

const companyIssuer = (kind: SeedIssuer['kind'], host: string, idClaim: string): SeedIssuer => ({
  kind,
  issuer: `https://${host}`,
  audience: 'rolewright',
  idClaim,
  groupsClaim: 'groups',
  fixed: {},
});

/** The standard seed, which fits `sandbox/config.yaml`. */
export const seed: Seed = {
  createdAt: '2026-01-05T08:00:00.000Z',
  workspaces: [acme, globex],
  issuers: [
    companyIssuer('person', 'login.acme.example', 'email'),
    companyIssuer('service', 'services.acme.example', 'sub'),
  ],
  people: [
    { email: 'ada@acme.example', id: 'ada@acme.example', groups: ['platform'] },
    { email: 'grace@acme.example', id: 'grace@acme.example', groups: ['platform'] },
    { email: 'mallory@acme.example', id: 'mallory@acme.example', groups: [] },
  ],
};

/** An Atlassian account of the seed. */
export type Account = { nickname: string; uuid: string; accountId: string };

/** The people of the seed in Bitbucket. */
export const accounts: readonly Account[] = ['ada', 'grace', 'mallory'].map((nickname, n) => {
  const id = `8a1d3f52-6c0e-4b7a-9f25-0d4c7e61a00${n + 1}`;
  return { nickname, uuid: `{${id}}`, accountId: `557058:${id}` };
});

/** The permissions on every repository of the seed and on every new one: Ada administers the workspaces. */
export const firstPermissions = accounts.map((account, n) => ({
  ...account,
  permission: (['admin', 'write', 'read'] as const)[n] ?? 'read',
}));

/** The secret of each workspace's webhook to Rolewright, by slug. */
export const webhookSecretsOf = (workspaces: readonly { slug: string }[]): Record<string, string> =>
  Object.fromEntries(workspaces.map(({ slug }) => [slug, `sandbox-webhook-secret-of-workspace-${slug}`]));

/** Those of the standard seed. */
export const webhookSecrets = webhookSecretsOf(seed.workspaces);
