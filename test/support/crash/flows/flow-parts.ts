import type { End, Flow } from '../walk.ts';
import type { Answer, Stage } from '../world/stage.ts';

export const OTHER_BUCKET = { parameters: { bucket: 'shop-other' } };
/** The worst of several answers: what one of them had no effect for, all may have had none for. */
export const together = async (...asked: Promise<Answer>[]): Promise<Answer> => {
  const answers = await Promise.all(asked);
  return answers.find((answer) => typeof answer === 'string') ?? answers[0] ?? 'failed';
};

export async function pass(stage: Stage): Promise<Answer> {
  const found = await stage.world.reconcile().catch(() => 'failed' as const);
  return typeof found === 'string' ? found : { status: 202 };
}

/** A live grant with a session, whose stream cannot be read any more. */
export async function spoiledWithSession(stage: Stage): Promise<void> {
  await activeWithSession(stage);
  await stage.spoil();
}

export async function activeWithSession(stage: Stage): Promise<void> {
  await stage.request();
  await stage.openSession();
}

export const asks: Pick<Flow, 'act' | 'target' | 'otherwise'> = {
  act: (stage) => stage.request(),
  target: 'active',
  otherwise: ['none', 'failed'],
};
export const revokes: Pick<Flow, 'act' | 'target' | 'otherwise' | 'again'> = {
  act: (stage) => stage.revoke(),
  target: 'revoked',
  otherwise: ['active'],
  // Of a grant that failed meanwhile nothing is left, and a revoke only makes sure of it.
  again: (end) => (end === 'failed' ? 'failed' : 'revoked'),
};

const HOUR_MS = 3_600_000;

/** A live grant with a session, an hour after the reconciler's first run, so that a pass over drift is due; then what somebody did
 *  to its role. */
export async function driftedAfterAnHour(
  stage: Stage,
  tamper: (stage: Stage) => Promise<unknown>,
): Promise<void> {
  await stage.request();
  await stage.world.reconcile();
  stage.world.clock.advance(HOUR_MS);
  await stage.openSession();
  await tamper(stage);
}

/** What is asked for again has an effect on a grant that is live, and on no other. */
export const ofLive =
  (target: End) =>
  (end: End): End =>
    end === 'active' || end === 'frozen' ? target : end;
