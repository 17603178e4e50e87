import type { Role } from '../account/account.ts';
import type { ActionReader } from '../permissions/action-lists.ts';
import type { Capabilities } from '../permissions/capabilities.ts';
import { SUGGESTED_TEMPLATES } from '../permissions/suggested-template-table.ts';
import type { GrantRequest, PolicyFile } from '../report.ts';
import { type CorrectedPolicy, type CorrectedProvider, closedTrust, subjectsIn } from './correction.ts';
import { environmentIn } from './describe.ts';
import { fillingOf } from './placeholders.ts';

/** The steps that replace a role: the request for a grant, the templates that fit what the role can do, the command
 *  that narrows its trust, the command that closes it, and the policies that the commands read. */
export type NextSteps = {
  request?: GrantRequest;
  templates?: string[];
  narrow?: string;
  command?: string;
  files: PolicyFile[];
};

/** What IAM allows as a role's name. Source: IAM API Reference, CreateRole, RoleName. */
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

/** A text as one word of a POSIX shell. */
const quoted = (text: string): string =>
  /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The option that names a role: in one word where its name looks like an option itself. */
const roleNamed = (name: string): string =>
  name.startsWith('-') ? quoted(`--role-name=${name}`) : `--role-name ${quoted(name)}`;

/** The steps from a role to a grant of its own. No command for a name that IAM would not have taken. A policy that has to be
 *  filled in first has a file and a command that say so: run as it is, the command does nothing. */
export function nextSteps(
  role: Role,
  providers: readonly CorrectedProvider[],
  { corrected, isReachable, capabilities, folder, reader }: StepsAsked,
): NextSteps {
  const asked = requestFor(providers, { corrected, capabilities, reader });
  const closed = closedTrust(role, providers);
  if (!ROLE_NAME.test(role.name) || !closed) return { ...asked, files: [] };
  const file = (kind: string, policy: CorrectedPolicy): PolicyFile => ({
    name: `${role.accountId}-${role.name}.${kind}.json`,
    policy,
  });
  const put = ({ name }: PolicyFile) =>
    `aws iam update-assume-role-policy ${roleNamed(role.name)} --policy-document ${quoted(`file://${folder}/${name}`)}`;
  const closing = file('closed', closed);
  if (!corrected) return { ...asked, command: put(closing), files: [closing] };
  const filling = fillingOf(corrected);
  const narrowed = file(
    filling !== undefined ? 'edit-first' : isReachable ? 'narrowed' : 'opened',
    corrected,
  );
  if (!isReachable && filling === undefined) {
    const narrow = `${OPENS} this role, which admits no token now; only if it should: ${put(narrowed)}`;
    return { ...asked, narrow, command: put(closing), files: [narrowed, closing] };
  }
  const narrow =
    filling === undefined
      ? put(narrowed)
      : `# edit first: ${filling} in ${folder}/${narrowed.name} and only then run: ${put(narrowed)}`;
  return { ...asked, narrow, command: put(closing), files: [narrowed, closing] };
}

/** The beginning of a command that would make a closed role assumable. It is a comment, so pasting the command does
 *  nothing. */
export const OPENS = '# opens';

type StepsAsked = {
  corrected: CorrectedPolicy | undefined;
  /** True where some token gets in now. */
  isReachable: boolean;
  capabilities: Capabilities;
  folder: string;
  reader: ActionReader;
};

/** The request for the first repository that a corrected trust of Bitbucket names; Rolewright has grants for no others. */
function requestFor(
  providers: readonly CorrectedProvider[],
  { corrected, capabilities, reader }: Omit<StepsAsked, 'folder' | 'isReachable'>,
): Pick<NextSteps, 'request' | 'templates'> {
  const provider = providers.find(({ model, isForeign }) => model.kind === 'bitbucket' && !isForeign);
  if (!provider) return {};
  const subjects = corrected ? subjectsIn(corrected, provider) : [];
  const [subject = ''] = subjects.filter((one) => REPOSITORY.test(one));
  const environment = environmentIn(subject);
  const templates = fittingTemplates(capabilities, reader);
  return {
    request: {
      repository: REPOSITORY.exec(subject)?.[0] ?? '{REPOSITORY-UUID}',
      ...(environment === undefined ? {} : { environment }),
      template: templates[0] ?? '{TEMPLATE}',
      parameters: {},
    },
    templates,
  };
}

const REPOSITORY = /^\{[0-9a-f-]{36}\}/;

/** The shipped templates that hold an action of the role's, the most telling first. */
const fittingTemplates = ({ actions }: Capabilities, reader: ActionReader): string[] => {
  const found = SUGGESTED_TEMPLATES.filter(([wanted]) =>
    actions.some(({ action }) => reader.includes(action, wanted)),
  );
  return [...new Set(found.map(([, template]) => template))];
};
