import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addedBy, allowsNothing, compareDocuments } from '../../../domain/drift/compare-documents.ts';
import {
  conditionsHold,
  coversAction,
  coversResource,
  trustVerdict,
  verdictOf,
} from '../../../sandbox/aws/policy/evaluation.ts';
import { parsePolicy } from '../../../sandbox/aws/policy/grammar.ts';
import type { Context } from '../../../sandbox/aws/policy/pattern.ts';
import { RUNS, runs } from '../../support/domain/arbitraries.ts';

/** Requests that the small world below can make. The sandbox's evaluator, which shares no code with the domain, judges
 *  each. */
const ACTIONS = ['s3:GetObject', 's3:PutObject', 'sqs:SendMessage'];
const RESOURCES = [
  'arn:aws:s3:::shop-site/index.html',
  'arn:aws:s3:::shop-site/public/a',
  'arn:aws:s3:::other/a',
  'arn:aws:logs:eu-west-1:222233334444:a:111122223333:b',
];
const TAGS = [undefined, 'web', 'Web', 'api'];
const ACCOUNTS = [undefined, '111122223333', '222233334444'];

const contexts: Context[] = TAGS.flatMap((tag) =>
  ACCOUNTS.map(
    (account): Context =>
      new Map([
        ...(tag === undefined ? [] : [['aws:principaltag/team', [tag]] as const]),
        ...(account === undefined ? [] : [['aws:resourceaccount', [account]] as const]),
      ]),
  ),
);

const requests = ACTIONS.flatMap((action) =>
  RESOURCES.flatMap((resource) => contexts.map((context) => ({ action, resource, context }))),
);

const oneOrMore = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 3 }));

const operators = [
  'StringEquals',
  'StringLike',
  'StringNotEquals',
  'StringEqualsIfExists',
  'StringEqualsIgnoreCase',
  'ForAllValues:StringEquals',
  'ForAnyValue:StringLike',
];
const condition = fc.dictionary(
  fc.constantFrom(...operators),
  fc.dictionary(
    fc.constantFrom('aws:PrincipalTag/team', 'AWS:principaltag/Team', 'aws:ResourceAccount'),
    oneOrMore(fc.constantFrom('web', 'w*', 'Web', 'api', '*', '111122223333', '1*')),
    { minKeys: 1, maxKeys: 2 },
  ),
  { maxKeys: 2 },
);

const statement = (effects: readonly string[]) =>
  fc
    .record({
      Sid: fc.constantFrom(undefined, 'One'),
      Effect: fc.constantFrom(...effects),
      action: fc.tuple(
        fc.constantFrom('Action', 'Action', 'Action', 'NotAction'),
        oneOrMore(fc.constantFrom(...ACTIONS, 's3:*', 'S3:getobject', 's3:*Object', '*')),
      ),
      resource: fc.tuple(
        fc.constantFrom('Resource', 'Resource', 'Resource', 'NotResource'),
        oneOrMore(
          fc.constantFrom(
            ...RESOURCES,
            '*',
            'arn:aws:s3:::shop-site/*',
            'arn:aws:s3:::shop-*',
            'arn:aws:s3:::*/a',
            'arn:aws:logs:*:111122223333:b',
          ),
        ),
      ),
      Condition: fc.option(condition, { nil: undefined }),
    })
    .map(({ Sid, Effect, action: [element, actions], resource: [where, resources], Condition }) => ({
      ...(Sid ? { Sid } : {}),
      Effect,
      [element]: actions,
      [where]: resources,
      ...(Condition ? { Condition } : {}),
    }));

const document = (effects: readonly string[], most: number) =>
  fc.array(statement(effects), { minLength: 1, maxLength: most }).map((statements) => ({
    Version: '2012-10-17',
    // IAM refuses a document that gives a statement id more than once.
    Statement: statements.map(({ Sid: _, ...rest }: Record<string, unknown>, n) => ({
      Sid: `S${n}`,
      ...rest,
    })),
  }));

type Document = { Version: string; Statement: Record<string, unknown>[] };

/** A document like `applied`, with one thing altered: what an operator does by hand. */
const altered = (applied: Document): fc.Arbitrary<Document> =>
  fc.tuple(fc.nat(), fc.nat(2), statement(['Allow', 'Deny'])).map(([at, how, other]) => {
    const n = at % applied.Statement.length;
    const Statement = applied.Statement.map((one, i) => {
      if (i !== n) return one;
      const { Sid: _, ...rest } = other as Record<string, unknown>;
      if (how === 0) return { ...rest, Sid: one.Sid };
      const key = how === 1 ? 'Condition' : 'Action';
      if (!(key in rest) || !(key in one)) return one;
      return { ...one, [key]: rest[key] };
    });
    return { ...applied, Statement };
  });

const pair = document(['Allow'], 2).chain((applied) =>
  fc.oneof(altered(applied), document(['Allow', 'Allow', 'Deny'], 2)).map((found) => ({ applied, found })),
);

const allowed = (found: object) => {
  const statements = parsePolicy(JSON.stringify(found), 'identity');
  return requests.map(
    ({ action, resource, context }) =>
      verdictOf(
        statements,
        (one) =>
          coversAction(one, action) && coversResource(one, resource, context) && conditionsHold(one, context),
      ) === 'allow',
  );
};

