import * as z from 'zod';
import { NAME } from '../../domain/shared/identifiers.ts';
import { type ProblemCode, problem, problemCodes } from '../../domain/shared/problem.ts';
import { commonProblems, type Operation, type Success } from '../../handlers/http/contract/operation.ts';
import { operations, operationsByFunction } from '../../handlers/http/contract/operations.ts';
import { problemSchema } from '../../handlers/http/contract/problem.ts';
import { problemAnswer, problemKinds } from '../../handlers/http/problem-details.ts';
import { examples } from './examples.ts';

type Json = Record<string, unknown>;

/** The tags, one for each function that has routes. */
const tags: Record<string, string> = {
  grants: 'Request, list, show and upgrade grants; approve and reject requests.',
  revocations: 'End access: revoke grants and repositories, and freeze.',
  audit: 'The append-only audit log.',
  catalogue: 'The templates that can be requested.',
  explain: 'Why a token is admitted or refused.',
  webhooks: "The endpoint for Bitbucket's webhooks.",
  slack: "The endpoint for Slack's commands, buttons and forms.",
  fallback: 'Open without authentication.',
};

const securitySchemes: Record<Exclude<Operation['access'], 'open'>, Json> = {
  caller: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token of a configured company issuer, or a step token with Rolewright’s audience',
  },
  bitbucket: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Hub-Signature',
    description: "`sha256=` and the HMAC of the raw body with the workspace's webhook secret",
  },
  slack: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Slack-Signature',
    description: 'Slack’s `v0` signature of `X-Slack-Request-Timestamp` and the raw body',
  },
};

const pathParameters: Record<string, Json> = {
  id: { schema: { type: 'string', pattern: '^gr_[a-z2-7]{26}$' }, description: 'Id of a grant' },
  uuid: {
    schema: { type: 'string', pattern: '^\\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\}?$' },
    description: 'UUID of a repository, with or without braces',
  },
  name: { schema: { type: 'string', pattern: NAME.source }, description: 'Name of a template' },
  workspace: {
    schema: { type: 'string', pattern: '^[a-z0-9_][a-z0-9._-]*$' },
    description: 'Slug of a configured workspace',
  },
};

/** Collects named schemas, responses and examples, for references to them. */
class Components {
  readonly schemas: Json = {};
  readonly responses: Json = {};
  readonly examples: Json = {};

  /** A schema as JSON Schema; a named schema becomes a reference. `io` says whether the schema is of input or output. */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs, ...own } = z.toJSONSchema(schema, { io, override: simplified }) as Json;
    for (const [name, definition] of Object.entries(($defs ?? {}) as Json)) {
      const referring = withReferences(definition);
      const known = this.schemas[name];
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(referring)) {
        throw new Error(`schema ${name} differs between input and output; give each a name`);
      }
      this.schemas[name] = referring;
    }
    return withReferences(own) as Json;
  }
}

/** Removes what adds nothing: Zod's patterns of dates repeat their format, and property names are always text. Where a schema
 *  says by `typed` what its text means, clients get that type. */
function simplified({ jsonSchema }: { jsonSchema: Json }): void {
  const { typed, description } = jsonSchema;
  if (typed !== undefined) {
    for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
    Object.assign(jsonSchema, typed, description === undefined ? {} : { description });
  }
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  delete jsonSchema.propertyNames;
}

const withReferences = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));

const nameIn = ({ $ref }: Json): string | undefined =>
  typeof $ref === 'string' ? $ref.replace('#/components/schemas/', '') : undefined;

/** The OpenAPI 3.1 document, from the operations and `docs/errors.md`. `adviceOf` returns the remedy of a code in that
 *  table. Deterministic. Throws if a response of an operation has no example. */
export function apiDocument(version: string, adviceOf: (code: ProblemCode) => string): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const [tag, own] of Object.entries(operationsByFunction)) {
    for (const operation of Object.values(own)) {
      paths[operation.path] = {
        ...paths[operation.path],
        [operation.method.toLowerCase()]: operationObject(operation, { tag, components, adviceOf }),
      };
    }
  }
  components.schemaOf(problemSchema, 'output');
  const used = {
    access: new Set<string>(operations.map(({ access }) => access)),
    codes: problemCodes.filter((code) => operations.some((operation) => codesOf(operation).includes(code))),
  };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Rolewright',
      version,
      description:
        'Self-service, least-privilege AWS roles for Bitbucket Pipelines. Each GET is also answered to HEAD. `X-Request-Id` in an answer is the `correlationId` of the events that the request wrote. Errors are problem documents (RFC 9457) with a stable `code`; an error about invalid input lists every field error. Lists are `{items, cursor?}`: a page may hold fewer items than `limit`, and a list ends where `cursor` is missing. An unknown path is answered with `ROUTE_NOT_FOUND` (404), an unsupported method with `METHOD_NOT_ALLOWED` (405) and `Allow`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The server of this document' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: Object.fromEntries(
        Object.entries(securitySchemes).filter(([access]) => used.access.has(access)),
      ),
      schemas: Object.fromEntries(Object.entries(components.schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      headers: { RequestId: { description: REQUEST_ID, schema: { type: 'string' } } },
      responses: components.responses,
      examples: {
        ...components.examples,
        ...Object.fromEntries(used.codes.map((code) => [code, problemExample(code, adviceOf(code))])),
      },
    },
  };
}

