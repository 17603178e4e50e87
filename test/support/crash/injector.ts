import type { Outgoing, OutgoingCall } from '../../../adapters/outgoing.ts';
import { type Failure, failedAttempt, timeoutOf } from './failures.ts';
import type { WalkClock } from './world/clock.ts';
import { never, type WalkProcess } from './world/process.ts';

/** What goes wrong at a call.
 *  - `die-before`, `die-after`: the process dies before the call, or when it took effect and before its reply
 *  - `die-late`: the process dies, and its call takes effect only while others already recover
 *  - `lost-reply`, `drop`: the connection breaks after, or before, the effect; once, so that a retry gets through
 *  - `lost-replies`: every reply of that system is lost from here on
 *  - `throttle`, `timeout`, `error`: that system does so from here on; `error-once`, `timeout-after`: once
 *  - `forbid`: refused once
 *  - `stall-…`: the call hangs while somebody else does something, and goes on afterwards */
export const modes = [
  'die-before',
  'die-after',
  'die-late',
  'lost-reply',
  'drop',
  'throttle',
  'lost-replies',
  'timeout',
  'timeout-after',
  'error-once',
  'error',
  'forbid',
  'stall-repeat',
  'stall-revoke',
  'stall-reconcile',
] as const;

export type Mode = (typeof modes)[number];

/** A fault at the `at`-th attempt of a call from when it is armed, from 1; with `operation`, of such a call. */
export type Injection = { mode: Mode; at: number; operation?: string };

type Lasting = { system: OutgoingCall['system']; failure: Failure; withEffect: boolean };

const lastingOf: Partial<Record<Mode, Omit<Lasting, 'system'>>> = {
  'lost-replies': { failure: 'disconnect', withEffect: true },
  throttle: { failure: 'throttle', withEffect: false },
  timeout: { failure: 'timeout', withEffect: false },
  error: { failure: 'error', withEffect: false },
};

const onceOf: Partial<Record<Mode, Omit<Lasting, 'system'>>> = {
  'lost-reply': { failure: 'disconnect', withEffect: true },
  drop: { failure: 'disconnect', withEffect: false },
  'timeout-after': { failure: 'timeout', withEffect: true },
  'error-once': { failure: 'error', withEffect: false },
  forbid: { failure: 'forbid', withEffect: false },
};

/** Counts every attempt of every outgoing call of every process, and breaks the one that it is armed for. */
export class Injector {
  readonly #clock: WalkClock;
  #armed: Injection | undefined;
  #count = 0;
  #lasting: Lasting | undefined;
  #late: (() => Promise<unknown>) | undefined;
  /** The call that was broken, undefined while none was. */
  hit: OutgoingCall | undefined;
  /** What others do while a call stalls. */
  meanwhile: (mode: Mode) => Promise<void> = async () => {};
  /** Every attempt that was sent, for what must be known at that very moment. */
  beforeSend: (call: OutgoingCall) => Promise<void> = async () => {};

  constructor(clock: WalkClock) {
    this.#clock = clock;
  }

  arm(injection: Injection | undefined): void {
    this.#armed = injection;
    this.#count = 0;
    this.#lasting = undefined;
    this.hit = undefined;
  }

  /** From here on nothing goes wrong any more; what was hit stays known. */
  calm(): void {
    this.#armed = undefined;
    this.#lasting = undefined;
  }

  /** Has the call of a dead process arrive, if there is one on its way. */
  async arriveLate(): Promise<void> {
    const late = this.#late;
    this.#late = undefined;
    await late?.().catch(() => undefined);
  }

  /** The way out of one process. */
  outgoingOf(process: WalkProcess): Outgoing {
    return async <T>(call: OutgoingCall, send: () => Promise<T>): Promise<T> => {
      if (process.isDead) return never();
      this.#clock.tick();
      const sendNoted = async () => {
        await this.beforeSend(call);
        return send();
      };
      try {
        const result = await this.#pass(process, call, sendNoted);
        return process.isDead ? never() : result;
      } catch (error) {
        return process.isDead ? never() : Promise.reject(error);
      }
    };
  }

  async #pass<T>(process: WalkProcess, call: OutgoingCall, send: () => Promise<T>): Promise<T> {
    if (call.operation === (this.#armed?.operation ?? call.operation)) this.#count += 1;
    const lasting = this.#lasting?.system === call.system ? this.#lasting : undefined;
    if (lasting) return this.#fail(call, send, lasting);
    if (this.hit || !this.#armed || this.#armed.at !== this.#count) return send();
    this.hit = call;
    const { mode } = this.#armed;
    const last = lastingOf[mode];
    if (last) {
      this.#lasting = { system: call.system, ...last };
      return this.#fail(call, send, last);
    }
    const once = onceOf[mode];
    if (once) return this.#fail(call, send, once);
    if (mode === 'die-after') await send().catch(() => undefined);
    if (mode === 'die-late') this.#late = send;
    if (mode.startsWith('die-')) {
      process.die();
      return never();
    }
    await this.meanwhile(mode);
    return send();
  }

  async #fail<T>(
    call: OutgoingCall,
    send: () => Promise<T>,
    { failure, withEffect }: Omit<Lasting, 'system'>,
  ): Promise<T> {
    // What the call was answered is lost as well, a refusal included.
    if (withEffect) await send().catch(() => undefined);
    if (failure === 'timeout') this.#clock.advance(timeoutOf(call));
    return failedAttempt(call, failure) as T;
  }
}
