import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { acme, apiError, environmentAnswer, repositoryAnswer } from './bitbucket.ts';

/** Which of the recorded answers a server gives. `live`: everything that live answers show. `published`: only what the
 *  published schema promises, which leaves out a repository's `slug` and `workspace`, and most of an environment. */
export type Shapes = 'live' | 'published';

type Answer = { status: number; body: string | object };

/** A server that answers a few calls of Bitbucket's REST API in recorded shapes. */
export type RecordedBitbucket = {
  url: string;
  /** Slug and name of the repository that is `shop` at first. */
  slug: string;
  /** Names of the environments, by the slug of their repository. */
  environments: Record<string, string[]>;
  isOidcEnabled: boolean;
  /** Given to every call instead of an answer. */
  failure: Answer | 'drop' | undefined;
  close(): Promise<void>;
};

export const WEB_UUID = '{3b2f8666-11df-42ad-adc4-55d5d305ae3a}';
const WEB_PROJECT = {
  type: 'project',
  key: 'WEB',
  uuid: '{18b60cd9-173a-4a44-a4ec-6c251e367573}',
  name: 'Web',
};
const PAGE = 40;

const absent: Answer = { status: 404, body: apiError('Resource not found') };
const found = (body: object): Answer => ({ status: 200, body });

/** Starts it on a free port. Pages hold fewer items than asked for, and neither `size` nor `page`. */
export async function startRecordedBitbucket(shapes: Shapes): Promise<RecordedBitbucket> {
  const repositories = () => [
    { ...repositoryAnswer, slug: recorded.slug, full_name: `acme/${recorded.slug}` },
    { ...repositoryAnswer, uuid: WEB_UUID, slug: 'web', full_name: 'acme/web', project: WEB_PROJECT },
  ];

  function repositoryShown(repository: ReturnType<typeof repositories>[number]): object {
    const { slug: _, workspace: __, ...published } = repository;
    return shapes === 'live' ? repository : published;
  }

  function environmentsOf(uuid: string): { uuid: string; name: string }[] {
    const key = uuid === WEB_UUID ? 'web' : 'shop';
    const names = recorded.environments[key] ?? [];
    const all = names.map((name, n) => environmentAnswer(name, (key === 'web' ? 0x1000 : 0) + n + 1));
    return shapes === 'live' ? all : all.map(({ uuid: id, name }) => ({ uuid: id, name }));
  }

  function environments(repositoryUuid: string, asked: string | undefined, url: URL): Answer {
    const all = environmentsOf(repositoryUuid);
    if (asked !== undefined) {
      const one = all.find(({ uuid }) => uuid === asked);
      return one ? found(one) : absent;
    }
    const first = Number(url.searchParams.get('page') ?? 1) * PAGE - PAGE;
    const next = `${recorded.url}${url.pathname}?pagelen=${PAGE}&page=${first / PAGE + 2}`;
    const values = all.slice(first, first + PAGE);
    return found({ pagelen: PAGE, values, ...(first + PAGE < all.length ? { next } : {}) });
  }

  function answer(url: URL): Answer {
    const [kind, workspace, ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    if (kind === 'workspaces' && rest.join('/').endsWith('/.well-known/openid-configuration')) {
      const isKnown = workspace === acme.slug && recorded.isOidcEnabled;
      return isKnown ? found({ issuer: url.href, jwks_uri: url.href }) : absent;
    }
    if (workspace !== acme.uuid) return absent;
    if (kind === 'workspaces' && rest.length === 0) return found(repositoryAnswer.workspace);
    if (kind === 'repositories' && rest.length === 0)
      return found({ values: repositories().map(repositoryShown) });
    const [name, collection, asked] = rest;
    const repository = repositories().find(({ uuid, slug }) => uuid === name || slug === name);
    if (kind !== 'repositories' || !repository) return absent;
    if (collection === undefined) return found(repositoryShown(repository));
    return collection === 'environments' ? environments(repository.uuid, asked, url) : absent;
  }

  const server = createServer((request, response) => {
    if (recorded.failure === 'drop') {
      response.destroy();
      return;
    }
    const { status, body } = recorded.failure ?? answer(new URL(request.url ?? '', recorded.url));
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
    response.end(isText ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const recorded: RecordedBitbucket = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    slug: 'shop',
    environments: { shop: ['Test', 'Staging', 'Production'] },
    isOidcEnabled: true,
    failure: undefined,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return recorded;
}
