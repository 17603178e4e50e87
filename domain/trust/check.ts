import type { AccountId, EnvironmentUuid, RepositoryUuid, WorkspaceUuid } from '../shared/identifiers.ts';
import { isLike } from '../shared/patterns.ts';

/** What the checker compares with: the grant's own facts, as plain text. Nothing here comes from the renderer. */
export type TrustExpectation = {
  partition: string;
  accountId: AccountId;
  workspaceSlug: string;
  workspaceUuid: WorkspaceUuid;
  repositoryUuid: RepositoryUuid;
  environmentUuid?: EnvironmentUuid | undefined;
};

/** What STS would know of a token that is presented to a role. */
type Presented = { label: string; federated: string; keys: Record<string, string> };

/** `unknown`: the checker does not understand the document well enough to promise anything. */
type Verdict = 'admitted' | 'refused' | 'unknown';

const STEP = '{759de0c6-eaee-4eaa-b7a6-c507eec759a7}';
const OTHER = '{00000000-0000-4000-8000-000000000000}';

/** Checks a trust policy, as the JSON text that would be sent, against the grant's own token and against foreign ones:
 *  other repository, environment, workspace, audience, and the own UUID in a foreign place. Returns every finding as a
 *  sentence; empty means that exactly the own token is admitted.
 *
 *  It shares no code with the renderer, reads the text and not the object, and treats everything that it does not
 *  understand as admitting foreign tokens and refusing the own one: an unknown document is never sent. */
export function checkTrustPolicy(text: string, expected: TrustExpectation): string[] {
  const statements = parseStatements(text);
  if (!statements) return ['the document is not a trust policy that the checker understands'];
  const findings: string[] = [];
  for (const token of ownTokens(expected)) {
    if (verdict(statements, token) !== 'admitted') findings.push(`does not admit ${token.label}`);
  }
  for (const token of foreignTokens(expected)) {
    if (verdict(statements, token) !== 'refused') findings.push(`may admit ${token.label}`);
  }
  return findings;
}

/** Makes tokens that a grant's own provider would present, or others that differ in what is said. */
const presenterOf =
  (e: TrustExpectation) =>
  (
    label: string,
    sub: string,
    over: { slug?: string; workspaceUuid?: string; aud?: string; accountId?: string } = {},
  ): Presented => {
    const path = `api.bitbucket.org/2.0/workspaces/${over.slug ?? e.workspaceSlug}/pipelines-config/identity/oidc`;
    const bare = (over.workspaceUuid ?? e.workspaceUuid).replace('{', '').replace('}', '');
    return {
      label,
      federated: `arn:${e.partition}:iam::${over.accountId ?? e.accountId}:oidc-provider/${path}`,
      keys: { [`${path}:aud`]: over.aud ?? `ari:cloud:bitbucket::workspace/${bare}`, [`${path}:sub`]: sub },
    };
  };

function ownTokens(e: TrustExpectation): Presented[] {
  const presented = presenterOf(e);
  return e.environmentUuid
    ? [
        presented('its own environment', `${e.repositoryUuid}:${e.environmentUuid}:${STEP}`),
        presented('another step in its own environment', `${e.repositoryUuid}:${e.environmentUuid}:${OTHER}`),
      ]
    : [
        presented('its own repository', `${e.repositoryUuid}:${STEP}`),
        presented('an environment of its own repository', `${e.repositoryUuid}:${OTHER}:${STEP}`),
      ];
}

