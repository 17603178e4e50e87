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

export type State = {
  /** By lower-cased name: names are unique per account, irrespective of case and path. */
  roles: VersionedTable<Role>;
  /** By ARN. */
  providers: VersionedTable<OidcProvider>;
  /** Customer managed policies, by ARN. */
  policies: VersionedTable<ManagedPolicy>;
  /** By access key id. */
  sessions: VersionedTable<Session>;
  /** By name. */
  parameters: VersionedTable<StoredParameter>;
  /** By signing algorithm. */
  issuerKeys: VersionedTable<IssuerKey>;
  /** Resolves once everything written so far is in the file. Concurrent calls share one write. */
  save(): Promise<void>;
};

type Tables = Omit<State, 'save'>;

type FileContent = {
  [Name in keyof Tables]?: Tables[Name] extends VersionedTable<infer T> ? TableContent<T> : never;
};

/** The state kept in `<dir>/aws.json`. The file is replaced as a whole, so a kill at any time leaves the state
 *  before or after a write, never half of one. Only its owner can read it. */
export function openState(dir: string, now: () => number): State {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'aws.json');
  const loaded = load(file);
  let revision = 0;
  let savedRevision = 0;
  const changed = () => {
    revision += 1;
  };
  const tables: Tables = {
    roles: versionedTable(loaded.roles ?? [], now, changed),
    providers: versionedTable(loaded.providers ?? [], now, changed),
    policies: versionedTable(loaded.policies ?? [], now, changed),
    sessions: versionedTable(loaded.sessions ?? [], now, changed),
    parameters: versionedTable(loaded.parameters ?? [], now, changed),
    issuerKeys: versionedTable(loaded.issuerKeys ?? [], now, changed),
  };
  return {
    ...tables,
    save: groupedWrites(async () => {
      if (revision === savedRevision) return;
      const saving = revision;
      const content = Object.entries(tables).map(([name, table]) => [name, table.content()]);
      await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(content)), { mode: 0o600 });
      await rename(`${file}.new`, file);
      savedRevision = saving;
    }),
  };
}

function load(file: string): FileContent {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as FileContent) : {};
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
