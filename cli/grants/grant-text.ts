import { facts, table } from '../text/table.ts';
import type { GrantView, PlanView } from './grant-view.ts';

type Named = { kind: string; id: string };

/** A principal as filters and events write it. */
const principalText = ({ kind, id }: Named): string => `${kind}:${id}`;

/** A time of the API to the minute, in UTC; whatever else it may be as it is. */
export const timeText = (instant: string): string =>
  instant.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z$/, '$1 $2 UTC');

const valueText = (value: string | readonly string[]): string => [value].flat().join(', ');

/** The repository and environment of a grant. */
export const targetText = ({ repository, environment }: GrantView): string =>
  environment ? `${repository.fullName}:${environment.name}` : repository.fullName;

/** What a grant is. */
export function grantLines(grant: GrantView, columns: number | undefined): string[] {
  const { pendingChange, decision, lastError } = grant;
  return facts(
    [
      ['Grant', grant.id],
      ['State', grant.state],
      ...targetFacts(grant),
      ['Requested by', principalText(grant.requestedBy)],
      ['Reason', grant.reason],
      ['Created', timeText(grant.createdAt)],
      ['Expires', endText(grant)],
      ['Lapses', grant.lapsesAt && `${timeText(grant.lapsesAt)}, unless it is decided`],
      ['Decision', decision && decisionText(decision)],
      ['Change waits', pendingChange && waitingText(pendingChange)],
      ['Frozen', grant.frozen && frozenText(grant.frozen)],
      ['Held', grant.hold && frozenText(grant.hold)],
      ['Last error', lastError && `${lastError.code}: ${lastError.detail} (${timeText(lastError.at)})`],
      ...[...new Set(grant.warnings ?? [])].map((warning) => ['Warning', warning] as const),
    ],
    columns,
  );
}

/** What a grant would be. */
export const plannedLines = (grant: GrantView, columns: number | undefined): string[] =>
  facts(
    [['Grant', grant.id], ['Would be', grant.state], ...targetFacts(grant), ['Expires', endText(grant)]],
    columns,
  );

const endText = ({ expiresAt }: GrantView): string =>
  expiresAt === undefined ? 'never' : timeText(expiresAt);

type Fact = readonly [name: string, value: string | undefined];

/** Of what, where and from what a grant is. */
function targetFacts(grant: GrantView): Fact[] {
  const { repository, environment, account, template } = grant;
  return [
    ['Repository', `${repository.fullName} ${repository.uuid}`],
    ['Environment', environment && `${environment.name} ${environment.uuid}`],
    ['Account', `${account.alias} ${account.id}`],
    ['Template', template.name],
    ['Name', grant.name === 'default' ? undefined : grant.name],
    ...Object.entries(grant.parameters).map(([name, value]) => [`  ${name}`, valueText(value)] as const),
    ['Role', grant.role?.arn],
  ];
}

const frozenText = ({ by, at, reason }: NonNullable<GrantView['frozen']>): string =>
  [by && `by ${principalText(by)}`, timeText(at), reason && `(${reason})`].filter(Boolean).join(' ');

const decisionText = ({ outcome, by, at, reason }: NonNullable<GrantView['decision']>): string =>
  [outcome, by && `by ${principalText(by)}`, timeText(at), reason && `(${reason})`].filter(Boolean).join(' ');

const waitingText = ({ requestedBy, lapsesAt, reason }: NonNullable<GrantView['pendingChange']>): string =>
  [`asked by ${principalText(requestedBy)}, lapses ${timeText(lapsesAt)}`, reason && `(${reason})`]
    .filter(Boolean)
    .join(' ');

/** What each risk of a plan means. */
const RISKS: Readonly<Record<string, string>> = {
  new: 'new access',
  wider: 'more access than now',
  narrower: 'less access than now',
  same: 'the same access as now',
};

/** What a plan changes: every permission that is gained and lost. */
export function planLines(plan: PlanView, columns: number | undefined): string[] {
  const { now, then } = plan.expiresAt ?? {};
  const ends =
    now === then ? undefined : `${now ? timeText(now) : 'never'} → ${then ? timeText(then) : 'never'}`;
  return [
    ...facts(
      [
        ['Plan', plan.hash],
        ['Effect', RISKS[plan.risk] ?? plan.risk],
        ['Approval', plan.requiresApproval ? 'needed' : 'not needed'],
        ...plan.approvalReasons.map((reason) => ['  because', reason] as const),
        ['Expires', ends],
        ...plan.replaces.map(
          ({ parameter, now: before, then: after }) =>
            [
              `  ${parameter}`,
              `${before ? valueText(before) : 'none'} → ${after ? valueText(after) : 'none'}`,
            ] as const,
        ),
        ...plan.warnings.map((warning) => ['Warning', warning] as const),
      ],
      columns,
    ),
    ...permissionLines('GAINS', plan.gained, columns),
    ...permissionLines('LOSES', plan.lost, columns),
  ];
}

const permissionLines = (
  heading: string,
  permissions: PlanView['gained'],
  columns: number | undefined,
): string[] =>
  permissions.length === 0
    ? []
    : [
        '',
        ...table(
          [heading, 'ON'],
          permissions.map(({ action, resource }) => [action, resource]),
          { columns },
        ),
      ];

/** Lines as a command writes them. */
export const asText = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