function foreignTokens(e: TrustExpectation): Presented[] {
  const presented = presenterOf(e);
  const rest = e.environmentUuid ? `${e.environmentUuid}:${STEP}` : STEP;
  const own = `${e.repositoryUuid}:${rest}`;
  const foreign = [
    presented('another repository', `${OTHER}:${rest}`),
    presented('a repository whose UUID differs in the last digit', `${nearTo(e.repositoryUuid)}:${rest}`),
    presented('another repository with the own one as its environment', `${OTHER}:${own}`),
    presented('a subject that only begins with the own repository', `${e.repositoryUuid}x:${rest}`),
    presented('an empty subject', ''),
    presented('another workspace', own, { slug: `${e.workspaceSlug}x`, workspaceUuid: OTHER }),
    presented('another workspace under the same slug', own, { workspaceUuid: OTHER }),
    presented('another audience', own, { aud: 'sts.amazonaws.com' }),
    presented('a provider of another account', own, { accountId: '000000000000' }),
  ];
  if (e.environmentUuid) {
    foreign.push(
      presented(
        'an environment whose UUID differs in the last digit',
        `${e.repositoryUuid}:${nearTo(e.environmentUuid)}:${STEP}`,
      ),
      presented(
        'a subject that only begins with the own environment',
        `${e.repositoryUuid}:${e.environmentUuid}x:${STEP}`,
      ),
      presented('another environment', `${e.repositoryUuid}:${OTHER}:${STEP}`),
      presented('a step without an environment', `${e.repositoryUuid}:${STEP}`),
      presented('the own environment as a step', `${e.repositoryUuid}:${OTHER}:${e.environmentUuid}`),
    );
  }
  return foreign;
}

const nearTo = (uuid: string): string => uuid.replace(/[0-9a-f]\}$/, (end) => (end === '0}' ? '1}' : '0}'));

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The one statement of a document, in a list. A document with more than one is not understood, because the
 *  second may admit unforeseen tokens. Text that gives a name more than once is not understood, because
 *  readers may take either. */
function parseStatements(text: string): Json[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(document) || JSON.stringify(document) !== text) return undefined;
  if (document.Version !== '2012-10-17' || !Array.isArray(document.Statement)) return undefined;
  return document.Statement.length === 1 && document.Statement.every(isObject)
    ? document.Statement
    : undefined;
}

function verdict(statements: Json[], token: Presented): Verdict {
  const verdicts = statements.map((statement) => statementVerdict(statement, token));
  if (verdicts.includes('unknown')) return 'unknown';
  return verdicts.includes('admitted') ? 'admitted' : 'refused';
}

const STATEMENT_KEYS = new Set(['Effect', 'Principal', 'Action', 'Condition']);

function statementVerdict(statement: Json, token: Presented): Verdict {
  if (Object.keys(statement).some((key) => !STATEMENT_KEYS.has(key))) return 'unknown';
  if (statement.Effect !== 'Allow' || statement.Action !== 'sts:AssumeRoleWithWebIdentity') return 'unknown';
  const principal = statement.Principal;
  if (!isObject(principal) || Object.keys(principal).join() !== 'Federated') return 'unknown';
  if (typeof principal.Federated !== 'string' || /[*?]/.test(principal.Federated)) return 'unknown';
  if (principal.Federated !== token.federated) return 'refused';
  if (!isObject(statement.Condition)) return 'admitted';
  const verdicts = Object.entries(statement.Condition).flatMap(([operator, block]) =>
    conditionVerdicts(operator, block, token),
  );
  if (verdicts.includes('unknown')) return 'unknown';
  return verdicts.includes('refused') ? 'refused' : 'admitted';
}

/** What each line of one operator's block says of a token. */
function conditionVerdicts(operator: string, block: unknown, token: Presented): Verdict[] {
  if (!isObject(block) || (operator !== 'StringEquals' && operator !== 'StringLike')) return ['unknown'];
  return Object.entries(block).map(([key, pattern]) => {
    if (typeof pattern !== 'string' || (operator === 'StringLike' && !isForeseen(key, pattern))) {
      return 'unknown';
    }
    const value = Object.hasOwn(token.keys, key) ? token.keys[key] : undefined;
    if (value === undefined) return 'refused';
    const holds = operator === 'StringEquals' ? value === pattern : isLike(value, pattern);
    return holds ? 'admitted' : 'refused';
  });
}

/** True for the patterns whose matches our few tokens can stand for: a wildcard is one `*` at the end of a subject. */
const isForeseen = (key: string, pattern: string): boolean =>
  !/[*?]/.test(key.endsWith(':sub') ? pattern.replace(/\*$/, '') : pattern);