function operationObject(
  operation: Operation,
  {
    tag,
    components,
    adviceOf,
  }: { tag: string; components: Components; adviceOf: (code: ProblemCode) => string },
): Json {
  const { id, summary, description, access, body, bodyType, example } = operation;
  const schema = body && components.schemaOf(body, 'input');
  const content = schema && {
    [bodyType ?? 'application/json']: {
      schema,
      ...(example.body === undefined ? {} : { example: example.body }),
    },
  };
  const parameters = parametersOf(operation, components);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: access === 'open' ? [] : [{ [access]: [] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(content ? { requestBody: { required: !operation.bodyIsOptional, content } } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.successes).map(([status, success]) => [
          status,
          successResponse(operation, success, components),
        ]),
      ),
      ...(operation.isConditional
        ? { 304: { description: 'Unchanged since that ETag', headers: headersObject(etag) } }
        : {}),
      ...problemResponses(operation, components, adviceOf),
    },
  };
}

function parametersOf({ path, query, example, isConditional }: Operation, components: Components): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...pathParameters[name],
    ...exampleOf(example.path, name),
  }));
  const shape = query ? components.schemaOf(query, 'input') : {};
  const inQuery = Object.entries((shape.properties ?? {}) as Record<string, Json>).map(
    ([name, { description, ...schema }]) => ({
      name,
      in: 'query',
      ...(description === undefined ? {} : { description }),
      schema,
      ...exampleOf(example.query, name, schema.type),
    }),
  );
  return [...inPath, ...inQuery, ...(isConditional ? [ifNoneMatch] : [])];
}

/** An example in the type that clients give it in. */
function exampleOf(given: Record<string, string> | undefined, name: string, type: unknown = 'string'): Json {
  const text = given?.[name];
  if (text === undefined) return {};
  return { example: type === 'integer' || type === 'boolean' ? JSON.parse(text) : text };
}

function successResponse(
  { isConditional }: Operation,
  { description, schema, lines, text, headers }: Success,
  components: Components,
): Json {
  const content: Json = {};
  if (schema) {
    const shape = components.schemaOf(schema, 'output');
    content['application/json'] = { schema: shape, ...successExample(nameIn(shape), components) };
  }
  if (lines) {
    components.schemaOf(lines, 'output');
    content['application/x-ndjson'] = { schema: { type: 'string', description: 'One item per line' } };
  }
  if (text) content[text.type] = { schema: { type: 'string', description: text.description } };
  return {
    description,
    headers: headersObject({ ...headers, ...(isConditional ? etag : {}) }),
    ...(Object.keys(content).length > 0 ? { content } : {}),
  };
}

/** The example of a named schema, by reference. */
function successExample(name: string | undefined, components: Components): Json {
  if (name === undefined) return {};
  if (!Object.hasOwn(examples, name)) {
    throw new Error(`schema ${name} has no example; give it one in scripts/openapi/examples.ts`);
  }
  components.examples[name] = { value: examples[name] };
  return { examples: { [name]: { $ref: `#/components/examples/${name}` } } };
}

/** These headers, and the one that every answer has. */
const headersObject = (headers: Record<string, string> = {}): Json => ({
  ...Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  ),
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
});

const REQUEST_ID = 'The id of the request in logs, in events and in `instance` of a problem';
const etag = { ETag: 'Names this state of the document, for `If-None-Match`' };
const ifNoneMatch = {
  name: 'If-None-Match',
  in: 'header',
  description: 'The `ETag` of a document that the caller has: answered with 304 if it is unchanged',
  schema: { type: 'string' },
};

const retryAfter = { 'Retry-After': 'Seconds to wait' };
const problemHeaders: Record<number, Record<string, string>> = {
  401: { 'WWW-Authenticate': '`Bearer`' },
  409: { 'Retry-After': 'With `CONFLICT`: seconds to wait' },
  429: retryAfter,
  503: retryAfter,
};

/** Every code that an operation can be answered with, in the order of the list of codes. */
function codesOf(operation: Operation): ProblemCode[] {
  const own = new Set([...commonProblems(operation), ...operation.problems]);
  return problemCodes.filter((code) => own.has(code));
}

/** One response for each status, with the operation's codes of that status. Operations with the same codes share it. */
function problemResponses(
  operation: Operation,
  components: Components,
  adviceOf: (code: ProblemCode) => string,
): Json {
  const byStatus = Map.groupBy(codesOf(operation), (code) => problemKinds[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const name = codes.join('.');
      components.responses[name] ??= problemResponse(status, codes, adviceOf);
      return [status, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function problemResponse(
  status: number,
  codes: ProblemCode[],
  adviceOf: (code: ProblemCode) => string,
): Json {
  const headers = problemHeaders[status];
  return {
    description: codes.map((code) => `\`${code}\`: ${adviceOf(code)}`).join('\n\n'),
    headers: headersObject(headers),
    content: {
      'application/problem+json': {
        schema: { allOf: [{ $ref: '#/components/schemas/Problem' }], properties: { code: { enum: codes } } },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

/** An example problem. A real `detail` says more about its case. */
function problemExample(code: ProblemCode, advice: string): Json {
  const errors =
    code === 'REQUEST_INVALID' || code === 'PARAMETERS_INVALID' ? { errors: exampleErrors[code] } : {};
  const { body } = problemAnswer(problem(code, advice, errors), 'f7a3c223-2781-4dd8-b522-45a41a0fe7f2');
  return { summary: problemKinds[code].title, value: body };
}

const exampleErrors = {
  REQUEST_INVALID: [{ pointer: '/repo', detail: 'is not a known field' }],
  PARAMETERS_INVALID: [{ pointer: '/parameters/bucket', detail: 'is missing' }],
};
