import { z } from 'zod';
import type { Key } from '../../adapters/bitbucket/keyring.ts';
import { excessScopes, isPartial, type Purpose, scopesIn } from '../../adapters/bitbucket/scopes.ts';
import type { Workspace } from '../../domain/bitbucket/oidc.ts';
import { parseUuid } from '../../domain/shared/identifiers.ts';
import { bad, type Finding, good, warning } from '../finding.ts';
import {
  type BitbucketAnswer,
  type BitbucketClient,
  type BitbucketSettings,
  bitbucketClient,
  storedKeys,
} from './client.ts';

const workspaceShape = z.object({ uuid: z.string(), slug: z.string() });
const repositoriesShape = z.object({
  values: z.array(z.object({ uuid: z.string() })),
  size: z.number().optional(),
});

/** What each reading credential of a workspace can see and lacks, and what they lack together. */
export async function readingFindings(settings: BitbucketSettings, workspace: Workspace): Promise<Finding[]> {
  const about = `${workspace.slug}: Rolewright has a credential`;
  const stored = storedKeys(settings, 'credentials', workspace.slug);
  if ('fault' in stored) return [bad(about, `${stored.fault}. Store one as docs/deploy.md describes.`)];
  const looks: Look[] = [];
  for (const key of stored.keys) looks.push(await lookWith(settings, workspace, key));
  const usable = looks.filter(({ isUsable }) => isUsable);
  const findings = looks.flatMap((look) => look.findings);
  if (usable.length === 0 || looks.some(({ isWhole }) => isWhole)) return findings;
  return [
    ...findings,
    warning(
      `${workspace.slug}: no credential sees the whole workspace`,
      'Grants of a deleted repository are not revoked, because a repository that no credential sees may exist. Add a workspace access token (Premium), or an OAuth consumer or API token of an account that administers the workspace.',
    ),
  ];
}

/** What one credential was found to see. */
type Look = { findings: Finding[]; isUsable: boolean; isWhole: boolean };

const unusable = (...findings: Finding[]): Look => ({ findings, isUsable: false, isWhole: false });

async function lookWith(settings: BitbucketSettings, workspace: Workspace, key: Key): Promise<Look> {
  const { slug, uuid } = workspace;
  const client = bitbucketClient(settings, key);
  const named = `${slug}: the ${key.what}`;
  const itself = await client.call('GET', `/workspaces/${encodeURIComponent(uuid)}`);
  const refused = refusalOf(named, itself, 'reading');
  if (refused) return unusable(refused);
  const found = workspaceShape.safeParse(itself.json).data;
  if (itself.status === 200 && found && (parseUuid(found.uuid) !== uuid || found.slug !== slug)) {
    const remedy = `Bitbucket calls it ${found.slug}, ${found.uuid}. Correct the configuration.`;
    return unusable(bad(`${named} reads the configured workspace`, remedy));
  }
  const isWhole = itself.status === 200 && !isPartial(itself.headers.get('x-credential-type'));
  const repositories = await repositoriesOf(client, workspace, named);
  const sees = isWhole ? 'the workspace' : 'a part of the workspace';
  const isUsable = repositories.every(({ isGood }) => isGood);
  return {
    findings: isUsable ? [good(`${named} reads ${sees}`), ...repositories] : repositories,
    isUsable,
    isWhole,
  };
}

/** Why a credential cannot be used at all; undefined where it can. */
function refusalOf(named: string, answer: BitbucketAnswer, purpose: Purpose): Finding | undefined {
  if (answer.status === 401) {
    const remedy =
      'Bitbucket answered 401: it is wrong, expired or revoked, or an OAuth consumer that is not private. Store a valid one.';
    return bad(`${named} is accepted`, remedy);
  }
  const scopes = [...answer.scopes, ...scopesIn(answer.headers.get('x-oauth-scopes'))];
  const excess = [...new Set(excessScopes(scopes, purpose))];
  if (excess.length === 0) return undefined;
  const remedy = `It has ${excess.join(', ')}, so the functions refuse it. Store one without.`;
  return bad(`${named} only reads`, remedy);
}

async function repositoriesOf(
  client: BitbucketClient,
  { uuid }: Workspace,
  named: string,
): Promise<Finding[]> {
  const path = `/repositories/${encodeURIComponent(uuid)}`;
  const listed = await client.call('GET', `${path}?pagelen=1`);
  const about = `${named} reads repositories`;
  if (listed.status === 404) {
    return [bad(about, 'Bitbucket answered 404: it is of another workspace. Store one of this workspace.')];
  }
  if (listed.status !== 200) {
    return [bad(about, `Bitbucket answered ${listed.status}. It needs scope ${scopeOf('repository')}.`)];
  }
  const page = repositoriesShape.safeParse(listed.json).data;
  const [first] = page?.values ?? [];
  if (!first) return [bad(about, 'It sees none. Give it access to the repositories.')];
  const count = page?.size === undefined ? '' : ` (${page.size})`;
  const at = `${path}/${encodeURIComponent(first.uuid)}/environments?pagelen=1`;
  const { status } = await client.call('GET', at);
  const environments = `${named} reads deployment environments`;
  return [
    good(`${about}${count}`),
    status === 200
      ? good(environments)
      : bad(environments, `Bitbucket answered ${status}. It needs scope ${scopeOf('pipeline')}.`),
  ];
}

/** A scope in both of Bitbucket's spellings. */
const scopeOf = (noun: string) => `${noun} (API tokens: read:${noun}:bitbucket)`;

/** Whether the credentials of `repositoryAdmins` can see who administers a repository. */
export async function adminFindings(settings: BitbucketSettings, workspace: Workspace): Promise<Finding[]> {
  const { slug, uuid } = workspace;
  const about = `${slug}: Rolewright can read who administers a repository`;
  const stored = storedKeys(settings, 'adminCredentials', slug);
  if ('fault' in stored) {
    return [bad(about, `${stored.fault}. Store one, or switch access.repositoryAdmins off.`)];
  }
  const findings: Finding[] = [];
  for (const key of stored.keys) {
    const named = `${slug}: the ${key.what} for administrators`;
    const client = bitbucketClient(settings, key);
    const listed = await client.call('GET', `/repositories/${encodeURIComponent(uuid)}?pagelen=1`);
    const refused = refusalOf(named, listed, 'admins');
    const [first] = repositoriesShape.safeParse(listed.json).data?.values ?? [];
    if (refused || !first) {
      findings.push(refused ?? bad(about, `Bitbucket answered ${listed.status}, and no repository.`));
      continue;
    }
    const at = `/workspaces/${encodeURIComponent(uuid)}/permissions/repositories/${encodeURIComponent(first.uuid)}`;
    const { status } = await client.call('GET', `${at}?pagelen=1`);
    const remedy = `Bitbucket answered ${status}. It needs scopes repository and repository:admin, or an account that administers the repositories.`;
    findings.push(status === 200 ? good(about) : bad(about, remedy));
  }
  return findings;
}
