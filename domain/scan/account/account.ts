import { type AccountId, accountIdSchema } from '../../shared/identifiers.ts';
import { asList, isObject, type Json, textOf } from './json.ts';
import { type Permissions, type PolicyStatement, readPolicy } from './permissions.ts';
import { readTrustPolicy, type TrustReading } from './trust-document.ts';

/** A role of an account, and the file that it was read from. `boundary`: the ARN of its permissions boundary. `lastUsed`: ISO 8601; undefined where AWS saw no
 *  use; `knowsUse` where the document says anything of it. */
export type Role = {
  file: string;
  arn: string;
  accountId: AccountId;
  name: string;
  trust: TrustReading;
  permissions: Permissions;
  hasPermissions: boolean;
  boundary: string | undefined;
  created: string | undefined;
  lastUsed: string | undefined;
  knowsUse: boolean;
};

/** An identity provider, by its name (the issuer without its scheme). `audiences` undefined: its document was not given. */
export type Provider = { name: string; audiences: readonly string[] | undefined };

/** What the given documents say. `names`: readable names by UUID. `unknown`: what could not be judged, and why. */
export type AccountReading = {
  roles: readonly Role[];
  providers: readonly Provider[];
  names: ReadonlyMap<string, string>;
  unknown: readonly Unjudged[];
};

/** Something that was left unjudged: a role by its ARN, or a file by its name. */
export type Unjudged = { subject: string; reason: string };

/** A JSON document and the name of the file it came from. */
export type SourceDocument = { file: string; content: unknown };

/** Reads documents in the forms that the AWS CLI and Bitbucket's API print: `get-account-authorization-details`,
 *  `get-role`, `list-roles`, `get-open-id-connect-provider`, `list-open-id-connect-providers`; repositories and
 *  environments of Bitbucket, for their names; lists of any of these. Several documents on one role complete each other. */
export function readAccount(sources: readonly SourceDocument[]): AccountReading {
  const documents = sources.flatMap(unpacked);
  const policies = managedPolicies(documents);
  const roles = new Map<string, Role>();
  const providers = new Map<string, Provider>();
  const names = new Map<string, string>();
  const unknown: Unjudged[] = [];
  for (const document of documents) {
    const { file, content } = document;
    const known = namesIn(content);
    const found = providersIn(content);
    for (const [uuid, name] of known) names.set(uuid, name);
    for (const provider of found) addProvider(providers, provider);
    unknown.push(...addRoles(roles, document, policies));
    const isOfUse = known.size + found.length > 0 || isRecognised(content);
    if (!isOfUse) unknown.push({ subject: file, reason: UNRECOGNISED });
  }
  const once = new Map(
    [...unknown, ...missingPages(documents)].map((one) => [`${one.subject} ${one.reason}`, one]),
  );
  return {
    roles: [...roles.values()],
    providers: [...providers.values()],
    names,
    unknown: [...once.values()],
  };
}

/** How deep lists of documents may be in one another: `--query` prints a list, `jq --slurp` puts a list around it. */
const LIST_DEPTH = 2;

/** The documents in a list, each by itself; any other content as it is. */
function unpacked({ file, content }: SourceDocument): SourceDocument[] {
  if (!Array.isArray(content) || content.length === 0) return [{ file, content }];
  return content.flat(LIST_DEPTH - 1).map((one: unknown) => ({ file, content: one }));
}

/** The files whose last page says that more follow. */
function missingPages(documents: readonly SourceDocument[]): Unjudged[] {
  const isCut = new Map<string, boolean>();
  for (const { file, content } of documents) {
    if (isObject(content) && typeof content.IsTruncated === 'boolean') isCut.set(file, content.IsTruncated);
  }
  return [...isCut]
    .filter(([, cut]) => cut)
    .map(([subject]) => ({ subject, reason: 'more pages follow it: the roles on those are not in it' }));
}

/** Adds the roles of a document; returns what of it could not be read. */
function addRoles(
  roles: Map<string, Role>,
  { file, content }: SourceDocument,
  policies: ReadonlyMap<string, PolicyStatement[] | undefined>,
): Unjudged[] {
  const unknown: Unjudged[] = [];
  for (const source of rolesIn(content)) {
    const role = isObject(source) ? readRole(source, file, policies) : undefined;
    if (!role) {
      unknown.push({ subject: file, reason: 'it holds a role without a name or an ARN' });
      continue;
    }
    const known = roles.get(role.arn);
    roles.set(role.arn, known ? completed(known, role) : role);
    if (known && !isSameTrust(known, role)) unknown.push({ subject: role.arn, reason: DIFFERENT });
  }
  return unknown;
}

const DIFFERENT = 'two documents give it different trust policies: the later one is judged';

const isSameTrust = (one: Role, other: Role): boolean =>
  JSON.stringify(one.trust) === JSON.stringify(other.trust);

/** A role that two documents show: the later trust, and what only one of them says, such as policies. */
function completed(known: Role, later: Role): Role {
  const policies = later.hasPermissions ? later : known;
  const use = later.knowsUse ? later : known;
  return {
    ...later,
    permissions: policies.permissions,
    hasPermissions: policies.hasPermissions,
    boundary: later.boundary ?? known.boundary,
    created: later.created ?? known.created,
    lastUsed: use.lastUsed,
    knowsUse: use.knowsUse,
  };
}

const UNRECOGNISED =
  'it holds neither roles nor providers; give it the output of "aws iam get-account-authorization-details"';

const isRecognised = (content: unknown): boolean =>
  isObject(content) &&
  (Array.isArray(content.RoleDetailList) ||
    Array.isArray(content.Roles) ||
    isObject(content.Role) ||
    isRole(content) ||
    Array.isArray(content.OpenIDConnectProviderList));

