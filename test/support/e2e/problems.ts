import { expect } from '@jest/globals';
import type { Reply } from './http.ts';
import type { World } from './stack/stack.ts';

/** Holds an answer to the shape of a problem document. `pointers` are those of `errors`, in any order. */
export function expectProblem(reply: Reply, status: number, code: string, pointers?: string[]): void {
  const errors = reply.json.errors as { pointer: string; detail: string }[] | undefined;
  expect({ status: reply.status, ...reply.json }).toEqual({
    type: `urn:rolewright:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: expect.stringMatching(/\S/),
    status,
    detail: expect.stringMatching(/\S/),
    code,
    instance: expect.stringMatching(/\S/),
    ...(errors === undefined ? {} : { errors: expect.any(Array) }),
  });
  expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  for (const error of errors ?? []) {
    expect(error).toEqual({ pointer: expect.any(String), detail: expect.stringMatching(/\S/) });
  }
  if (pointers !== undefined) {
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual([...pointers].sort());
  }
}

/** Does something that must be refused, and holds the stack to having written nothing and asked nothing of IAM. */
export async function refused(world: World, act: () => Promise<Reply>): Promise<Reply> {
  const { value, iam, dynamodbWrites } = await world.trace(act);
  expect({ iam, dynamodbWrites }).toEqual({ iam: [], dynamodbWrites: [] });
  return value;
}

/** Holds an answer to recipient nothing of policies, ARNs and tokens. */
export function expectNoSecrets({ text, headers }: Reply): void {
  const all = text + JSON.stringify([...headers]);
  expect(all).not.toMatch(
    /arn:|eyJ[\w-]|"Statement"|sts:|iam:|sandbox-(admin-|webhook-)?token|sandbox-(key|secret)|\bat .*\.(ts|mjs):\d/,
  );
}
