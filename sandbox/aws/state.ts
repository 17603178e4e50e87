import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { type TableContent, type VersionedTable, versionedTable } from './versioned-table.ts';

export type Tag = { key: string; value: string };

export type InlinePolicy = { name: string; document: string };

/** An IAM role with all that hangs on it. Documents are kept byte for byte as they were sent. */
export type Role = {
  name: string;
  path: string;
  arn: string;
  roleId: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  trustPolicy: string;
  description?: string;
  /** Seconds. */
  maxSessionDuration: number;
  boundaryArn?: string;
  tags: Tag[];
  inlinePolicies: InlinePolicy[];
  /** ARNs, in the order of attaching. */
  attachedPolicies: string[];
};

export type OidcProvider = {
  arn: string;
  /** As given, with `https://`. */
  url: string;
  createdAt: number;
  clientIds: string[];
  thumbprints: string[];
  tags: Tag[];
};

export type ManagedPolicy = {
  arn: string;
  name: string;
  path: string;
  policyId: string;
  createdAt: number;
  document: string;
  description?: string;
  tags: Tag[];
};

/** What a session was narrowed to: a document, and ARNs of managed policies. */
export type SessionPolicies = { inline?: string; managed: string[] };

/** What STS once issued for a role. It acts only while the role with this id exists. */
export type Session = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  policies?: SessionPolicies;
  roleName: string;
  roleId: string;
  sessionName: string;
  issuedAt: number;
  expiresAt: number;
};

/** One value that a parameter had. `type` as in Parameter Store. */
export type ParameterVersion = {
  version: number;
  type: 'String' | 'StringList' | 'SecureString';
  value: string;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
};

/** A parameter of Parameter Store, its versions oldest first. */
export type StoredParameter = {
  name: string;
  versions: ParameterVersion[];
  tier: 'Standard' | 'Advanced';
  allowedPattern?: string;
  tags: Tag[];
};

/** A private key of the account's own token issuer, as JWK. */
export type IssuerKey = { alg: string; jwk: JWK };

/** What one account has. */
export type State = {
  /** By lower-cased name: names are unique per account, irrespective of case and path. */
  roles: VersionedTable<Role>;
  /** By ARN. */
  providers: VersionedTable<OidcProvider>;
  /** Customer managed policies, by ARN. */
  policies: VersionedTable<ManagedPolicy>;
  /** The sessions of the account's roles, by access key id. */
  sessions: VersionedTable<Session>;
  /** By name. */
  parameters: VersionedTable<StoredParameter>;
  /** By signing algorithm. */
  issuerKeys: VersionedTable<IssuerKey>;
};

/** The states of all accounts. */
export type StateStore = {
  /** The state of an account; empty where nothing was written in it. */
  of(accountId: string): State;
  /** The accounts that were asked for or are in the file. */
  accountIds(): string[];
  /** Resolves once everything written so far is in the file. Concurrent calls share one write. */
  save(): Promise<void>;
};

type StateContent = {
  [Name in keyof State]?: State[Name] extends VersionedTable<infer T> ? TableContent<T> : never;
};
type FileContent = { accounts: Record<string, StateContent> };

/** The states kept in `<dir>/aws.json`. The file is replaced as a whole, so a kill at any time leaves the state
 *  before or after a write, never half of one. Only its owner can read it. Throws for a file of another form, and keeps it. */
export function openState(dir: string, now: () => number): StateStore {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'aws.json');
  let revision = 0;
  let savedRevision = 0;
  const changed = () => {
    revision += 1;
  };
  const opened = (content: StateContent): State => ({
    roles: versionedTable(content.roles ?? [], now, changed),
    providers: versionedTable(content.providers ?? [], now, changed),
    policies: versionedTable(content.policies ?? [], now, changed),
    sessions: versionedTable(content.sessions ?? [], now, changed),
    parameters: versionedTable(content.parameters ?? [], now, changed),
    issuerKeys: versionedTable(content.issuerKeys ?? [], now, changed),
  });
  const states = new Map(
    Object.entries(load(file).accounts).map(([id, content]) => [id, opened(content)] as const),
  );
  return {
    of(accountId) {
      const state = states.get(accountId) ?? opened({});
      states.set(accountId, state);
      return state;
    },
    accountIds: () => [...states.keys()].sort(),
    save: groupedWrites(async () => {
      if (revision === savedRevision) return;
      const saving = revision;
      const accounts = Object.fromEntries([...states].map(([id, state]) => [id, contentOf(state)]));
      await writeFile(`${file}.new`, JSON.stringify({ accounts }), { mode: 0o600 });
      await rename(`${file}.new`, file);
      savedRevision = saving;
    }),
  };
}

const contentOf = (state: State): StateContent =>
  Object.fromEntries(Object.entries(state).map(([name, table]) => [name, table.content()]));

function load(file: string): FileContent {
  if (!existsSync(file)) return { accounts: {} };
  const content = JSON.parse(readFileSync(file, 'utf8')) as Partial<FileContent>;
  if (typeof content.accounts === 'object') return { accounts: content.accounts };
  throw new Error(`${file} is not a state of this sandbox; delete it to start anew`);
}

/** Runs one `write` at a time; callers during a run share the next one. */
function groupedWrites(write: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        running = write();
        return running;
      });
    return next;
  };
}
