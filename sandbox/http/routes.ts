import type { Answer } from './answers.ts';

/** A parsed request. `path` is as sent, without the query. `segments` are its parts, decoded separately, so a part may
 *  hold a slash. `body` is undefined if it is missing or not JSON. */
export type SandboxRequest = {
  method: string;
  path: string;
  segments: readonly string[];
  query: URLSearchParams;
  authorization: string | undefined;
  body: unknown;
  /** The body as a form; absent where it is none. */
  form?: URLSearchParams;
};

/** An endpoint. `:` in the path matches any part that is not empty; `answer` gets these parts in order. */
export type Route = {
  method: string;
  path: string;
  answer(parts: string[], request: SandboxRequest): Answer | Promise<Answer>;
};

/** The path's parts, decoded; undefined when an encoding is broken. */
export function pathSegments(path: string): string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function partsOf(path: string, segments: readonly string[]): string[] | undefined {
  const pattern = path.split('/').slice(1);
  if (pattern.length !== segments.length) return undefined;
  const parts: string[] = [];
  for (const [i, segment] of segments.entries()) {
    if (pattern[i] === ':' && segment !== '') parts.push(segment);
    else if (pattern[i] !== segment) return undefined;
  }
  return parts;
}

/** The route for a request with its parts; `wrong method` if only the path matches, `unknown` otherwise. */
export function findRoute(
  routes: readonly Route[],
  { method, segments }: SandboxRequest,
): { route: Route; parts: string[] } | 'wrong method' | 'unknown' {
  let pathKnown = false;
  for (const route of routes) {
    const parts = partsOf(route.path, segments);
    if (parts && route.method === method) return { route, parts };
    pathKnown ||= parts !== undefined;
  }
  return pathKnown ? 'wrong method' : 'unknown';
}
