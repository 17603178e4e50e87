import { type Json, send } from './http.ts';

/** A repository that a test made for itself. `fullName` is `workspace/slug`. */
export type TestRepository = { fullName: string; slug: string; uuid: string };

/** What happens in Bitbucket and at the company's identity provider. */
export type Bitbucket = {
  /** A token of a person; without groups, those that the stand-in knows. */
  person(email: string, more?: Json): Promise<string>;
  service(name: string, groups: string[], more?: Json): Promise<string>;
  /** The token that a pipeline step gets. */
  step(repository: string, more?: Json): Promise<string>;
  /** The token of a step that asked for Rolewright's audience. */
  caller(repository: string, more?: Json): Promise<string>;
  /** A new repository in project SHOP of acme, or in another project. */
  repository(more?: { workspace?: string; project?: string; slug?: string }): Promise<TestRepository>;
  /** A new deployment environment; returns its UUID. */
  environment(repository: TestRepository, name: string): Promise<string>;
  rename(repository: TestRepository, slug: string): Promise<void>;
  deleteRepository(repository: TestRepository): Promise<void>;
  setOidc(workspace: string, oidcEnabled: boolean): Promise<void>;
};

/** Talks to the stand-in for Bitbucket at `url`. */
export function bitbucketPeople(url: string): Bitbucket {
  let made = 0;
  const sandbox = async (method: string, path: string, json?: Json): Promise<Json> => {
    const reply = await send(url, method, `/sandbox/${path}`, { json });
    if (reply.status >= 300) throw new Error(`${method} ${path} answered ${reply.status}: ${reply.text}`);
    return reply.json;
  };
  const token = async (kind: string, body: Json) =>
    String((await sandbox('POST', `${kind}-token`, body)).token);
  const step = (repository: string, more: Json = {}) => token('step', { repository, ...more });
  return {
    person: (email, more = {}) => token('person', { email, ...more }),
    service: (name, groups, more = {}) => token('service', { name, groups, ...more }),
    step,
    caller: (repository, more = {}) => step(repository, { audiences: ['rolewright'], ...more }),
    async repository({ workspace = 'acme', project = 'SHOP', slug } = {}) {
      made += 1;
      const name = slug ?? `repository-${made}`;
      const { uuid } = await sandbox('POST', 'repositories', { workspace, slug: name, project });
      return { fullName: `${workspace}/${name}`, slug: name, uuid: String(uuid) };
    },
    async environment({ fullName }, name) {
      const { uuid } = await sandbox('POST', `repositories/${fullName}/environments`, { name });
      return String(uuid);
    },
    async rename({ fullName }, slug) {
      await sandbox('PUT', `repositories/${fullName}`, { slug });
    },
    async deleteRepository({ fullName }) {
      await sandbox('DELETE', `repositories/${fullName}`);
    },
    async setOidc(workspace, oidcEnabled) {
      await sandbox('PUT', `workspaces/${workspace}`, { oidcEnabled });
    },
  };
}
