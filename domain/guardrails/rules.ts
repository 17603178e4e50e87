import type { PermissionsPolicy, PermissionsStatement } from '../policy/document.ts';
import type { AccountId } from '../shared/identifiers.ts';
import { actionsWithoutResource } from './actions-without-resource.ts';
import {
  ESCALATION_PAIRS,
  IDENTITY,
  IDENTITY_EXCEPTIONS,
  KEYS,
  ORGANISATION_AND_BILLING,
  onlyReads,
} from './dangerous-actions.ts';
import { ESCALATION } from './escalation-table.ts';
import { handsOn, hitOf, isUnjudged, isUnknown } from './judge-action.ts';
import { LOG_TAMPERING } from './log-tampering-table.ts';
import { foreignAccountOf, namesOneThing, reachesRolewright } from './resource-scope.ts';
import {
  bearerToken,
  exactRolesOnly,
  exactValues,
  type Flaw,
  mayUse,
  passRole,
  stackRole,
  tagAtCreation,
} from './scope/exact-scope.ts';
import { isKeyUse } from './scope/key-use.ts';

/** What a policy is judged by besides itself: the account of the grant, and the administrator's own denies. */
export type GuardrailContext = {
  accountId: AccountId;
  deny: readonly string[];
  /** The name of the service in `serverless.yml`, with which the names of the installation begin; undefined where it is not
   *  known, which is Rolewright's own name. */
  service: string | undefined;
};

/** A broken rule: the statement's sid, what is wrong, and the fix. */
export type BrokenRule = Flaw & { statement: string };

/** A guardrail. `isFixed` if no configuration may switch it to audit: a role without this rule could disable the
 *  others. */
export type Rule = {
  id: string;
  isFixed: boolean;
  find(policy: PermissionsPolicy, context: GuardrailContext): BrokenRule[];
};

const lower = (text: string): string => text.toLowerCase();

/** A rule about each statement by itself. */
const perStatement =
  (judge: (statement: PermissionsStatement, context: GuardrailContext) => Flaw[]) =>
  (policy: PermissionsPolicy, context: GuardrailContext): BrokenRule[] =>
    policy.Statement.flatMap((statement) =>
      judge(statement, context).map((found) => ({ statement: statement.Sid, ...found })),
    );

/** A rule that refuses every action of a list. */
const noneOf = (patterns: readonly string[], { what, fix, but = [] }: Flaw & { but?: readonly string[] }) => {
  const hit = hitOf(patterns);
  return perStatement(({ Action }) =>
    Action.filter((action) => !but.includes(lower(action)) && hit(action)).map((action) => ({
      what: `${action} ${what}`,
      fix,
    })),
  );
};

const KNOWN_ELEMENTS = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

function shapeErrors(statement: PermissionsStatement): Flaw[] {
  const element = Object.keys(statement).find((key) => !KNOWN_ELEMENTS.has(key));
  const lists = [statement.Action, statement.Resource];
  const isSound =
    element === undefined &&
    statement.Effect === 'Allow' &&
    lists.every((list) => Array.isArray(list) && list.length > 0 && list.every((v) => typeof v === 'string'));
  if (isSound) return [];
  return [
    {
      what: element ? `it contains ${element}` : 'it is not an Allow with a list of actions and of resources',
      fix: 'use only Sid, Effect Allow, Action, Resource and Condition',
    },
  ];
}

const PAIRS = ESCALATION_PAIRS.map(([left, right]) => [hitOf([left]), hitOf([right])] as const);

function pairs({ Statement }: PermissionsPolicy): BrokenRule[] {
  const holders = (hit: ReturnType<typeof hitOf>) =>
    Statement.flatMap(({ Sid, Action }) =>
      Action.filter((action) => hit(action) && !onlyReads(lower(action))).map((action) => ({ Sid, action })),
    );
  const seen = new Set<string>();
  return PAIRS.flatMap(([left, right]) =>
    holders(left).flatMap((one) =>
      holders(right)
        .filter(({ action }) => lower(action) !== lower(one.action) || /[*?]/.test(action))
        .flatMap((other) => {
          const what = `${one.action} and ${other.action} (statement ${other.Sid}) together are a path to another role`;
          if (seen.has(what)) return [];
          seen.add(what);
          return [{ statement: one.Sid, what, fix: 'put them into different templates, or remove one' }];
        }),
    ),
  );
}

const isWithoutResource = ({ Action }: PermissionsStatement): boolean =>
  Action.every((action) => actionsWithoutResource.has(lower(action)));

