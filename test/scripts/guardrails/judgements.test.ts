import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { violationsOf } from '../../../domain/guardrails/guardrails.ts';
import { isJudgedSafe, reviewedServices } from '../../../domain/guardrails/reviewed-services.ts';
import { guardrailRules } from '../../../domain/guardrails/rules.ts';
import { BORROWS } from '../../../domain/templates/acts-through.ts';
import {
  type JudgedAction,
  judgedReference,
  judgements,
  namesOf,
} from '../../../scripts/guardrails/judgements.ts';
import { generatedFiles } from '../../../scripts/guardrails/write.ts';
import { ROOT } from '../../support/arch/infrastructure.ts';
import { asAccountId } from '../../support/identifiers.ts';

let reference: JudgedAction[];

beforeAll(async () => {
  reference = await judgedReference();
});

const nameOf = ({ service, name }: JudgedAction): string => `${service}:${name}`;
const isSafe = ({ verdict }: JudgedAction): boolean => verdict === 'allow' || verdict === 'borrow';

/** Rules about resources and conditions, which a judgement of an action says nothing about. */
const ABOUT_THE_REST = /-exact$|^named-resources$|^own-account$|^star-without-resource$/;

const brokenBy = (action: string): string[] =>
  violationsOf(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'A',
          Effect: 'Allow',
          Action: [action],
          Resource: ['arn:aws:x:eu-central-1:111122223333:type/shop'],
        },
      ],
    },
    { accountId: asAccountId('111122223333'), deny: [], service: undefined },
  )
    .map(({ rule }) => rule)
    .filter((rule) => !ABOUT_THE_REST.test(rule));

describe('the judgements', () => {
  test('know the reference, and every service that was reviewed', () => {
    expect(reference.length).toBeGreaterThan(2500);
    expect([...reviewedServices].sort()).toEqual(Object.keys(judgements).sort());
  });

  test('cover every action of these services in the installed reference: a new one fails here until it is judged', () => {
    expect(reference.filter(({ verdict }) => verdict === undefined).map(nameOf)).toEqual([]);
  });

  test('leave no action that writes, tags or manages permissions to a rule of thumb', () => {
    const byHand = new Set(
      Object.entries(judgements).flatMap(([service, list]) =>
        list.flatMap(({ actions }) => namesOf(actions).map((name) => `${service}:${name}`)),
      ),
    );
    const open = reference.filter(({ level }) => !/^(?:Read|List)$/.test(level)).map(nameOf);
    expect(open.length).toBeGreaterThan(1500);
    expect(open.filter((name) => !byHand.has(name))).toEqual([]);
  });

  test('name actions that exist, each once, each with a reason', () => {
    const known = new Set(reference.map(nameOf));
    const written = Object.entries(judgements).flatMap(([service, list]) =>
      list.flatMap(({ actions }) => namesOf(actions).map((name) => `${service}:${name}`)),
    );
    expect(written.filter((name) => !known.has(name))).toEqual([]);
    expect(written.filter((name, index) => written.indexOf(name) !== index)).toEqual([]);
    for (const { reason } of Object.values(judgements).flat()) expect(reason).toMatch(/^[A-Z].{15,}\.$/);
  });

  test('are what the guardrails do: what is safe breaks no rule, what is not breaks the rule that is named', () => {
    const ids = guardrailRules.map(({ id }): string => id);
    const wrong = reference.filter((action) => {
      const broken = brokenBy(nameOf(action));
      return isSafe(action) ? broken.length > 0 : !broken.includes(action.verdict ?? '');
    });
    expect(wrong.map((action) => `${nameOf(action)} ${action.verdict}`)).toEqual([]);
    for (const action of reference) if (!isSafe(action)) expect(ids).toContain(action.verdict);
  });

  test('allow nothing that AWS files under tagging or permissions management, but for tags of new revisions', () => {
    const open = reference.filter((action) => isSafe(action) && /Permissions|Tagging/.test(action.level));
    expect(open.map(nameOf)).toEqual(['ecs:TagResource']);
  });

  test('ask for actsThrough exactly where a template does', () => {
    const borrowing = reference.filter(({ verdict }) => verdict === 'borrow').map(nameOf);
    expect(borrowing.map((name) => name.toLowerCase()).sort()).toEqual([...BORROWS, 'iam:passrole'].sort());
  });

  test('are what functions carry: every safe action and no other, and nothing that could be read otherwise', () => {
    for (const action of reference) {
      expect([nameOf(action), isJudgedSafe(nameOf(action).toLowerCase())]).toEqual([
        nameOf(action),
        isSafe(action),
      ]);
    }
    for (const odd of [
      '',
      ':',
      's3',
      's3:',
      's3:getobject:x',
      's3:getobject ',
      'toString:x',
      '__proto__:x',
    ]) {
      expect([odd, isJudgedSafe(odd)]).toEqual([odd, false]);
    }
  });
});

test('the generated files are of today', async () => {
  for (const [path, text] of Object.entries(await generatedFiles(ROOT))) {
    expect([path, readFileSync(`${ROOT}${path}`, 'utf8') === text]).toEqual([path, true]);
  }
});
