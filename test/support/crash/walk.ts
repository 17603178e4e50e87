import { needsCheckpoint } from '../../../domain/grants/evolve/checkpoint.ts';
import type { LifetimeSettings } from '../../../domain/lifetimes/schema.ts';
import { INSTALLATION, type StreamId } from '../../../domain/shared/identifiers.ts';
import { nothingAfterRevoke } from '../../invariants/5-nothing-after-revoke.ts';
import { nothingForRefusedCallers } from '../../invariants/7-refused-callers.ts';
import { invariants, type PolicyViolation, violationsOf } from '../../invariants/all.ts';
import { type Evidence, endOf, type Invariant } from '../../invariants/evidence.ts';
import type { Injection, Mode } from './injector.ts';
import { provideIdentityProvider } from './world/account.ts';
import { type Answer, type Place, Stage } from './world/stage.ts';
import type { WalkTokens } from './world/tokens.ts';
import type { CrashWorld } from './world/world.ts';

/** How a story may end, as the log tells it. */
export type End = ReturnType<typeof endOf>;

/** One thing that people do with a grant, or the schedule with all of them. */
export type Flow = {
  name: string;
  environment?: string;
  /** The alias of the grant's account; the hub's unless given. */
  account?: Place['account'];
  /** `acme/shop` unless given. */
  repository?: Place['repository'];
  /** The workspace's identity provider in the account; `unusable` lacks the audience. */
  provider?: 'present' | 'missing' | 'unusable';
  /** The installation's `lifetime` while the flow is walked; none unless given. */
  lifetime?: LifetimeSettings;
  /** What happened before; nothing goes wrong in it. */
  prepare?(stage: Stage): Promise<unknown>;
  act(stage: Stage): Promise<Answer>;
  /** How the grant stands when the act was done. */
  target: End;
  /** How it may stand besides, when something went wrong in it. */
  otherwise: End[];
  /** How it may stand where one call was refused, which is taken for lasting. */
  ifRefused?: End[];
  /** How it stands after the act is done once more, where it ended otherwise and its trouble has passed; as the target
   *  when not given. */
  again?(end: End, evidence: Evidence): End;
  /** A flow whose calls others make as well: the bounded walk takes a part of them. */
  isVariation?: boolean;
  /** The reconciler also passes over the account's grants to find drift, every hour. */
  watchesDrift?: boolean;
  /** The story is about the repository's hold, or the freeze of the installation, too. */
  hasSurroundings?: boolean;
  /** Whether the act had its effect, where the end alone does not tell. */
  isDone?(evidence: Evidence): boolean;
  /** The prepared state breaks invariants itself; they count once the act had its effect. */
  isTampered?: boolean;
  /** Nobody who acts may do so. */
  isRefused?: boolean;
};

/** What one run showed: whether the faults met a call, which call the first one met, and what was broken. */
export type Run = { isHit: [boolean, boolean]; call: string; violations: PolicyViolation[] };

/** The invariant of stories in which nobody may act. */
export const REFUSED =
  'invariant 7: whoever may not ask, as a pipeline of another repository, changes nothing';

/** Where a violation is filed that no invariant alone names. */
export const OTHER = 'answers are true, ends are allowed, and whoever asks again gets what they asked for';

/** Seconds between the passes of a recovery: within a lease, behind it, and past all that may be awaited. */
const PAUSES = [20, 75, 75, 130, 130, 400, 400, 400, 400, 400, 400, 400];
/** The pass from which on nothing goes wrong any more. */
const LAST_FAULTY_PASS = 3;

const HOUR_MS = 3_700_000;

/** The installation stays due while it is frozen. */
const isWatched = (due: StreamId): boolean => due === INSTALLATION;

/** Runs flows with faults in them, recovers, and looks whether the invariants hold. */
export class Walk {
  readonly #world: CrashWorld;
  readonly #tokens: WalkTokens;
  #runs = 0;

  constructor(world: CrashWorld, tokens: WalkTokens) {
    this.#world = world;
    this.#tokens = tokens;
  }

  /** How many runs there were. */
  get runs(): number {
    return this.#runs;
  }

