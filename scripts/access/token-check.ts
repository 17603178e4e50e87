import { text } from 'node:stream/consumers';
import { decodeJwt } from 'jose';
import { cedarAccess } from '../../adapters/cedar/access.ts';
import { knownNames } from '../../adapters/cedar/access-rules.ts';
import { compiledAccess } from '../../adapters/cedar/access-source.ts';
import { loadCedar } from '../../adapters/cedar/engine.ts';
import { readConfiguration, readTemplates } from '../../adapters/settings/files.ts';
import { type SettingsSource, sourceFromEnvironment } from '../../adapters/settings/source.ts';
import { systemClock } from '../../adapters/system-clock.ts';
import { type KeyLocations, tokenVerifier } from '../../adapters/tokens/verifier.ts';
import type { VerifiedClaims } from '../../domain/access/issuers/claim-path.ts';
import { companyCaller } from '../../domain/access/issuers/company-caller.ts';
import { fitsEntry, misfitsOf } from '../../domain/access/issuers/fitting-entry.ts';
import { noRepositoryAdmins, repositoryAdmins } from '../../domain/access/repository-admins.ts';
import { issuerOf } from '../../domain/bitbucket/oidc.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import type { Caller } from '../../domain/shared/principal.ts';
import { visible } from '../../domain/shared/text/visible-text.ts';
import { readCaller } from '../../domain/use-cases/reading/read-caller.ts';
import { companyKeys, workspaceKeys } from '../../handlers/http/key-locations.ts';

const USAGE = `Usage: npm run -s token:check < token

Shows which entry of issuers a token fits, or why it fits none; who its caller is; and what the access rules let them
do somewhere. Nothing is sent but a request for the issuer's keys. The token is never printed.

  ROLEWRIGHT_STAGE=sandbox          a token of the running local stack (npm start), else of the stage prod
  SANDBOX_BITBUCKET_URL=http://127.0.0.1:4010  where the local stack's issuers publish their keys

Never the token as an argument: others can see it. Exit code: 0 accepted, 1 refused, 2 wrong use, 3 keys not reachable.`;

/** What was found out: `refused` names no caller, `unverified` could not fetch the issuer's keys. */
export type TokenCheck = { outcome: 'accepted' | 'refused' | 'unverified'; text: string };

/** Checks a token as a deployment of these settings would. The text quotes claims, and no part of the token. Throws
 *  `StartFailure` with every error of the settings. */
export async function checkToken({
  input,
  source,
  locations,
  clock,
}: {
  input: string;
  source: SettingsSource;
  locations: KeyLocations;
  clock: Clock;
}): Promise<TokenCheck> {
  const token = input.trim().replace(/^Bearer\s+/i, '');
  const configuration = readConfiguration(source);
  const claims = claimsOf(token);
  const fits = claims ? fitLines(configuration, claims) : [];
  const found = await verdictOf(tokenVerifier(configuration, locations, clock).verify(token));
  const unproven =
    found.outcome === 'unverified' && claims ? unprovenCaller(configuration, claims) : undefined;
  const caller = found.caller ?? unproven;
  const lines = [
    ...fits,
    ...(fits.length > 0 ? [''] : []),
    `${found.outcome}${found.detail ? `  ${found.detail}` : ''}`,
    ...(caller ? callerLines(source, configuration, caller) : []),
  ];
  return { outcome: found.outcome, text: lines.map(visible).join('\n') };
}

function claimsOf(token: string): VerifiedClaims | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

type Verdict = { outcome: TokenCheck['outcome']; detail?: string; caller?: Caller };

/** The outcome of a verification. A failure that is not about the token leaves it unverified. */
async function verdictOf(
  verification: ReturnType<ReturnType<typeof tokenVerifier>['verify']>,
): Promise<Verdict> {
  try {
    const found = await verification;
    return found.ok
      ? { outcome: 'accepted', caller: found.value }
      : { outcome: 'refused', detail: found.problem.detail };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const detail = `${error.message} The signature was not checked; what follows holds if it is genuine.`;
    return { outcome: 'unverified', detail };
  }
}

/** The caller whom an entry would see in claims that are not proven. */
function unprovenCaller(configuration: Configuration, claims: VerifiedClaims): Caller | undefined {
  const [entry, ...others] = configuration.issuers.filter((one) => fitsEntry(one, claims));
  if (!entry || others.length > 0) return undefined;
  const found = companyCaller(entry, claims, configuration);
  return 'caller' in found ? found.caller : undefined;
}

/** Which entries of the token's issuer it fits, and why not; the known issuers, where it is of none. */
function fitLines({ issuers, workspaces }: Configuration, claims: VerifiedClaims): string[] {
  const lines = issuers.flatMap((entry, n) => {
    if (entry.issuer !== claims.iss) return [];
    const misfits = misfitsOf(entry, claims);
    const at = `/issuers/${n}  (${entry.kind})`;
    return misfits.length === 0
      ? [`fits      ${at}`]
      : [`fits not  ${at}`, ...misfits.map((one) => `    ${one}`)];
  });
  const workspace = workspaces.find(({ slug }) => issuerOf(slug) === claims.iss);
  if (workspace) lines.push(`a pipeline’s token of workspace ${workspace.slug}`);
  if (lines.length > 0) return lines;
  const iss = typeof claims.iss === 'string' ? claims.iss.slice(0, 200) : 'absent, or no text';
  return [
    `iss is    ${iss}`,
    ...[...new Set(issuers.map(({ issuer }) => issuer))].map((known) => `known is  ${known}`),
  ];
}

function callerLines(source: SettingsSource, configuration: Configuration, caller: Caller): string[] {
  const names = knownNames(configuration, readTemplates(source.root));
  const access = cedarAccess(loadCedar, compiledAccess(source, names), configuration.projects);
  const unreachable = { isRepositoryAdmin: async () => false };
  const admins = () =>
    configuration.access.repositoryAdmins ? repositoryAdmins(configuration, unreachable) : noRepositoryAdmins;
  const { kind, id, groups, may } = readCaller({ access, admins }, caller);
  return [
    '',
    `${kind} ${id}`,
    `groups  ${groups.length > 0 ? groups.join(', ') : 'none'}`,
    `may     ${may.length > 0 ? `${may.join(', ')}, on what the access rules name` : 'nothing: no access rule names this caller or a group of theirs'}`,
  ];
}

const EXIT_CODES = { accepted: 0, refused: 1, unverified: 3 } as const;

if (import.meta.main) {
  try {
    if (process.argv.length > 2 || process.stdin.isTTY) throw new Error(USAGE);
    const input = await text(process.stdin);
    if (input.trim() === '') throw new Error(USAGE);
    const { SANDBOX_BITBUCKET_URL, AWS_ENDPOINT_URL_STS } = process.env;
    const at = { sandboxUrl: SANDBOX_BITBUCKET_URL, sandboxAwsUrl: AWS_ENDPOINT_URL_STS };
    const checked = await checkToken({
      input,
      source: sourceFromEnvironment(process.cwd(), process.env),
      locations: { bitbucket: workspaceKeys(at), company: companyKeys(at) },
      clock: systemClock,
    });
    console.log(checked.text);
    process.exitCode = EXIT_CODES[checked.outcome];
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
  }
}
