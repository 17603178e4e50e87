import type { Engine } from '../engine.ts';

/** An item or a key in DynamoDB's JSON. */
export type Item = Record<string, unknown>;

/** Runs operations of the stand-in's own on an engine; rejects for an answer that is not 200. */
export type EngineClient = <Output = unknown>(operation: string, input: object) => Promise<Output>;

/** The engine wants a signature and verifies none. */
const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=sandbox/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
};

export const engineClient =
  (engine: Engine): EngineClient =>
  async <Output>(operation: string, input: object) => {
    const answer = await engine({
      method: 'POST',
      url: '/',
      headers: { ...HEADERS, host: 'localhost', 'x-amz-target': `DynamoDB_20120810.${operation}` },
      body: Buffer.from(JSON.stringify(input)),
    });
    if (answer.status !== 200) throw new Error(`${operation}: ${answer.body}`);
    return JSON.parse(answer.body) as Output;
  };
