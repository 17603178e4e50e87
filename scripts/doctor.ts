import { z } from 'zod';
import { readConfiguration } from '../adapters/settings/files.ts';
import { overlappingPatterns, overlapWarning } from '../domain/access/ownership-overlap.ts';
import { followedEvents } from '../domain/bitbucket/delivery.ts';
import type { Workspace } from '../domain/bitbucket/oidc.ts';
import type { Configuration } from '../domain/configuration/configuration.ts';
import { parseUuid } from '../domain/shared/identifiers.ts';
import { visible } from '../domain/shared/text/visible-text.ts';
import {
  type BitbucketClient,
  type BitbucketSettings,
  bitbucketClient,
  bitbucketSettings,
  localOrDeployed,
} from './bitbucket/client.ts';
import { findHook, hookErrors, hookUrl } from './bitbucket/workspace-hook.ts';

/** One check. `remedy` says what to do if it failed, or with `isWarning` what to consider. */
export type Finding = { about: string; isGood: boolean; isWarning?: true; remedy?: string };

const good = (about: string): Finding => ({ about, isGood: true });
const bad = (about: string, remedy: string): Finding => ({ about, isGood: false, remedy });

/** Checks what an administrator sets up between Bitbucket and Rolewright: the events that this Bitbucket can send, what
 *  the functions' credential can read, the webhooks, and whether Rolewright answers. Changes nothing. */
export async function diagnose(
  settings: BitbucketSettings,
  workspaces: readonly Workspace[],
): Promise<Finding[]> {
  const findings = [await eventsOf(bitbucketClient(settings, undefined)), await answersOf(settings)];
  for (const workspace of workspaces) {
    findings.push(...(await readable(settings, workspace)), await hookOf(settings, workspace));
  }
  return findings;
}

async function eventsOf(client: BitbucketClient): Promise<Finding> {
  const about = 'Bitbucket can send every event that Rolewright handles';
  const listed = await client.list('/hook_events/workspace?pagelen=100', z.object({ event: z.string() }));
  if ('status' in listed)
    return bad(about, `GET /2.0/hook_events/workspace answered ${listed.status}. Try again.`);
  const known = listed.items.map(({ event }) => event);
  const missing = followedEvents.filter((event) => !known.includes(event));
  if (missing.length === 0) return good(about);
  return bad(
    about,
    `It does not list ${missing.join(', ')} for workspaces, so Rolewright is not notified of these events.`,
  );
}

async function answersOf({ api }: BitbucketSettings): Promise<Finding> {
  const about = `Rolewright answers at ${api}`;
  const response = await fetch(`${api}/healthz`, {
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  return response?.status === 200
    ? good(about)
    : bad(about, 'Check ROLEWRIGHT_URL and the deployment, or run npm start.');
}

const workspaceShape = z.object({ uuid: z.string(), slug: z.string() });
const repositoryShape = z.object({ uuid: z.string() });

async function readable(settings: BitbucketSettings, { slug, uuid }: Workspace): Promise<Finding[]> {
  const about = `${slug}: the functions' credential can read the workspace`;
  if (!settings.token) return [bad(about, 'Set BITBUCKET_TOKEN to the credential that the functions use.')];
  const client = bitbucketClient(settings, settings.token);
  const { status, json } = await client.call('GET', `/workspaces/${encodeURIComponent(uuid)}`);
  const found = workspaceShape.safeParse(json).data;
  if (status !== 200 || !found) {
    return [
      bad(
        about,
        `Bitbucket answered ${status}. Use a workspace access token with scopes repository and pipeline.`,
      ),
    ];
  }
  if (parseUuid(found.uuid) !== uuid || found.slug !== slug) {
    return [bad(about, `Bitbucket calls it ${found.slug}, ${found.uuid}. Correct the configuration.`)];
  }
  const path = `/repositories/${encodeURIComponent(uuid)}`;
  const listed = await client.call('GET', `${path}?pagelen=1`);
  const repositories = `${slug}: the functions' credential can read repositories`;
  const [first] = z.object({ values: z.array(repositoryShape) }).safeParse(listed.json).data?.values ?? [];
  if (listed.status !== 200) {
    return [
      good(about),
      bad(repositories, `Bitbucket answered ${listed.status}. The credential needs scope repository.`),
    ];
  }
  if (!first)
    return [good(about), bad(repositories, 'It can read none. Give it access to the repositories.')];
  const environments = `${slug}: the functions' credential can read deployment environments`;
  const { status: last } = await client.call(
    'GET',
    `${path}/${encodeURIComponent(first.uuid)}/environments?pagelen=1`,
  );
  const isGood = last === 200;
  return [
    good(about),
    good(repositories),
    isGood
      ? good(environments)
      : bad(environments, `Bitbucket answered ${last}. The credential needs scope pipeline.`),
  ];
}

async function hookOf(settings: BitbucketSettings, { slug }: Workspace): Promise<Finding> {
  const url = hookUrl(settings.api, slug);
  const about = `${slug}: the webhook to ${url} is correct`;
  const register = `npm run webhook:register -- ${slug}`;
  if (!settings.adminToken)
    return bad(about, 'Not checked: set BITBUCKET_ADMIN_TOKEN to a credential with scope webhook.');
  try {
    const hook = await findHook(bitbucketClient(settings, settings.adminToken), slug, url);
    if (!hook) return bad(about, `There is no webhook. Run: ${register}`);
    const errors = hookErrors(hook, url);
    return errors.length === 0 ? good(about) : bad(about, `${errors.join('; ')}. Run: ${register}`);
  } catch (error) {
    return bad(about, (error as Error).message);
  }
}

/** A warning for each pair of ownership patterns of two projects that overlap. */
export const ownershipWarnings = ({ ownership }: Pick<Configuration, 'ownership'>): Finding[] =>
  overlappingPatterns(ownership).map((overlap) => ({
    ...overlapWarning(overlap),
    isGood: true,
    isWarning: true,
  }));

/** Findings for people. */
export const diagnosisText = (findings: readonly Finding[]): string =>
  findings
    .flatMap(({ about, isGood, isWarning, remedy }) => [
      `${isWarning ? '!' : isGood ? '\u2713' : '\u2717'} ${visible(about)}`,
      ...(remedy ? [`    ${visible(remedy)}`] : []),
    ])
    .join('\n');

/** `npm run doctor`: prints every check, and exits with 1 if one failed. */
async function main(): Promise<void> {
  const settings = bitbucketSettings(process.env);
  const configuration = readConfiguration(localOrDeployed(settings, process.env));
  const findings = [
    ...(await diagnose(settings, configuration.workspaces)),
    ...ownershipWarnings(configuration),
  ];
  console.log(diagnosisText(findings));
  if (!findings.every(({ isGood }) => isGood)) process.exitCode = 1;
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
