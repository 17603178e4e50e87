/** One call of the API, as `apiClient` makes it. */
export type Get = (method: 'GET', path: string) => Promise<Record<string, unknown>>;

/** Most events of a page. Contract of the API. */
const EVENTS_PER_PAGE = 100;

/** Attempts for a page, and milliseconds between them: the API's rate limit and its upstreams recover within seconds. */
const ATTEMPTS = 6;
const WAIT_MS = 2000;

/** The events of the audit log that match `filters`, newest first, each as a line of NDJSON. Holds one page at a time, and asks
 *  for the next one when the last line of it was taken. Throws what the API refuses; 429 and 503 only when they stay. */
export async function* exportedEvents(
  get: Get,
  filters: Readonly<Record<string, string>>,
  wait: (milliseconds: number) => Promise<unknown>,
): AsyncGenerator<string> {
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({
      ...filters,
      limit: String(EVENTS_PER_PAGE),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const page = await pageOf(() => get('GET', `/v1/events?${query}`), wait);
    for (const item of page.items as unknown[]) yield `${JSON.stringify(item)}\n`;
    cursor = page.cursor as string | undefined;
  } while (cursor !== undefined);
}

async function pageOf(
  ask: () => ReturnType<Get>,
  wait: (milliseconds: number) => Promise<unknown>,
): ReturnType<Get> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt >= ATTEMPTS || !/^(429|503) /.test((error as Error).message)) throw error;
      await wait(WAIT_MS);
    }
  }
}
