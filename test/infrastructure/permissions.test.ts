import { beforeAll, describe, expect, test } from '@jest/globals';
import { callsByFunction } from '../support/arch/adapter-calls.ts';
import {
  deniedToDeployer,
  deployerCalls,
  deployerPolicy,
  deployerProblems,
} from '../support/arch/deployer-proofs.ts';
import { sourceFiles } from '../support/arch/imports.ts';
import { functions } from '../support/arch/infrastructure.ts';
import { PACKAGED_WITHIN_MS, packageTemplate } from '../support/arch/package-template.ts';
import {
  type PackagedTemplate,
  type Statement,
  statementsByFunction,
} from '../support/arch/packaged-template.ts';
import { deniedCalls, ownCalls, permissionProblems } from '../support/arch/permission-proofs.ts';
import { commandsIn, commandsOf } from '../support/arch/sent-commands.ts';

let template: PackagedTemplate;
let statements: Record<string, Statement[]>;

beforeAll(async () => {
  template = await packageTemplate();
  statements = statementsByFunction(template);
}, PACKAGED_WITHIN_MS);

describe('the calls that functions make', () => {
  test('are known of every function', () => {
    expect(Object.keys(callsByFunction).sort()).toEqual(Object.keys(functions()).sort());
  });

  test('are of every command that an adapter sends, and of no other', () => {
    const sent = sourceFiles('adapters').flatMap(({ code }) => [
      ...commandsIn(code),
      ...(/\bgetParameter\(/.test(code) ? ['GetParameter'] : []),
    ]);
    const listed = Object.keys(callsByFunction).flatMap((name) => [...commandsOf(name)]);
    expect([...new Set(listed)].sort()).toEqual([...new Set(sent)].sort());
  });
});

describe('the permissions of the packaged template', () => {
  test(
    'allow every call of each function, hold none that is unused, and deny all else that was asked',
    () => {
      expect([...permissionProblems(statements)]).toEqual([]);
    },
    PACKAGED_WITHIN_MS,
  );

  test('were asked for at least 100 calls that are made and 300 that must be denied', () => {
    const names = Object.keys(callsByFunction);
    expect(names.flatMap(ownCalls).length).toBeGreaterThanOrEqual(100);
    expect(names.flatMap(deniedCalls).length).toBeGreaterThanOrEqual(300);
    for (const name of names) expect([name, deniedCalls(name).length > 100]).toEqual([name, true]);
  });

  /** The statements of a function with one of them replaced, or left out. */
  const withStatement = (name: string, at: number, ...replaced: Statement[]) => ({
    [name]: (statements[name] ?? []).toSpliced(at, 1, ...replaced),
  });

  /** Every single change of a statement. */
  function changesOf(statement: Statement): [string, Statement[]][] {
    const service = statement.Action[0]?.split(':')[0];
    const resources = [statement.Resource].flat();
    const { Condition: condition, ...unconditional } = statement;
    const isDeny = statement.Effect === 'Deny';
    return [
      ['left out', []],
      isDeny
        ? ['allowing', [{ ...statement, Effect: 'Allow' }]]
        : ['denying', [{ ...statement, Effect: 'Deny' }]],
      // To deny more closes nothing that is open.
      ...(isDeny
        ? []
        : [
            ['with every action of the service', [{ ...statement, Action: [`${service}:*`] }]] as [
              string,
              Statement[],
            ],
          ]),
      ...statement.Action.map((action): [string, Statement[]] => [
        `without ${action}`,
        statement.Action.length > 1
          ? [{ ...statement, Action: statement.Action.filter((one) => one !== action) }]
          : [],
      ]),
      ...(resources.includes('*')
        ? []
        : [['on every resource', [{ ...statement, Resource: '*' }]] as [string, Statement[]]]),
      ...(resources.length > 1
        ? resources.map((resource): [string, Statement[]] => [
            `without ${resource}`,
            [{ ...statement, Resource: resources.filter((one) => one !== resource) }],
          ])
        : []),
      ...(condition ? [['without its condition', [unconditional]] as [string, Statement[]]] : []),
    ];
  }

  test(
    'cannot be changed in any one place without being noticed',
    () => {
      const unnoticed: string[] = [];
      let count = 0;
      for (const [name, own] of Object.entries(statements)) {
        for (const [at, statement] of own.entries()) {
          for (const [change, replaced] of changesOf(statement)) {
            count += 1;
            if (permissionProblems(withStatement(name, at, ...replaced)).next().done) {
              unnoticed.push(`${name}, ${statement.Sid}: ${change}`);
            }
          }
        }
      }
      expect(unnoticed).toEqual([]);
      expect(count).toBeGreaterThan(200);
    },
    PACKAGED_WITHIN_MS,
  );
});

describe('the policy of the deployer', () => {
  test('allows what creates, updates and deletes every resource of the template, and nothing that none needs', () => {
    expect(deployerProblems(template)).toEqual([]);
    expect(deployerCalls(template).length).toBeGreaterThan(500);
  });

  test.each(deployerPolicy().Statement.map(({ Sid }) => Sid))('is missed without its statement %s', (sid) => {
    const policy = deployerPolicy();
    const without = { ...policy, Statement: policy.Statement.filter(({ Sid }) => Sid !== sid) };
    expect(deniedToDeployer(template, without)).not.toEqual([]);
  });
});