/** Every guardrail, in the order in which violations are listed. `docs/guardrails.md` has a row for each. */
export const guardrailRules = [
  {
    id: 'allow-statements-only',
    isFixed: true,
    find: perStatement(shapeErrors),
  },
  {
    id: 'one-action-each',
    isFixed: false,
    find: perStatement(({ Action }) =>
      Action.filter((action) => !/^[a-z0-9-]+:[a-z0-9]+$/i.test(action)).map((action) => ({
        what: `${action} is not one action`,
        fix: 'list the actions one by one, as service:Action',
      })),
    ),
  },
  {
    id: 'reviewed-services',
    isFixed: false,
    find: perStatement(({ Action }) =>
      Action.filter(isUnknown).map((action) => ({
        what: `${action} belongs to a service whose actions were not judged`,
        fix: 'judge its actions in scripts/guardrails/judgements, then run npm run guardrails',
      })),
    ),
  },
  {
    id: 'judged-actions',
    isFixed: false,
    find: perStatement(({ Action }) =>
      Action.filter(isUnjudged).map((action) => ({
        what: `${action} is not among the actions that were judged safe for a grant`,
        fix: 'use one that is: `npm run guardrails -- ACTION` prints the judgement and its reason; an action without one is judged in scripts/guardrails/judgements first',
      })),
    ),
  },
  {
    id: 'named-resources',
    isFixed: false,
    find: perStatement(({ Resource }) =>
      Resource.filter((resource) => resource !== '*' && !namesOneThing(resource)).map((resource) => ({
        what: `${resource} holds a wildcard or variable before the end of its first name, or is not an ARN`,
        fix: 'name partition, service, region, account and resource; wildcards only below the name',
      })),
    ),
  },
  {
    id: 'star-without-resource',
    isFixed: false,
    find: perStatement((statement) =>
      statement.Resource.includes('*') && !isWithoutResource(statement)
        ? [
            {
              what: '* is the resource of an action that supports named resources',
              fix: 'name the resource, or move the actions without resources to a statement of their own',
            },
          ]
        : [],
    ),
  },
  {
    id: 'own-account',
    isFixed: false,
    find: perStatement((statement, { accountId }) =>
      statement.Resource.flatMap((resource) => {
        const isHeld = exactValues(statement, 'aws:ResourceAccount').join() === accountId;
        const foreign = foreignAccountOf(resource, accountId, isHeld);
        return foreign === undefined
          ? []
          : [
              {
                what: `${resource} ${foreign}`,
                fix: 'add StringEquals aws:ResourceAccount {{aws.accountId}}, or put the account into the ARN',
              },
            ];
      }),
    ),
  },
  {
    id: 'no-identity-management',
    isFixed: true,
    find: noneOf(IDENTITY, {
      what: 'manages or assumes an identity',
      fix: 'leave it to the administrators of the account',
      but: IDENTITY_EXCEPTIONS,
    }),
  },
  { id: 'pass-role-exact', isFixed: true, find: perStatement(passRole) },
  {
    id: 'assume-role-exact',
    isFixed: true,
    find: perStatement((statement) =>
      mayUse('sts:assumerole', statement) ? exactRolesOnly('sts:AssumeRole', statement) : [],
    ),
  },
  { id: 'bearer-token-exact', isFixed: false, find: perStatement(bearerToken) },
  { id: 'stack-role-exact', isFixed: false, find: perStatement(stackRole) },
  { id: 'tag-at-creation-exact', isFixed: false, find: perStatement(tagAtCreation) },
  {
    id: 'no-organisation-or-billing',
    isFixed: false,
    find: noneOf(ORGANISATION_AND_BILLING, {
      what: 'affects the organisation, the account or its bill',
      fix: 'leave it to the administrators of the account',
    }),
  },
  {
    id: 'no-log-tampering',
    isFixed: false,
    find: noneOf(LOG_TAMPERING, {
      what: 'affects logs or monitoring',
      fix: 'leave it to the administrators of the account',
    }),
  },
  {
    id: 'no-key-management',
    isFixed: false,
    find: (policy, context) =>
      noneOf(KEYS, {
        what: 'affects keys',
        fix: "use keys that AWS manages, name the role in the key's own policy, or let it use one key through one service: kms:Decrypt and kms:GenerateDataKey with StringEquals kms:ViaService",
      })({ ...policy, Statement: policy.Statement.filter((statement) => !isKeyUse(statement)) }, context),
  },
  {
    id: 'no-privilege-escalation',
    isFixed: false,
    find: noneOf(ESCALATION, {
      what: 'is a known path to another role',
      fix: 'use an action that names what it changes, e.g. lambda:UpdateFunctionCode',
      but: IDENTITY_EXCEPTIONS,
    }),
  },
  { id: 'no-escalation-pairs', isFixed: false, find: pairs },
  {
    id: 'no-handing-on',
    isFixed: false,
    find: perStatement(({ Action }) =>
      Action.filter(handsOn).map((action) => ({
        what: `${action} can give access to others`,
        fix: 'change resource policies in the reviewed code that creates the resource',
      })),
    ),
  },
  {
    id: 'nothing-of-rolewright',
    isFixed: true,
    find: perStatement((statement, { service }) =>
      statement.Resource.filter((resource) =>
        resource === '*'
          ? !isWithoutResource(statement)
          : reachesRolewright(resource, statement.Action, service),
      ).map((resource) => ({
        what: `${resource} reaches Rolewright's own resources`,
        fix: 'name other resources: no grant may reach the resources that create and record grants',
      })),
    ),
  },
  {
    id: 'configured-deny',
    isFixed: true,
    find: perStatement(({ Action }, { deny }) =>
      Action.flatMap((action) => {
        const pattern = hitOf(deny)(action);
        return pattern === undefined
          ? []
          : [
              {
                what: `${action} is denied by ${pattern} in config/rolewright.yaml`,
                fix: 'remove it, or ask the administrators of Rolewright',
              },
            ];
      }),
    ),
  },
] as const satisfies Rule[];

/** The id of a guardrail: stable, e.g. `named-resources`. */
export type GuardrailId = (typeof guardrailRules)[number]['id'];

/** The guardrails that configuration may switch to audit. */
export const auditableGuardrails = guardrailRules.filter(({ isFixed }) => !isFixed).map(({ id }) => id) as [
  GuardrailId,
  ...GuardrailId[],
];
