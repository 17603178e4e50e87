import { patternsOverlap } from '../../shared/patterns.ts';
import type { Role } from '../account/account.ts';
import type { Capabilities } from '../permissions/capabilities.ts';
import { SUGGESTED_TEMPLATES } from '../permissions/suggested-template-table.ts';
import type { GrantRequest, PolicyFile } from '../report.ts';
import { type CorrectedPolicy, type CorrectedProvider, closedTrust } from './correction.ts';
import { environmentIn } from './describe.ts';

/** How a role is got rid of: the request for a grant beside it, the command that narrows it, the one that closes it, and the
 *  policies that these read. */
export type NextSteps = {
  request: GrantRequest | undefined;
  narrow: string | undefined;
  command: string | undefined;
  files: PolicyFile[];
};

/** What IAM allows as a role's name. Source: IAM API Reference, CreateRole, RoleName. */
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

/** A text as one word of a POSIX shell. */
const quoted = (text: string): string =>
  /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The steps from a role to a grant of its own. No command for a name that IAM would not have taken. */
export function nextSteps(
  role: Role,
  providers: readonly CorrectedProvider[],
  {
    corrected,
    capabilities,
    folder,
  }: { corrected: CorrectedPolicy | undefined; capabilities: Capabilities; folder: string },
): NextSteps {
  const request = requestFor(providers, capabilities);
  const closed = closedTrust(role, providers);
  if (!ROLE_NAME.test(role.name) || !closed) {
    return { request, narrow: undefined, command: undefined, files: [] };
  }
  const file = (kind: string, policy: CorrectedPolicy): PolicyFile => ({
    name: `${role.accountId}-${role.name}.${kind}.json`,
    policy,
  });
  const files = [...(corrected ? [file('narrowed', corrected)] : []), file('closed', closed)];
  const put = ({ name }: PolicyFile) =>
    `aws iam update-assume-role-policy --role-name ${quoted(role.name)} --policy-document ${quoted(`file://${folder}/${name}`)}`;
  const [first] = files;
  const last = files.at(-1);
  return {
    request,
    narrow: corrected && first ? put(first) : undefined,
    command: last && put(last),
    files,
  };
}

/** The request for the first repository that a trust of Bitbucket names; Rolewright has grants for no others. */
function requestFor(
  providers: readonly CorrectedProvider[],
  { actions }: Capabilities,
): GrantRequest | undefined {
  const provider = providers.find(({ model, isForeign }) => model.kind === 'bitbucket' && !isForeign);
  if (!provider) return undefined;
  const named = provider.pins.repositories[0]?.repository;
  const values = provider.allows.flatMap(({ conditions }) => conditions.flatMap(({ values: all }) => all));
  const environment = values.filter((value) => value.startsWith(named ?? ' ')).map(environmentIn)[0];
  const suggestion = SUGGESTED_TEMPLATES.find(([wanted]) =>
    actions.some(({ action }) => action === wanted || (action !== '*' && patternsOverlap(action, wanted))),
  );
  return {
    repository: named ?? '{the-repository-uuid}',
    ...(environment === undefined ? {} : { environment }),
    template: suggestion?.[1] ?? 'choose-one',
    parameters: {},
  };
}