/** A role by itself, as of a list that a `--query` took out of its document. */
const isRole = (content: Json): boolean => content.AssumeRolePolicyDocument !== undefined;

function rolesIn(content: unknown): unknown[] {
  if (!isObject(content)) return [];
  return isRole(content) ? [content] : [content.RoleDetailList, content.Roles, content.Role].flatMap(asList);
}

const scheme = /^https:\/\//;

function providersIn(content: unknown): Provider[] {
  if (!isObject(content)) return [];
  const url = textOf(content.Url);
  if (url !== undefined && Array.isArray(content.ClientIDList)) {
    const audiences = content.ClientIDList.filter((one) => typeof one === 'string');
    return [{ name: url.replace(scheme, ''), audiences }];
  }
  return asList(content.OpenIDConnectProviderList).flatMap((one) => {
    const name = isObject(one) ? textOf(one.Arn)?.split(':oidc-provider/')[1] : undefined;
    return name === undefined ? [] : [{ name, audiences: undefined }];
  });
}

/** Documents of several accounts for one issuer: an audience counts that any of them takes. */
function addProvider(providers: Map<string, Provider>, { name, audiences }: Provider): void {
  const known = providers.get(name)?.audiences;
  const all = known || audiences ? [...new Set([...(known ?? []), ...(audiences ?? [])])] : undefined;
  providers.set(name, { name, audiences: all });
}

function namesIn(content: unknown): Map<string, string> {
  const names = new Map<string, string>();
  const entries = isObject(content) ? asList(content.values ?? (content.uuid ? content : undefined)) : [];
  for (const entry of entries) {
    if (!isObject(entry)) continue;
    const uuid = textOf(entry.uuid)?.toLowerCase();
    const name = textOf(entry.full_name) ?? textOf(entry.name);
    if (uuid !== undefined && name !== undefined) names.set(uuid, name);
  }
  return names;
}

/** The statements of the managed policies in the documents, by ARN. */
function managedPolicies(documents: readonly SourceDocument[]): Map<string, PolicyStatement[] | undefined> {
  const policies = new Map<string, PolicyStatement[] | undefined>();
  for (const { content } of documents) {
    for (const one of isObject(content) ? asList(content.Policies) : []) {
      if (!isObject(one) || typeof one.Arn !== 'string') continue;
      const version = asList(one.PolicyVersionList).find(
        (candidate) => isObject(candidate) && candidate.IsDefaultVersion === true,
      );
      policies.set(one.Arn, isObject(version) ? readPolicy(version.Document) : undefined);
    }
  }
  return policies;
}

const ROLE_ARN = /^arn:[a-z-]+:iam::(\d{12}):role\/./;

function readRole(
  source: Json,
  file: string,
  policies: ReadonlyMap<string, PolicyStatement[] | undefined>,
): Role | undefined {
  const [arn, name] = [textOf(source.Arn), textOf(source.RoleName)];
  const accountId = accountIdSchema.safeParse(ROLE_ARN.exec(arn ?? '')?.[1]).data;
  if (arn === undefined || name === undefined || accountId === undefined) return undefined;
  const boundary = isObject(source.PermissionsBoundary) ? source.PermissionsBoundary : {};
  const use = isObject(source.RoleLastUsed) ? source.RoleLastUsed : undefined;
  return {
    file,
    arn,
    accountId,
    name,
    trust: readTrustPolicy(source.AssumeRolePolicyDocument),
    permissions: permissionsOf(source, policies),
    hasPermissions: Array.isArray(source.RolePolicyList) || Array.isArray(source.AttachedManagedPolicies),
    boundary: textOf(boundary.PermissionsBoundaryArn),
    created: textOf(source.CreateDate),
    lastUsed: textOf(use?.LastUsedDate),
    knowsUse: use !== undefined && (use.LastUsedDate === undefined || textOf(use.LastUsedDate) !== undefined),
  };
}

function permissionsOf(
  source: Json,
  policies: ReadonlyMap<string, PolicyStatement[] | undefined>,
): Permissions {
  const unread: string[] = [];
  const inline = asList(source.RolePolicyList).flatMap((one) => {
    const statements = isObject(one) ? readPolicy(one.PolicyDocument) : undefined;
    if (!statements)
      unread.push(`the inline policy ${isObject(one) ? String(one.PolicyName) : ''}`.trimEnd());
    return statements ?? [];
  });
  const attached = asList(source.AttachedManagedPolicies).flatMap((one) => {
    const arn = isObject(one) ? textOf(one.PolicyArn) : undefined;
    const statements = policies.get(arn ?? '') ?? wellKnown(arn);
    if (!statements) unread.push(arn ?? 'a managed policy without an ARN');
    return statements ?? [];
  });
  return { statements: [...inline, ...attached], unread };
}

/** AWS's own policies that matter most, for documents that do not hold them. Source: AWS Managed Policy Reference. */
function wellKnown(arn: string | undefined): PolicyStatement[] | undefined {
  const name = /^arn:[a-z-]+:iam::aws:policy\/(.+)$/.exec(arn ?? '')?.[1];
  const all = { effect: 'Allow', notActions: [], resources: ['*'], notResources: [], condition: {} } as const;
  if (name === 'AdministratorAccess') return [{ ...all, actions: ['*'] }];
  if (name === 'IAMFullAccess') return [{ ...all, actions: ['iam:*'] }];
  if (name === 'PowerUserAccess') {
    return [{ ...all, actions: [], notActions: ['iam:*', 'organizations:*', 'account:*'] }];
  }
  return undefined;
}
