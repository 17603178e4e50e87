import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseBody, parseGrantRequest } from '../../domain/grants/request.ts';
import { problemCodes } from '../../domain/shared/problem.ts';
import { operations } from '../../handlers/http/contract/operations.ts';
import { problemSchema } from '../../handlers/http/contract/problem.ts';
import { examples } from '../../scripts/openapi/examples.ts';
import { apiDocumentText, lintFindings } from '../../scripts/openapi/write.ts';
import { textOf } from '../support/arch/infrastructure.ts';

type Json = Record<string, unknown>;
const text = textOf('docs/openapi.json');
const document = JSON.parse(text) as {
  paths: Record<string, Record<string, Json>>;
  components: { examples: Record<string, { value: unknown }>; schemas: Json };
};

describe("the API's document", () => {
  test('is what the code says', () => {
    expect(text).toBe(apiDocumentText());
  });

  test('has nothing that a linter finds wrong', async () => {
    expect(await lintFindings(text)).toEqual([]);
  });

  test('would not pass the linter with an example that its schema refuses, or a reference to nothing', async () => {
    const changed = structuredClone(document);
    changed.components.examples.Grant = { value: { id: 7 } };
    expect((await lintFindings(JSON.stringify(changed))).join()).toMatch(/example/);
    const broken = text.replace('"#/components/schemas/GrantPage"', '"#/components/schemas/Nothing"');
    expect((await lintFindings(broken)).join()).toMatch(/no-unresolved-refs/);
  });

  test('shows every problem code but those of no operation', () => {
    const shown = Object.keys(document.components.examples).filter((name) => /^[A-Z_]+$/.test(name));
    const elsewhere = problemCodes.filter((code) => code !== 'METHOD_NOT_ALLOWED');
    expect(shown.sort()).toEqual([...elsewhere].sort());
    for (const code of shown) {
      expect(problemSchema.parse(document.components.examples[code]?.value)).toMatchObject({ code });
    }
  });

  test('says of everything that a caller may send what it is', () => {
    const silent: string[] = [];
    const look = (at: string, { properties = {} }: { properties?: Record<string, Json> }) => {
      for (const [name, schema] of Object.entries(properties)) {
        if (schema.description === undefined) silent.push(`${at}/${name}`);
        look(`${at}/${name}`, schema);
      }
    };
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const { parameters = [], requestBody } = operation as {
          parameters?: { name: string; description?: string }[];
          requestBody?: { content: Record<string, { schema: Json & { $ref?: string } }> };
        };
        const nameless = parameters.filter(({ description }) => description === undefined);
        silent.push(...nameless.map(({ name }) => `${method} ${path} ${name}`));
        for (const { schema } of Object.values(requestBody?.content ?? {})) {
          const name = schema.$ref?.replace('#/components/schemas/', '');
          look(
            `${method} ${path}`,
            name === undefined ? schema : (document.components.schemas[name] as Json),
          );
        }
      }
    }
    expect(silent).toEqual([]);
  });

  test('gives clients types: a map of parameters, a boolean for dryRun, an integer for limit', () => {
    const schemas = document.components.schemas as Record<string, { properties: Record<string, Json> }>;
    expect(schemas.GrantRequest?.properties.parameters).toMatchObject({
      type: 'object',
      additionalProperties: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    });
    const schemasOf = (name: string) =>
      Object.values(document.paths).flatMap((item) =>
        Object.values(item).flatMap(({ parameters }) =>
          ((parameters ?? []) as { name: string; schema: Json }[])
            .filter((one) => one.name === name)
            .map(({ schema }) => schema),
        ),
      );
    expect(schemasOf('dryRun').length).toBeGreaterThan(1);
    for (const schema of schemasOf('dryRun')) expect(schema).toEqual({ type: 'boolean', default: false });
    expect(schemasOf('limit').length).toBeGreaterThan(3);
    for (const schema of schemasOf('limit')) {
      expect(schema).toEqual({ type: 'integer', minimum: 1, maximum: 100, default: 25 });
    }
  });

  test.each([
    [
      'repository',
      ['acme/shop', 'ACME/Shop', '{1de489be-ce6a-42a0-a8c8-eadbf1174ac7}', 'a/b.c_d-e'],
      ['shop', 'a/b/c', '', 'acme/shop ', '{1}'],
    ],
    ['expiresIn', ['P1D', 'PT12H', 'P3650D'], ['1D', 'P0D', 'P1DT1H', 'PT1M', '']],
  ])('writes the pattern of %s as the API reads it', (field, good, bad) => {
    const schemas = document.components.schemas as Record<string, { properties: Record<string, Json> }>;
    const pattern = new RegExp(String(schemas.GrantRequest?.properties[field]?.pattern), 'u');
    const request = { repository: 'acme/shop', template: 's3-static-site', parameters: {} };
    for (const text of [...good, ...bad]) {
      const taken = parseGrantRequest({ ...request, [field]: text }).ok;
      expect([text, pattern.test(text), taken]).toEqual([text, good.includes(text), good.includes(text)]);
    }
  });

  test('holds nothing of the machine or the deployment that it was made on', () => {
    expect(text).not.toMatch(/localhost|127\.0\.0\.1|\/home\/|\/work\/|execute-api/);
  });
});

describe('an operation', () => {
  test('has an id of its own, and a route of its own', () => {
    for (const of of [
      operations.map(({ id }) => id),
      operations.map(({ method, path }) => `${method} ${path}`),
    ]) {
      expect(new Set(of).size).toBe(of.length);
    }
  });

  test.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s has an example request that it takes itself, and a status that it declares',
    (_id, { body, query, path, example, successes }) => {
      if (body) expect(parseBody(body, example.body)).toMatchObject({ ok: true });
      else expect(example.body).toBeUndefined();
      if (query) expect(query.safeParse(example.query ?? {})).toMatchObject({ success: true });
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(example.path ?? {})).toEqual(named);
      expect(Object.keys(successes)).toContain(String(example.status));
    },
  );

  test('answers with what has an example, and the schema takes it', () => {
    const answered = operations.flatMap(({ successes }) => Object.values(successes));
    for (const { schema } of answered) {
      const id = schema?.meta()?.id;
      if (schema && id !== undefined)
        expect([id, schema.safeParse(examples[id]).error]).toEqual([id, undefined]);
    }
  });
});

test('every problem code is met by a test that expects it', () => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.ts$/.test(file),
  );
  const tests = files
    .filter((file) => !file.startsWith('support/') && !file.startsWith('arch/'))
    .map((file) => readFileSync(`test/${file}`, 'utf8'))
    .join('\n');
  expect(problemCodes.filter((code) => !tests.includes(`'${code}'`))).toEqual([]);
});
