import { type Bitbucket, RepositoryNotShown } from '../../bitbucket/port.ts';
import type { InstallationSwitch } from '../../grants/containment/installation.ts';
import type { GrantEntry } from '../../grants/listing.ts';
import type { GrantTable } from '../../grants/stores.ts';
import { type Account, hubOf } from '../../shared/account.ts';
import { INSTALLATION } from '../../shared/identifiers.ts';
import { epochTime, toInstant } from '../../shared/time.ts';
import type { AppliedGrant } from '../drift/applied-role.ts';
import { loadStream } from '../grant-stream.ts';
import { type ChoicePorts, chooseGrant } from './choose-grant.ts';
import { type CanaryCheck, type CanaryFinding, failed, type Look, OK, skipped } from './finding.ts';
import { type FixedRequestPorts, prepareFixedRequest } from './fixed-request.ts';
import { lookAtProvider, lookAtRole, type RoleCheckPorts, settledGrant } from './role-checks.ts';

/** What the canary needs. Nothing of it can write. */
export type CanaryPorts = ChoicePorts &
  RoleCheckPorts &
  FixedRequestPorts & {
    grants: Pick<GrantTable, 'entries' | 'listDue'>;
    bitbucket: Bitbucket;
    installation: Pick<InstallationSwitch, 'frozenNow'>;
  };

/** Milliseconds that a row may be due. Our choice: fifteen passes of the reconciler, and longer than `work-overdue` waits, which
 *  the reconciler itself must report. Work that fails is postponed, so it does not stay due. */
const OVERDUE_MS = 900_000;

/** A repository that no workspace has. */
const NO_REPOSITORY = '{00000000-0000-4000-8000-000000000000}';

/** One run of the canary: looks at everything that a grant rests on, and at one live grant of the hub at random. Writes nothing.
 *  What cannot be looked at is a finding; nothing is thrown for it. */
export async function runCanary(ports: CanaryPorts): Promise<CanaryFinding[]> {
  const hub = hubOf(ports.configuration.accounts);
  if (!hub) throw new Error('a configuration has a hub');
  const found = await Promise.all([
    lookAtGrant(ports, hub),
    one('overdue', () => lookForOverdue(ports)),
    one('switch', () => ports.installation.frozenNow().then(() => OK)),
    one('bitbucket', () => lookAtBitbucket(ports)),
    one('request', () => lookAtRequest(ports)),
  ]);
  return found.flat();
}

/** One check. A failure of another system, or a log that cannot be read, is `broken`. */
async function one(check: CanaryCheck, look: () => Promise<Look>): Promise<CanaryFinding> {
  try {
    return { check, ...(await look()) };
  } catch (error) {
    return { check, outcome: 'broken', detail: (error as Error).message };
  }
}

/** The checks of one grant, from its row to its role. Where one of them finds no grant to look at, those behind it are skipped. */
async function lookAtGrant(ports: CanaryPorts, hub: Account): Promise<CanaryFinding[]> {
  let entry: GrantEntry | undefined;
  let grant: AppliedGrant | undefined;
  const readModel = await one('readModel', async () => {
    entry = await chooseGrant(ports, hub.id);
    return OK;
  });
  const log = await one('log', async () => {
    // The stream of the installation can be read also where there is no grant, and is often empty.
    const stream = await loadStream(ports, entry?.grantId ?? INSTALLATION);
    grant = settledGrant(stream);
    return entry && !stream.last ? failed(`the log has no event of ${entry.grantId}`) : OK;
  });
  const ofGrant = (check: CanaryCheck, look: (grant: AppliedGrant) => Promise<Look>) =>
    one(check, async () => (grant ? look(grant) : skipped('no live grant of the hub was found')));
  const of = (applied: AppliedGrant) => ({ grant: applied, account: hub });
  const role = await ofGrant('role', (applied) => lookAtRole(ports, of(applied)));
  const provider = await ofGrant('provider', (applied) => lookAtProvider(ports, of(applied)));
  const named = entry ? { grantId: entry.grantId } : {};
  return [readModel, ...[log, role, provider].map((finding) => ({ ...finding, ...named }))];
}

async function lookForOverdue({ grants, clock }: CanaryPorts): Promise<Look> {
  const [row] = await grants.listDue(toInstant(epochTime(clock.now() - OVERDUE_MS)), 1);
  return row ? failed(`${row.grantId} has waited since ${row.dueAt}`) : OK;
}

/** Whether a credential of each workspace is accepted and sees something. */
async function lookAtBitbucket({ bitbucket, configuration }: CanaryPorts): Promise<Look> {
  for (const workspace of configuration.workspaces) {
    await bitbucket.findRepository(workspace, NO_REPOSITORY).catch((error: unknown) => {
      if (!(error instanceof RepositoryNotShown)) throw error;
    });
  }
  return OK;
}

async function lookAtRequest(ports: CanaryPorts): Promise<Look> {
  const request = ports.configuration.canary;
  if (!request) return skipped('the configuration names no request');
  const prepared = await prepareFixedRequest(ports, request);
  return prepared.ok ? OK : failed(`${prepared.problem.code}: ${prepared.problem.detail}`);
}
