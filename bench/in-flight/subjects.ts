import { setTimeout as wait } from 'node:timers/promises';
import type { Stack } from '../../sandbox/stack.ts';

/** A caller of the API, and what it was answered that was no success. */
export type Client = {
  stack: Stack;
  token: string;
  answers: Record<string, number>;
  /** Answers 503 that did not say when to repeat. */
  withoutRetryAfter: number;
};

/** One grant in a repository of its own, and what its caller wanted last. `make` and `end` return the milliseconds until the
 *  grant was so. */
export type Subject = {
  id: string;
  wanted: 'active' | 'revoked';
  make(): Promise<number>;
  end(): Promise<number>;
};

/** Attempts until a caller gives up: more than any run needs that loses nothing. */
const ATTEMPTS = 120;
const DEFAULT_WAIT_MS = 500;

/** Creates the repositories of so many subjects. */
export async function subjectsOf(client: Client, count: number, name: string): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (let n = 0; n < count; n += 1) {
    const slug = `bench-${name}-${n}`;
    const response = await fetch(`${client.stack.bitbucket.url}/sandbox/repositories`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ workspace: 'acme', slug, project: 'SHOP' }),
    });
    if (!response.ok) throw new Error(`the sandbox made no repository: ${await response.text()}`);
    subjects.push(subjectOf(client, slug));
  }
  return subjects;
}

function subjectOf(client: Client, slug: string): Subject {
  const body = JSON.stringify({
    repository: `acme/${slug}`,
    template: 's3-static-site',
    parameters: { bucket: 'shop-site' },
    name: 'bench',
  });
  const subject: Subject = {
    id: '',
    wanted: 'active',
    async make() {
      subject.wanted = 'active';
      return untilSo(client, subject, { path: '', init: { method: 'POST', body } });
    },
    async end() {
      subject.wanted = 'revoked';
      return untilSo(client, subject, { path: `/${subject.id}`, init: { method: 'DELETE' } });
    },
  };
  return subject;
}

/** Sends a request again, as a caller would, until the grant is as wanted. Throws after many attempts. */
async function untilSo(
  client: Client,
  subject: Subject,
  { path, init }: { path: string; init: RequestInit },
): Promise<number> {
  const began = performance.now();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { status, json, retryAfter } = await send(client, path, init);
    if (typeof json.id === 'string') subject.id = json.id;
    if (json.state === subject.wanted) return performance.now() - began;
    if (status === 503 && retryAfter === undefined) client.withoutRetryAfter += 1;
    if (status >= 300 || status === 202) client.answers[status] = (client.answers[status] ?? 0) + 1;
    await wait(retryAfter === undefined ? DEFAULT_WAIT_MS : retryAfter * 1000);
  }
  throw new Error(`${init.method} ${path} never made its grant ${subject.wanted}`);
}

/** One call of the API with the caller's token. Status 0: the connection ended without an answer. */
export async function send(client: Client, path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' };
  try {
    const response = await fetch(`${client.stack.api}/v1/grants${path}`, { ...init, headers });
    const after = response.headers.get('retry-after');
    const json = (await response.json()) as Record<string, unknown>;
    return { status: response.status, json, retryAfter: after === null ? undefined : Number(after) };
  } catch {
    return { status: 0, json: {} as Record<string, unknown>, retryAfter: undefined };
  }
}
