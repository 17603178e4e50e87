import type { Stack } from '../sandbox/stack.ts';

export const operations = ['provision', 'repeat', 'read', 'revoke'] as const;
export type Operation = (typeof operations)[number];

/** The product and the bare functions, which take the same requests under another path. */
export const sides = ['product', 'bare'] as const;
export type Side = (typeof sides)[number];

/** The sides that make grants: also a function that makes the fewest calls. */
export const grantSides = [...sides, 'least'] as const;
export type GrantSide = (typeof grantSides)[number];

const prefixes: Record<GrantSide, string> = {
  product: '/v1/grants',
  bare: '/bare/grants',
  least: '/least/grants',
};
const expectedStatus: Record<Operation, number> = { provision: 201, repeat: 200, read: 200, revoke: 200 };

/** Performs one operation, and returns the milliseconds until its answer was read. Throws if the answer is not the
 *  operation's. */
export type Perform = (operation: Operation) => Promise<number>;

/** One grant of one side, in its own repository, so that earlier samples do not slow later ones down. */
export async function newSubject(
  stack: Stack,
  token: string,
  { side, name }: { side: GrantSide; name: string },
): Promise<Perform> {
  const slug = `bench-${side}-${name}`;
  const created = await fetch(`${stack.bitbucket.url}/sandbox/repositories`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workspace: 'acme', slug, project: 'SHOP' }),
  });
  if (!created.ok) throw new Error(`the sandbox made no repository: ${await created.text()}`);
  const url = `${stack.api}${prefixes[side]}`;
  const body = JSON.stringify({
    repository: `acme/${slug}`,
    template: 's3-static-site',
    parameters: { bucket: 'shop-site' },
    name: 'bench',
  });
  let grantId = '';

  const requests: Record<Operation, () => [string, RequestInit]> = {
    provision: () => [url, { method: 'POST', body }],
    repeat: () => [url, { method: 'POST', body }],
    read: () => [`${url}/${grantId}`, { method: 'GET' }],
    revoke: () => [`${url}/${grantId}`, { method: 'DELETE' }],
  };
  return async (operation) => {
    const [target, init] = requests[operation]();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const began = performance.now();
    const response = await fetch(target, { ...init, headers });
    const text = await response.text();
    const took = performance.now() - began;
    if (response.status !== expectedStatus[operation]) {
      throw new Error(`${side} ${operation} was answered ${response.status}: ${text.slice(0, 300)}`);
    }
    grantId = JSON.parse(text).id;
    return took;
  };
}
