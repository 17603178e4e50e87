import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readConfiguration } from '../adapters/settings/files.ts';
import { overlappingPatterns, overlapWarning } from '../domain/access/ownership-overlap.ts';
import { followedEvents } from '../domain/bitbucket/delivery.ts';
import type { Workspace } from '../domain/bitbucket/oidc.ts';
import type { Configuration } from '../domain/configuration/configuration.ts';
import { hubOf } from '../domain/shared/account.ts';
import { visible } from '../domain/shared/text/visible-text.ts';
import { accountAccess, diagnoseAccounts } from './accounts/diagnose.ts';
import { hubRoles, localHubRoles } from './accounts/hub-roles.ts';
import {
  type BitbucketClient,
  type BitbucketSettings,
  bitbucketClient,
  bitbucketSettings,
  cloudSettings,
  localOrDeployed,
  storedKeys,
} from './bitbucket/client.ts';
import { adminFindings, readingFindings } from './bitbucket/credential-findings.ts';
import { findHook, hookErrors, hookUrl } from './bitbucket/workspace-hook.ts';
import { clockFinding } from './doctor/clock.ts';
import { diagnoseHub } from './doctor/hub.ts';
import { diagnoseIssuers, type StandIns } from './doctor/issuers.ts';
import { diagnoseSlack } from './doctor/slack.ts';
import { bad, type Finding, good } from './finding.ts';
import { readServiceFile } from './service-file.ts';

/** Checks what an administrator sets up between Bitbucket and Rolewright: the events that this Bitbucket can send, what
 *  each credential of each workspace can see and lacks, the webhooks, and whether Rolewright answers. Changes nothing. */
export async function diagnose(
  settings: BitbucketSettings,
  { workspaces, access }: Pick<Configuration, 'workspaces' | 'access'>,
  isDeployed: boolean,
): Promise<Finding[]> {
  const findings = [
    await eventsOf(bitbucketClient(settings, undefined)),
    ...(isDeployed ? await answersOf(settings) : []),
  ];
  for (const workspace of workspaces) {
    findings.push(...(await readingFindings(settings, workspace)));
    if (access.repositoryAdmins) findings.push(...(await adminFindings(settings, workspace)));
    if (isDeployed) findings.push(await hookOf(settings, workspace));
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

async function answersOf({ api }: BitbucketSettings): Promise<Finding[]> {
  const about = `Rolewright answers at ${api}`;
  const response = await fetch(`${api}/healthz`, {
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  return [
    response?.status === 200
      ? good(about)
      : bad(about, 'Check ROLEWRIGHT_URL and the deployment, or run npm start.'),
    clockFinding(response?.headers.get('date') ?? null, Date.now()),
  ];
}

async function hookOf(settings: BitbucketSettings, { slug }: Workspace): Promise<Finding> {
  const url = hookUrl(settings.api, slug);
  const about = `${slug}: the webhook to ${url} is correct`;
  const register = `npm run webhook:register -- ${slug}`;
  const stored = storedKeys(settings, 'webhookCredentials', slug);
  if ('fault' in stored) return bad(about, `Not checked. ${stored.fault}; it needs scope webhook.`);
  try {
    const hook = await findHook(bitbucketClient(settings, stored.keys[0]), slug, url);
    if (!hook) return bad(about, `There is no webhook. Run: ${register}`);
    const errors = hookErrors(hook, url);
    return errors.length === 0 ? good(about) : bad(about, `${errors.join('; ')}. Run: ${register}`);
  } catch (error) {
    return bad(about, (error as Error).message);
  }
}

/** A warning for each pair of ownership patterns of two projects that overlap. */
export const ownershipWarnings = ({
  ownership,
  accounts,
}: Pick<Configuration, 'ownership' | 'accounts'>): Finding[] =>
  overlappingPatterns(ownership, hubOf(accounts)?.alias).map((overlap) => ({
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

/** `npm run doctor`: prints every check, and exits with 1 if one failed. With `--before-deploy` what a deployment makes is left out:
 *  the API, its webhooks with their secrets, and the boundary. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'before-deploy': { type: 'boolean', default: false } } });
  const isDeployed = !values['before-deploy'];
  const settings = isDeployed ? await bitbucketSettings(process.env) : cloudSettings(process.env);
  const source = localOrDeployed(settings, process.env);
  const configuration = readConfiguration(source);
  const access = accountAccess(settings.isSandbox, process.env);
  const hub = hubOf(configuration.accounts);
  const findings = [
    ...(await diagnose(settings, configuration, isDeployed)),
    ...(await diagnoseIssuers(configuration, standInsOf(settings, access))),
    ...(configuration.slack ? await diagnoseSlack(configuration.slack, slackOf(settings)) : []),
    ...(settings.isSandbox || !hub
      ? []
      : await diagnoseHub(
          configuration,
          { hub, stage: source.stage, isDeployed, encryptionKey: encryptionKeyOf(source.stage) },
          access,
        )),
    ...(isDeployed && hub
      ? await diagnoseAccounts(
          configuration,
          settings.isSandbox ? localHubRoles(hub) : hubRoles(process.cwd(), hub),
          access,
        )
      : []),
    ...ownershipWarnings(configuration),
  ];
  console.log(diagnosisText(findings));
  if (!findings.every(({ isGood }) => isGood)) process.exitCode = 1;
}

/** The ARN of the key that `serverless.yml` gives a stage; undefined without one. */
function encryptionKeyOf(stage: string): string | undefined {
  const { encryptionKey } = readServiceFile(process.cwd(), stage).params;
  return encryptionKey ? String(encryptionKey) : undefined;
}

const standInsOf = (
  { isSandbox, bitbucket }: BitbucketSettings,
  { endpoint }: { endpoint?: string },
): StandIns => ({
  sandboxUrl: isSandbox ? new URL(bitbucket).origin : undefined,
  sandboxAwsUrl: isSandbox ? endpoint : undefined,
});

/** The bot token of the local stack's Slack, which is no secret. */
const LOCAL_SLACK_TOKEN = 'slack-sandbox-token';

/** The bot token of the environment, or that of the local stack, and where its Slack is. */
const slackOf = ({ isSandbox }: BitbucketSettings) => ({
  token: process.env.SLACK_BOT_TOKEN ?? (isSandbox ? LOCAL_SLACK_TOKEN : undefined),
  url: isSandbox ? `http://127.0.0.1:${process.env.SANDBOX_SLACK_PORT ?? 4040}` : undefined,
});

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
