import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** What STS once issued for a role. It acts only while the role with this id exists. */
export type Session = {
  accessKeyId: string;
  roleName: string;
  roleId: string;
  sessionName: string;
  issuedAt: number;
  expiresAt: number;
};

export type State = {
  /** By lower-cased name: names are unique per account, irrespective of case and path. */
  roles: VersionedTable<Role>;
  /** By ARN. */
  providers: VersionedTable<OidcProvider>;
  /** Customer managed policies, by ARN. */
  policies: VersionedTable<ManagedPolicy>;
  /** By access key id. */
  sessions: VersionedTable<Session>;
  /** Resolves once everything written so far is in the file. Concurrent calls share one write. */
  save(): Promise<void>;
};

type FileContent = {
  roles: TableContent<Role>;
  providers: TableContent<OidcProvider>;
  policies: TableContent<ManagedPolicy>;
  sessions: TableContent<Session>;
};

/** The state kept in `<dir>/aws.json`. The file is replaced as a whole, so a kill at any time leaves the state
 *  before or after a write, never half of one. */
export function openState(dir: string, now: () => number): State {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'aws.json');
  const loaded = load(file);
  let revision = 0;
  let savedRevision = 0;
  const changed = () => {
    revision += 1;
  };
  const tables = {
    roles: versionedTable(loaded.roles, now, changed),
    providers: versionedTable(loaded.providers, now, changed),
    policies: versionedTable(loaded.policies, now, changed),
    sessions: versionedTable(loaded.sessions, now, changed),
  };
  return {
    ...tables,
    save: groupedWrites(async () => {
      if (revision === savedRevision) return;
      const saving = revision;
      const content: FileContent = {
        roles: tables.roles.content(),
        providers: tables.providers.content(),
        policies: tables.policies.content(),
        sessions: tables.sessions.content(),
      };
      await writeFile(`${file}.new`, JSON.stringify(content));
      await rename(`${file}.new`, file);
      savedRevision = saving;
    }),
  };
}

function load(file: string): FileContent {
  if (!existsSync(file)) return { roles: [], providers: [], policies: [], sessions: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as FileContent;
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
