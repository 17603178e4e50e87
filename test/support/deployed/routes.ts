import { operationsByFunction } from '../../../handlers/http/contract/operations.ts';

/** What is wrong with the routes of a deployed API, as `GET /v1/me: …`. Each route is called without a token: its function answers
 *  by itself, and neither the fallback nor the engine does. */
export async function routeProblems(api: string): Promise<string[]> {
  const operations = Object.values(operationsByFunction).flatMap((own) => Object.values(own));
  const problems: string[] = [];
  for (const { method, path } of operations) {
    const url = `${api}${path.replace(/\{\w+\}/g, 'acme')}`;
    const response = await fetch(url, { method, signal: AbortSignal.timeout(60_000) });
    const text = await response.text();
    // The fallback answers 405 for a path that another route has.
    if ([404, 405].includes(response.status) || response.status >= 500) {
      problems.push(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    }
  }
  const unknown = await fetch(`${api}/v1/nothing`);
  if (unknown.status !== 404 || !(await unknown.text()).includes('ROUTE_NOT_FOUND')) {
    problems.push(`GET /v1/nothing: ${unknown.status}`);
  }
  return problems;
}
