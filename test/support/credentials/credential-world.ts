import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bitbucketApi } from '../../../adapters/bitbucket/api.ts';
import type { CredentialSource } from '../../../adapters/bitbucket/keyring.ts';
import { PortError } from '../../../domain/shared/port-error.ts';
import { startBitbucketSandbox } from '../../../sandbox/bitbucket/server.ts';
import { acme } from '../adapters/bitbucket.ts';
import { asEpoch, asRepositoryUuid, asWorkspaceUuid } from '../identifiers.ts';

export const globex = { slug: 'globex', uuid: asWorkspaceUuid('{979f3574-6128-47d7-81ae-79d593e68689}') };

/** Repositories of the stand-in's seed, by slug. */
export const SEED = {
  shop: asRepositoryUuid('{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}'),
  web: asRepositoryUuid('{3b2f8666-11df-42ad-adc4-55d5d305ae3a}'),
  api: asRepositoryUuid('{9c0d2a0c-2c27-48b5-abef-899c79205ac4}'),
  other: asRepositoryUuid('{00d55214-0115-4a31-a6d5-a375ad2c465f}'),
};

/** A parameter store whose entries a test changes. A reading may be minutes old unless a fresh one is asked for. */
export class FakeCredentialSource implements CredentialSource {
  readonly stored: Record<string, string>;
  readonly reads: { slug: string; isFresh: boolean }[] = [];
  readonly #cached = new Map<string, string>();

  constructor(stored: Record<string, unknown>) {
    this.stored = {};
    for (const [slug, value] of Object.entries(stored)) this.store(slug, value);
  }

  store(slug: string, value: unknown): void {
    this.stored[slug] = typeof value === 'string' ? value : JSON.stringify(value);
  }

  async read(slug: string, isFresh: boolean): Promise<string> {
    this.reads.push({ slug, isFresh });
    const cached = this.#cached.get(slug);
    if (cached !== undefined && !isFresh) return cached;
    const text = this.stored[slug];
    if (text === undefined) throw new PortError('Bitbucket', 'DENIED', `${this.placeOf(slug)} is not there.`);
    this.#cached.set(slug, text);
    return text;
  }

  placeOf(slug: string): string {
    return `parameter /rolewright/test/bitbucket/${slug}`;
  }
}

type Made = Record<string, unknown> & { kind: string };

/** The adapter with stored credentials over the stand-in. Their clock moves when a test moves it; the stand-in's may be
 *  ahead. */
export async function credentialWorld(
  stored: Record<string, unknown> = {
    acme: 'sandbox-token-acme',
    globex: { kind: 'oauthConsumer', key: 'sandbox-key', secret: 'sandbox-secret' },
  },
) {
  const dir = mkdtempSync(join(tmpdir(), 'credentials-'));
  const time = { ms: Date.UTC(2026, 10, 23), ahead: 0 };
  const sandbox = await startBitbucketSandbox({ port: 0, dir, now: () => time.ms + time.ahead });
  const source = new FakeCredentialSource(stored);
  const send = async (method: string, path: string, body?: object) => {
    const init = { method, ...(body ? { body: JSON.stringify(body) } : {}) };
    const reply = await fetch(`${sandbox.url}/sandbox/${path}`, init);
    if (!reply.ok) throw new Error(await reply.text());
    return reply.status === 204 ? {} : ((await reply.json()) as Record<string, unknown>);
  };
  const open = () =>
    bitbucketApi({
      url: `${sandbox.url}/2.0`,
      tokenUrl: `${sandbox.url}/site/oauth2/access_token`,
      workspaces: [acme, globex],
      credentials: source,
      adminCredentials: new FakeCredentialSource({ acme: 'sandbox-admin-token-acme' }),
      clock: { now: () => asEpoch(time.ms), sleep: async () => {} },
      random: () => 0.5,
    });
  return {
    sandbox,
    source,
    time,
    send,
    bitbucket: open(),
    /** Another instance of the adapter, as another Lambda has. */
    open,
    /** Makes a credential, in the form that is stored. */
    async make(body: object): Promise<Made> {
      const {
        workspace: _,
        scopes: __,
        project: ___,
        repository: ____,
        revoked: _____,
        ...wire
      } = (await send('POST', 'credentials', body)) as Made & Record<string, unknown>;
      return wire as Made;
    },
    /** `METHOD path status` of every call since the last time. */
    async calls(): Promise<string[]> {
      const { items } = await send('GET', 'calls');
      await send('DELETE', 'calls');
      return (items as { method: string; path: string; status: number }[]).map(
        ({ method, path, status }) => `${method} ${decodeURIComponent(path)} ${status}`,
      );
    },
    async close() {
      await sandbox.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** See `credentialWorld`. */
export type CredentialWorld = Awaited<ReturnType<typeof credentialWorld>>;
