import * as z from 'zod';
import { parseBody } from '../../domain/grants/request.ts';
import type { Operation } from './contract/operation.ts';
import type { HttpAnswer } from './http-answer.ts';
import type { Route } from './http-function.ts';
import { type HttpRequest, jsonBody } from './http-request.ts';
import { conditionalAnswer } from './negotiation/conditional-answer.ts';
import { unwrap } from './problem-details.ts';
import { queryOf } from './query.ts';

const noQuery = z.strictObject({});

type QueryOf<O> = O extends { query: infer Q extends z.ZodType } ? z.infer<Q> : Record<never, never>;
type BodyOf<O> = O extends { body: infer B extends z.ZodType } ? z.infer<B> : undefined;
type BodyOfSuccess<S> =
  | (S extends { schema: infer T extends z.ZodType } ? z.infer<T> : never)
  | (S extends { lines: z.ZodType } | { text: object } ? string : never);

/** What an operation may be answered with: a status of its own with the body of that status. */
export type AnswerTo<O extends Operation> = {
  [S in keyof O['successes'] & number]: Omit<HttpAnswer, 'status' | 'body'> & {
    status: S;
    body: BodyOfSuccess<O['successes'][S]>;
  };
}[keyof O['successes'] & number];

/** A request whose body and query have the operation's shapes. `path` holds the path parameters. */
export type RequestTo<O extends Operation> = HttpRequest & {
  path: Record<string, string | undefined>;
  query: QueryOf<O>;
  body: BodyOf<O>;
};

/** Binds an operation to what answers it. Looks at size, media type, JSON and shape of the body first, then at the query;
 *  each names every faulty field at once. */
export const route = <O extends Operation>(
  operation: O,
  answer: (request: RequestTo<O>) => Promise<AnswerTo<O>>,
): Route => ({
  method: operation.method,
  path: operation.path,
  async answer(request) {
    const { event } = request;
    const isLeftOut = operation.bodyIsOptional && !event.body;
    const body = operation.body && unwrap(parseBody(operation.body, isLeftOut ? {} : jsonBody(event)));
    const query = queryOf<unknown>(event, operation.query ?? noQuery);
    const path = event.pathParameters ?? {};
    const answered = await answer({ ...request, path, body: body as BodyOf<O>, query: query as QueryOf<O> });
    return operation.isConditional ? conditionalAnswer(event, answered) : answered;
  },
});
