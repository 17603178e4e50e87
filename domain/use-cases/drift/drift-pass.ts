import { type DriftFound, NOTHING_FOUND, type PassPosition, type PassRecord } from '../../drift/passes.ts';
import type { Account } from '../../shared/account.ts';
import type { AccountId } from '../../shared/identifiers.ts';
import { type EpochMilliseconds, plusSeconds, type Seconds, seconds, toInstant } from '../../shared/time.ts';
import { sideBySide } from '../side-by-side.ts';
import { lookThroughGrants } from './missing-roles.ts';
import { paceOf } from './pace.ts';
import { lookThroughRoles } from './present-roles.ts';
import type { DriftPorts, RunningPass } from './running-pass.ts';
import { recordPass } from './summary.ts';

/** Seconds from the beginning of one pass to that of the next. Our choice: what someone opens by hand is closed within the
 *  hour. */
const PASS_EVERY_SECONDS: Seconds = seconds(3600);

/** Accounts that are passed over at the same time; each has its own pace. Our choice. */
const ACCOUNTS_SIDE_BY_SIDE = 3;

/** Seconds by which the lease of an account outlives the run that took it. */
const LEASE_MARGIN_SECONDS = 60;

/** One run of passes. `isForced` begins a pass in every account, whenever the last one was; an interrupted one goes on. `owner` is unique to the run; it
 *  begins no call after `deadline`. */
export type DriftRun = { owner: string; deadline: EpochMilliseconds; isForced: boolean };

/** What a run found in an account. `hasBegun`: the pass began in this run. `isDone`: it has come to its end; else the next run goes
 *  on with it. */
export type AccountPass = { account: AccountId; hasBegun: boolean; isDone: boolean; found: DriftFound };

/** Compares every grant with IAM, account by account, where a pass is due or was interrupted. Only one run passes over an account
 *  at a time. What is kept in memory is one answer of IAM and the ids that were seen. An account that cannot be
 *  reached stops no other. Answers what was done; nothing for accounts in which no pass was due. */
export async function passOverAccounts(ports: DriftPorts, run: DriftRun): Promise<AccountPass[]> {
  const passes: AccountPass[] = [];
  const mayBegin = () => ports.clock.now() < run.deadline;
  await sideBySide(ports.accounts, { width: ACCOUNTS_SIDE_BY_SIDE, mayBegin }, async (account) => {
    const pass = await passOver(ports, account, run);
    if (pass) passes.push(pass);
  });
  return passes;
}

async function passOver(
  ports: DriftPorts,
  account: Account,
  run: DriftRun,
): Promise<AccountPass | undefined> {
  const { clock, passes } = ports;
  const now = toInstant(clock.now());
  const until = plusSeconds(toInstant(run.deadline), seconds(LEASE_MARGIN_SECONDS));
  const record = await passes.take(account.id, { owner: run.owner, now, until });
  if (!record) return undefined;
  const position = nextPosition(record, now, run.isForced);
  if (!position) {
    const first = plusSeconds(now, PASS_EVERY_SECONDS);
    await passes.keep(account.id, run.owner, { nextAt: first, ...record });
    return undefined;
  }
  const pass: RunningPass = {
    account,
    position,
    seen: new Set(position.seen),
    pace: paceOf(clock),
    deadline: run.deadline,
  };
  const isDone = await goOn(ports, pass, run.owner);
  const found = { ...pass.position.found, calls: position.found.calls + pass.pace.taken() };
  const kept: PassRecord = isDone
    ? { nextAt: plusSeconds(position.startedAt, PASS_EVERY_SECONDS) }
    : { position: { ...pass.position, seen: [...pass.seen], found } };
  await passes.keep(account.id, run.owner, kept);
  return { account: account.id, hasBegun: position !== record.position, isDone, found };
}

/** Where a pass begins or goes on; undefined where none is due, as in the first run of an installation. */
function nextPosition(
  { position, nextAt }: PassRecord,
  now: PassPosition['startedAt'],
  isForced: boolean,
): PassPosition | undefined {
  // Also where one is asked for: a pass that is begun again and again would not come to its end.
  if (position) return position;
  if (!isForced && (nextAt === undefined || nextAt > now)) return undefined;
  return { startedAt: now, phase: 'roles', seen: [], found: NOTHING_FOUND };
}

/** Goes on with a pass; true at its end. A failure leaves the pass where it is. */
async function goOn(ports: DriftPorts, pass: RunningPass, owner: string): Promise<boolean> {
  try {
    if (pass.position.phase === 'roles') {
      if (!(await lookThroughRoles(ports, pass))) return false;
      const { after: _, ...position } = pass.position;
      pass.position = { ...position, phase: 'grants' };
    }
    if (!(await lookThroughGrants(ports, pass))) return false;
    await recordPass(ports, pass, owner);
    return true;
  } catch (error) {
    ports.reportFailure(pass.account.id, error);
    pass.position = withoutRefusedPosition(pass, error);
    return false;
  }
}

/** IAM does not say how long a position in its list is good: one that it refuses is given up, and the list is begun again. */
function withoutRefusedPosition({ position }: RunningPass, error: unknown): PassPosition {
  const isRefused = (error as { code?: unknown }).code === 'REJECTED';
  if (!isRefused || position.phase !== 'roles') return position;
  const { after: _, ...rest } = position;
  return rest;
}
