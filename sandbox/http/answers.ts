/** An HTTP answer: JSON in `body`, or HTML in `html`, or neither. */
export type Answer = { status: number; body?: unknown; html?: string; headers?: Record<string, string> };

/** JSON with status 200, or another. */
export function ok(body: unknown, status = 200): Answer {
  return { status, body };
}

/** Success, with an empty body. */
export const noContent: Answer = { status: 204 };

/** An error in Bitbucket's shape. `detail` is text, or an object for a missing scope. */
export function apiError(status: number, message: string, detail?: string | object): Answer {
  return { status, body: { type: 'error', error: detail === undefined ? { message } : { message, detail } } };
}

/** An error of the sandbox's own endpoints, with every problem. */
export function refusal(status: number, ...errors: string[]): Answer {
  return { status, body: { errors } };
}
