import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderDenyingTrustPolicy } from '../../domain/trust/policy.ts';
import { RUNS, uuids } from '../support/domain/arbitraries.ts';
import { judge } from '../support/domain/oracle.ts';
import { ACCOUNT, check, grants, isOwn, render, steps, tokenOf } from '../support/domain/tokens.ts';

describe('a rendered trust policy', () => {
  test('admits every token of its own', () => {
    fc.assert(
      fc.property(grants, uuids, (g, step) => {
        expect(judge(render(g), tokenOf(g, step))).toBe('admitted');
      }),
      RUNS,
    );
  });

  test('admits the steps of every environment of its repository when it is for the whole', () => {
    fc.assert(
      fc.property(grants, steps, (g, step) => {
        const whole = { ...g, environmentUuid: undefined };
        expect(judge(render(whole), tokenOf(whole, step))).toBe('admitted');
      }),
      RUNS,
    );
  });

  test('never admits a token of another repository, environment, workspace or account', () => {
    fc.assert(
      fc.property(
        grants,
        grants,
        uuids,
        fc.constantFrom(ACCOUNT, '999999999999'),
        (g, other, step, account) => {
          const token = tokenOf(other, step);
          token.federated = token.federated.replace(ACCOUNT, account);
          expect(judge(render(g), token)).toBe(isOwn(g, token) ? 'admitted' : 'refused');
        },
      ),
      RUNS,
    );
  });

  test('never admits a token that differs from its own in one part only', () => {
    fc.assert(
      fc.property(grants, uuids, grants, (g, step, other) => {
        const own = tokenOf(g, step);
        for (const field of ['federated', 'aud', 'sub'] as const) {
          const token = { ...own, [field]: tokenOf(other, step)[field] };
          expect(judge(render(g), token)).toBe(isOwn(g, token) ? 'admitted' : 'refused');
        }
      }),
      RUNS,
    );
  });

  test('never admits a token that only contains its repository somewhere', () => {
    fc.assert(
      fc.property(grants, uuids, uuids, fc.constantFrom(':', '', 'x', '}', '*'), (g, first, step, glue) => {
        const own = tokenOf(g, step);
        for (const sub of [
          `${first}${glue}${own.sub}`,
          `${g.repositoryUuid}${glue}${glue}${step}`,
          g.repositoryUuid,
          `${glue}${own.sub}`,
        ]) {
          const token = { ...own, sub };
          expect(judge(render(g), token)).toBe(isOwn(g, token) ? 'admitted' : 'refused');
        }
      }),
      RUNS,
    );
  });

  test('of a revoke admits nobody', () => {
    fc.assert(
      fc.property(grants, uuids, (g, step) => {
        expect(judge(render(g, renderDenyingTrustPolicy), tokenOf(g, step))).toBe('refused');
      }),
      RUNS,
    );
  });

  test('passes the checker', () => {
    fc.assert(
      fc.property(grants, (g) => {
        expect(check(render(g), g)).toEqual([]);
      }),
      RUNS,
    );
  });
});
