import * as z from 'zod';
import { type ProblemCode, problem, problemCodes } from '../../domain/shared/problem.ts';
import { commonProblems, type Operation, type Success } from '../../handlers/http/contract/operation.ts';
import { operations, operationsByFunction } from '../../handlers/http/contract/operations.ts';
import { problemAnswer, problemKinds, problemSchema } from '../../handlers/http/problem-details.ts';
import { examples } from './examples.ts';

type Json = Record<string, unknown>;

/** The tags, one for each function that has routes. */
const tags: Record<string, string> = {
  grants: 'Ask for grants, decide them, look at them and revoke them.',
  audit: 'The append-only log of everything that was done.',
  catalogue: 'The templates that can be asked for.',
  explain: 'Why a pipeline was refused.',
  webhooks: "The endpoint for Bitbucket's webhooks.",
  slack: "The endpoint for Slack's commands, buttons and forms.",
  fallback: 'Open to all.',
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
  name: { schema: { type: 'string' }, description: 'Name of a template' },
  workspace: { schema: { type: 'string' }, description: 'Slug of a configured workspace' },
};

/** Collects what has a name, for others to refer to. */
class Components {
  readonly schemas: Json = {};
  readonly responses: Json = {};
  readonly examples: Json = {};

  /** A schema as JSON Schema; whatever has a name becomes a reference. `io` says whether it is of what comes in. */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs, ...own } = z.toJSONSchema(schema, { io, override: simplified }) as Json;
    for (const [name, definition] of Object.entries(($defs ?? {}) as Json)) {
      const referring = withReferences(definition);
      const known = this.schemas[name];
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(referring)) {
        throw new Error(`schema ${name} differs between what comes in and what goes out; give each a name`);
      }
      this.schemas[name] = referring;
    }
    return withReferences(own) as Json;
  }
}

/** Zod's own patterns of dates say no more than their format; names of properties are always text. */
function simplified({ jsonSchema }: { jsonSchema: Json }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  delete jsonSchema.propertyNames;
}

const withReferences = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));

const nameIn = ({ $ref }: Json): string | undefined =>
  typeof $ref === 'string' ? $ref.replace('#/components/schemas/', '') : undefined;

/** The OpenAPI 3.1 document, from the operations and `docs/errors.md`. `adviceOf` is what the table there says of a code.
 *  Deterministic. Throws where an operation has a response without an example. */
export function apiDocument(version: string, adviceOf: (code: ProblemCode) => string): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const [tag, own] of Object.entries(operationsByFunction)) {
    for (const operation of Object.values(own)) {
      paths[operation.path] = {
        ...paths[operation.path],
        [operation.method.toLowerCase()]: operationObject(operation, tag, components, adviceOf),
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
        'Self-service, least-privilege AWS roles for Bitbucket Pipelines. Errors are problem documents (RFC 9457) with a stable `code`; bad input names every faulty field at once. Lists are `{items, cursor?}`: a page may be short, and only a missing cursor ends a list. A path that is none is answered with `ROUTE_NOT_FOUND` (404), another method with `METHOD_NOT_ALLOWED` (405) and `Allow`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Where this document came from' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: Object.fromEntries(
        Object.entries(securitySchemes).filter(([access]) => used.access.has(access)),
      ),
      schemas: Object.fromEntries(Object.entries(components.schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
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
  tag: string,
  components: Components,
  adviceOf: (code: ProblemCode) => string,
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
    ...(content ? { requestBody: { required: true, content } } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.successes).map(([status, success]) => [
          status,
          successResponse(success, components),
        ]),
      ),
      ...problemResponses(operation, components, adviceOf),
    },
  };
}

function parametersOf({ path, query, example }: Operation, components: Components): Json[] {
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
      ...exampleOf(example.query, name),
    }),
  );
  return [...inPath, ...inQuery];
}

const exampleOf = (given: Record<string, string> | undefined, name: string): Json =>
  given?.[name] === undefined ? {} : { example: given[name] };

function successResponse({ description, schema, lines, headers }: Success, components: Components): Json {
  const content: Json = {};
  if (schema) {
    const shape = components.schemaOf(schema, 'output');
    content['application/json'] = { schema: shape, ...successExample(nameIn(shape), components) };
  }
  if (lines) {
    components.schemaOf(lines, 'output');
    content['application/x-ndjson'] = { schema: { type: 'string', description: 'One item a line' } };
  }
  return {
    description,
    ...(headers ? { headers: headersObject(headers) } : {}),
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

const headersObject = (headers: Record<string, string>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );

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

/** One response for each status, with the codes that an operation has there. Operations with the same codes share it. */
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
    ...(headers ? { headers: headersObject(headers) } : {}),
    content: {
      'application/problem+json': {
        schema: { allOf: [{ $ref: '#/components/schemas/Problem' }], properties: { code: { enum: codes } } },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}

/** A problem as it is answered; what a caller reads in `detail` says more about the case at hand. */
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
