import { bitbucketApi } from '../../../adapters/bitbucket/api.ts';
import { fixedCredentials } from '../../../adapters/settings/secrets.ts';
import type { Bitbucket } from '../../../domain/bitbucket/port.ts';
import type { Repository } from '../../../domain/bitbucket/repository.ts';
import { asEpoch, asRepositoryUuid, asWorkspaceUuid } from '../identifiers.ts';

export const SECRET = 'ATCTT3xFfGN0-a-secret-token=1A2B3C4D';

export const acme = { slug: 'acme', uuid: asWorkspaceUuid('{922e118c-f34f-4226-a897-0e0afbec553d}') };

/** A workspace that is configured, and that Bitbucket shows to no credential. */
const nobody = { slug: 'nobody', uuid: asWorkspaceUuid('{00000000-0000-0000-0000-000000000000}') };

export const REPOSITORY_UUID = asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}');
export const shop: Repository = {
  uuid: REPOSITORY_UUID,
  slug: 'shop',
  fullName: 'acme/shop',
  workspace: acme,
};

/** A repository as Bitbucket Cloud shows it, cut to what matters and some of what does not. */
export const repositoryAnswer = {
  type: 'repository',
  uuid: REPOSITORY_UUID,
  full_name: 'acme/shop',
  name: 'Shop',
  slug: 'shop',
  is_private: true,
  website: null,
  size: 284698,
  workspace: { type: 'workspace', uuid: acme.uuid, name: 'Acme', slug: 'acme', links: {} },
  owner: { type: 'team', display_name: 'Acme', uuid: acme.uuid, links: {} },
  project: {
    type: 'project',
    key: 'SHOP',
    uuid: '{6f578c1d-54b2-42bc-bfcb-8384e0619a40}',
    name: 'Shop',
    links: {},
  },
  mainbranch: null,
  parent: null,
  links: {},
};

/** A deployment environment as Bitbucket Cloud lists it. */
export const environmentAnswer = (name: string, n: number) => ({
  type: 'deployment_environment',
  uuid: `{744ccb6d-fff0-45c1-8855-${n.toString(16).padStart(12, '0')}}`,
  name,
  slug: name.toLowerCase(),
  rank: 2,
  hidden: false,
  environment_type: { type: 'deployment_environment_type', name: 'Production', rank: 2 },
  restrictions: { type: 'deployment_restrictions_configuration', admin_only: false },
});

/** Bitbucket's own error. */
export const apiError = (message: string, detail?: unknown) => ({
  type: 'error',
  error: { message, ...(detail === undefined ? {} : { detail }) },
});

/** The adapter over `url`, and the waits that it asked its clock for, in milliseconds. */
export function bitbucketAt(
  url: string,
  stored: Record<string, unknown> = { acme: SECRET, nobody: SECRET },
): { bitbucket: Bitbucket; waits: number[] } {
  const waits: number[] = [];
  const clock = {
    now: () => asEpoch(0),
    sleep: async (milliseconds: number) => {
      waits.push(milliseconds);
    },
  };
  const credentials = fixedCredentials(stored, 'BITBUCKET_CREDENTIALS');
  const adminCredentials = fixedCredentials(stored, 'BITBUCKET_ADMIN_CREDENTIALS');
  const tokenUrl = new URL('/site/oauth2/access_token', url).href;
  const sources = { workspaces: [acme, nobody], credentials, adminCredentials };
  return { bitbucket: bitbucketApi({ url, tokenUrl, ...sources, clock, random: () => 0.5 }), waits };
}
