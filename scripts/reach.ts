/** Calls a server and follows no redirect. Throws which server cannot be reached, and why, where no answer came. */
export function reach(url: string, request: RequestInit): Promise<Response> {
  return fetch(url, { ...request, redirect: 'error' }).catch((error: Error) => {
    const cause = (error.cause as Error)?.message ?? error.message;
    throw new Error(`${new URL(url).origin} cannot be reached (${cause}).`);
  });
}
