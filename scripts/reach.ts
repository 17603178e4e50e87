/** Calls a server without following redirects. If no answer arrives, throws which server cannot be reached and why. */
export function reach(url: string, request: RequestInit): Promise<Response> {
  return fetch(url, { ...request, redirect: 'error' }).catch((error: Error) => {
    const cause = (error.cause as Error)?.message ?? error.message;
    const { origin, hostname } = new URL(url);
    const isLocal = hostname === '127.0.0.1' || hostname === 'localhost';
    throw new Error(`${origin} cannot be reached (${cause}).${isLocal ? ' Is "npm start" running?' : ''}`);
  });
}
