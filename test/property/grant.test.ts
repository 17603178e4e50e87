import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideRequest, type RequestCommand } from '../../domain/grants/deciders/decide-request.ts';
import { decideRevocation } from '../../domain/grants/deciders/decide-revocation.ts';
import { parseEvent } from '../../domain/grants/event.ts';
import { evolve, replay } from '../../domain/grants/evolve/evolve.ts';
import { changeOf, grantSchema, grantStates } from '../../domain/grants/grant.ts';
import { isAtRest } from '../../domain/grants/work.ts';
import { histories, intents, newEvents, RUNS } from '../support/domain/arbitraries.ts';
import { chain, GRANT_ID } from '../support/domain/samples.ts';

const commands: fc.Arbitrary<RequestCommand> = fc.record({
  intent: intents,
  planHash: fc.constantFrom('a'.repeat(64), 'b'.repeat(64)),
  approval: fc.constantFrom('none' as const, 'required' as const),
  reason: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
});

test('the events of these properties are events of the log', () => {
  fc.assert(
    fc.property(newEvents, (event) => {
      const [written] = chain([event]);
      expect(parseEvent(JSON.parse(JSON.stringify(written)))).toEqual(written);
    }),
    RUNS,
  );
});

describe('folding', () => {
  test('never throws, whatever stands in the log, and always tells a state', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const grant = replay(chain(events));
        const isBegun = events.some(({ type }) => type === 'GrantRequested');
        expect(grant !== undefined).toBe(isBegun);
        if (grant) expect(grantStates).toContain(grant.state);
      }),
      RUNS,
    );
  });

  test('never leaves a state that contradicts itself', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const grant = replay(chain(events));
        if (!grant) return;
        expect(grant.id).toBe(GRANT_ID);
        // What a state has and has not is in the schema, which knows no other field.
        expect(grantSchema.safeParse(JSON.parse(JSON.stringify(grant))).error).toBeUndefined();
        if (!isAtRest(grant)) expect(['provisioning', 'revoking', 'active', 'frozen']).toContain(grant.state);
      }),
      RUNS,
    );
  });

  test('in one go or event by event is the same', () => {
    fc.assert(
      fc.property(histories, fc.nat({ max: 12 }), (events, cut) => {
        const stream = chain(events);
        const half = replay(stream.slice(0, cut));
        expect(stream.slice(cut).reduce(evolve, half)).toEqual(replay(stream));
      }),
      RUNS,
    );
  });

  test('never makes a grant older than its newest effective event', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const stream = chain(events);
        const grant = replay(stream);
        if (!grant) return;
        expect(grant.createdAt <= grant.updatedAt).toBe(true);
        expect(stream.map(({ at }) => at)).toContain(grant.updatedAt);
      }),
      RUNS,
    );
  });
});

describe('deciding', () => {
  test('never throws in any state that a log can reach', () => {
    fc.assert(
      fc.property(histories, commands, (events, command) => {
        const grant = replay(chain(events));
        const decision = decideRequest(grant, command);
        expect(decision.ok || ['CONFLICT', 'FROZEN'].includes(decision.problem.code)).toBe(true);
        if (grant)
          expect(decideRevocation(grant, 'requested', { holds: true }).events.length).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  test('a request twice has one effect: the second writes nothing and never conflicts', () => {
    fc.assert(
      fc.property(histories, commands, (events, command) => {
        const stream = chain(events);
        const first = decideRequest(replay(stream), command);
        if (!first.ok) return;
        const after = replay(chain(first.value.events, GRANT_ID, stream));
        const second = decideRequest(after, { ...command, reason: 'Once more' });
        expect(second).toMatchObject({ ok: true, value: { events: [] } });
      }),
      RUNS,
    );
  });

  test('a revoke twice has one effect', () => {
    fc.assert(
      fc.property(histories, (events) => {
        const stream = chain(events);
        const grant = replay(stream);
        if (!grant) return;
        const after = replay(
          chain(decideRevocation(grant, 'requested', { holds: true }).events, GRANT_ID, stream),
        );
        if (!after) throw new Error('a grant stays a grant');
        expect(decideRevocation(after, 'requested', { holds: true }).events).toEqual([]);
        expect(['revoking', 'revoked', 'rejected', 'failed']).toContain(after.state);
      }),
      RUNS,
    );
  });

  test('writes only events that the state takes in', () => {
    fc.assert(
      fc.property(histories, commands, (events, command) => {
        const stream = chain(events);
        const before = replay(stream);
        const decision = decideRequest(before, command);
        if (!decision.ok || decision.value.events.length === 0) return;
        expect(replay(chain(decision.value.events, GRANT_ID, stream))).not.toBe(before);
        const asked = replay(chain(decision.value.events, GRANT_ID, stream));
        const inForce = asked && (changeOf(asked) ?? asked.request);
        expect(inForce?.intent).toEqual(command.intent);
      }),
      RUNS,
    );
  });
});