  /** One run: what happened before, the act with the first fault in it, recovery with the second, then the questions. */
  async run(flow: Flow, first: Injection, second?: Injection): Promise<Run> {
    const { injector } = this.#world;
    this.#runs += 1;
    const stage = new Stage(this.#world, this.#tokens, `run-${this.#runs}`, flow);
    try {
      this.#world.retire();
      this.#world.lifetime = flow.lifetime;
      this.#world.driftAccount = flow.watchesDrift ? stage.accountId : undefined;
      // A pass that did something is summed up in the installation's stream.
      stage.hasSurroundings = flow.hasSurroundings ?? flow.watchesDrift ?? false;
      await provideIdentityProvider(stage.world.aws, flow.provider ?? 'present', stage);
      await flow.prepare?.(stage);
      await stage.begin();
      this.#world.retire();
      injector.meanwhile = (mode) => this.#rival(stage, flow, mode);
      injector.arm(first);
      const answer = await flow.act(stage);
      const faults = await this.#faultsOfAnswer(stage, first.mode, answer);
      await this.#world.idle();
      const firstHit = injector.hit;
      await stage.world.aws.calmDown();
      injector.arm(second);
      faults.push(...(await this.#recover(stage, second !== undefined)));
      if (flow.watchesDrift) faults.push(...(await this.#afterTheHour(stage, second !== undefined)));
      const secondHit = injector.hit;
      injector.arm(undefined);
      const violations = await this.#judge(stage, flow, [first.mode, ...(second ? [second.mode] : [])]);
      violations.push(...[...faults, ...stage.bugs].map((fault) => ({ title: OTHER, fault })));
      const call = firstHit ? `${firstHit.system} ${firstHit.operation}` : '';
      return { isHit: [firstHit !== undefined, secondHit !== undefined], call, violations };
    } finally {
      injector.arm(undefined);
      await stage.tidy();
    }
  }

  /** Asks the questions of the quiet state; and where the act had no effect, has it done again and asks once more. */
  async #judge(stage: Stage, flow: Flow, modes: Mode[]): Promise<PolicyViolation[]> {
    const holds: Record<string, Invariant> = flow.isRefused
      ? { ...invariants, [REFUSED]: nothingForRefusedCallers }
      : invariants;
    const other = (fault: string): PolicyViolation => ({ title: OTHER, fault });
    const evidence = await stage.evidence('all', await this.#laterChanges(stage));
    const end = endOf(evidence);
    const isDone = end === flow.target && (flow.isDone?.(evidence) ?? true);
    const violations = isDone || !flow.isTampered ? violationsOf(evidence, holds) : [];
    const ifRefused = modes.includes('forbid') ? (flow.ifRefused ?? []) : [];
    if (![flow.target, ...flow.otherwise, ...ifRefused, ...rivalEnds(modes)].includes(end))
      violations.push(other(`it ends ${end}`));
    if (isDone || violations.length > 0) return violations;
    await flow.act(stage);
    const again = await stage.evidence('all', await this.#laterChanges(stage));
    const endAgain = endOf(again);
    if (endAgain !== (flow.again?.(end, evidence) ?? flow.target))
      violations.push(other(`asked again after ${end}, it ends ${endAgain}`));
    return [...violations, ...violationsOf(again, holds)];
  }

  /** What was answered must be so at that very moment. */
  async #faultsOfAnswer(stage: Stage, mode: Mode, answer: Answer): Promise<string[]> {
    if (typeof answer === 'string' || mode.startsWith('stall')) return [];
    const { status, state } = answer;
    if (status !== 200 && status !== 201) return [];
    const evidence = await stage.evidence('own');
    const now = endOf(evidence);
    if (state === 'active') {
      const own = evidence.admissions.find(({ token }) => token === 'own');
      return now === 'active' && own?.admitted ? [] : [`${status} was answered while the grant is ${now}`];
    }
    if (state === 'closed' && now !== 'closed') return [`${status} was answered while the grant is ${now}`];
    if (state === 'frozen' && now !== 'frozen') return [`${status} was answered while the grant is ${now}`];
    if (state === 'revoked' || state === 'closed' || state === 'frozen') return nothingAfterRevoke(evidence);
    return [];
  }

  async #rival(stage: Stage, flow: Flow, mode: Mode): Promise<void> {
    if (mode === 'stall-repeat') await flow.act(stage);
    if (mode === 'stall-revoke') await stage.revoke();
    if (mode === 'stall-reconcile') {
      this.#world.clock.advance(61_000);
      await this.#world.reconcile();
    }
  }

  async #recover({ hasSurroundings }: Stage, isFaulty: boolean): Promise<string[]> {
    const { clock, injector } = this.#world;
    for (const [n, pause] of PAUSES.entries()) {
      if (n === LAST_FAULTY_PASS) injector.calm();
      await injector.arriveLate();
      clock.advance(pause * 1000);
      // No row is due for what is left to do around the grant, so a pass without faults must have looked.
      const isOver = injector.hit !== undefined && !hasSurroundings;
      const found = await this.#world.reconcile().catch(() => undefined);
      await this.#world.idle();
      const isQuiet = typeof found === 'object' && this.#world.due.every(isWatched);
      if (isQuiet && n > 0 && (n >= LAST_FAULTY_PASS || !isFaulty || isOver)) return [];
    }
    return ['reconciling comes to no rest'];
  }

  /** The next pass over drift, which looks at what the faults have kept an earlier one from. */
  async #afterTheHour(stage: Stage, isFaulty: boolean): Promise<string[]> {
    this.#world.clock.advance(HOUR_MS);
    await this.#world.reconcile().catch(() => undefined);
    return this.#recover(stage, isFaulty);
  }

  async #laterChanges(stage: Stage): Promise<string[]> {
    // A long stream owes a checkpoint. It is no part of recovery: the pass of the next minute has it kept.
    if (needsCheckpoint({ checkpoint: undefined, events: await this.#world.storage.events(stage.grantId) })) {
      this.#world.clock.advance(61_000);
      await this.#world.reconcile();
    }
    const before = await stage.snapshot();
    this.#world.clock.advance(this.#world.driftAccount ? HOUR_MS : 120_000);
    await this.#world.reconcile();
    const after = await stage.snapshot();
    return (['log', 'row', 'IAM'] as const).filter((part) => before[part] !== after[part]);
  }
}

const rivalEnds = (modes: Mode[]): End[] => (modes.includes('stall-revoke') ? ['revoked', 'none'] : []);