describe('whatever a policy becomes', () => {
  test('what it allows beyond the applied one is a widening, and what it no longer allows is a closing', () => {
    fc.assert(
      fc.property(pair, ({ applied, found }) => {
        const directions = compareDocuments(applied, found);
        const [before, after] = [allowed(applied), allowed(found)];
        if (after.some((now, n) => now && !before[n])) expect(directions).toContain('opened');
        if (before.some((then, n) => then && !after[n])) expect(directions).toContain('closed');
      }),
      runs(600),
    );
  });

  test('it has no difference from itself where it only allows and names what it allows', () => {
    fc.assert(
      fc.property(document(['Allow'], 3), (applied) => {
        fc.pre(!/Not(Action|Resource)/.test(JSON.stringify(applied)));
        expect(compareDocuments(applied, structuredClone(applied))).toEqual([]);
      }),
      RUNS,
    );
  });

  test('another Allow in it never closes, and another Deny never opens', () => {
    fc.assert(
      fc.property(
        document(['Allow'], 2),
        statement(['Allow']),
        statement(['Deny']),
        (applied, more, deny) => {
          fc.pre(!/Not(Action|Resource)/.test(JSON.stringify(applied)));
          const wider = { ...applied, Statement: [...applied.Statement, more] };
          const closed = { ...applied, Statement: [...applied.Statement, deny] };
          expect(compareDocuments(applied, wider)).not.toContain('closed');
          expect(compareDocuments(applied, closed)).toEqual(['closed']);
        },
      ),
      RUNS,
    );
  });

  test('one that is added and allows something is a widening, and one that denies is a closing', () => {
    fc.assert(
      fc.property(document(['Allow', 'Deny'], 2), (found) => {
        const directions = addedBy(found);
        if (allowed(found).includes(true)) expect(directions).toContain('opened');
        if (JSON.stringify(found).includes('"Deny"')) expect(directions).toContain('closed');
      }),
      RUNS,
    );
  });
});

const PROVIDER = 'arn:aws:iam::111122223333:oidc-provider/p';
const subs = ['{a}:{b}', '{a}:{e}:{b}', '{c}:{b}', ''];
const auds = ['mine', 'other'];

const trustStatement = (effects: readonly string[]) =>
  fc
    .record({
      Effect: fc.constantFrom(...effects),
      Principal: fc.constantFrom<unknown>(
        { Federated: PROVIDER },
        { Federated: [PROVIDER] },
        { Federated: 'arn:aws:iam::111122223333:oidc-provider/q' },
        '*',
      ),
      Action: fc.constantFrom<unknown>(
        'sts:AssumeRoleWithWebIdentity',
        ['STS:assumerolewithwebidentity'],
        ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
      ),
      aud: fc.constantFrom(undefined, 'mine', 'm*', ['mine', 'other']),
      sub: fc.constantFrom(undefined, '{a}:*', '{a}:{e}:*', '*', ['{a}:*', '{c}:*']),
      operator: fc.constantFrom('StringLike', 'StringEquals'),
    })
    .map(({ aud, sub, operator, ...rest }) => {
      const Condition = {
        ...(aud === undefined
          ? {}
          : { [operator === 'StringEquals' ? 'StringEquals' : 'StringLike']: { 'p:aud': aud } }),
      } as Record<string, Record<string, unknown>>;
      if (sub !== undefined) Condition.StringLike = { ...Condition.StringLike, 'p:sub': sub };
      return Object.keys(Condition).length > 0 ? { ...rest, Condition } : rest;
    });

const trustDocument = (effects: readonly string[]) =>
  fc
    .array(trustStatement(effects), { minLength: 1, maxLength: 2 })
    .map((Statement) => ({ Version: '2012-10-17', Statement }));

/** Which tokens a trust policy admits: every provider, audience and sub of the small world. */
const admitted = (found: object) =>
  [PROVIDER, 'arn:aws:iam::111122223333:oidc-provider/q'].flatMap((federated) =>
    subs.flatMap((sub) =>
      auds.map((aud) => {
        const names = (principal: { type: string; value: string }) =>
          principal.value === '*' || principal.value === federated;
        const context: Context = new Map([
          ['p:sub', [sub]],
          ['p:aud', [aud]],
        ]);
        const action = 'sts:AssumeRoleWithWebIdentity';
        return trustVerdict(JSON.stringify(found), { names, action }, context) === 'allow';
      }),
    ),
  );

test('whatever a trust policy becomes, a token that it admits anew is a widening, and one that it refuses is a closing', () => {
  fc.assert(
    fc.property(trustDocument(['Allow']), trustDocument(['Allow', 'Allow', 'Deny']), (applied, found) => {
      const directions = compareDocuments(applied, found);
      const [before, after] = [admitted(applied), admitted(found)];
      if (after.some((now, n) => now && !before[n])) expect(directions).toContain('opened');
      if (before.some((then, n) => then && !after[n])) expect(directions).toContain('closed');
      if (allowsNothing(found)) expect(after).not.toContain(true);
    }),
    runs(600),
  );
});
