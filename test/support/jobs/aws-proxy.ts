import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listenLocally } from '../../../sandbox/http/local-server.ts';
import { IAM_QUESTIONS, type IamQuestion, type Surroundings } from './iam-questions-table.ts';
import { deniedAnswer, stubAnswer } from './wire-answer.ts';
import { type WireCall, wireCallOf } from './wire-call.ts';

/** What became of one call: the questions that it asked of IAM, and those that were refused. */
export type Judged = { call: string; asked: string[]; refused: string[]; error?: string };

/** The proxy's address, and what it has judged since the last look. */
export type AwsProxy = {
  url: string;
  surroundings: Surroundings;
  takeJudged(): Judged[];
  close(): Promise<void>;
};

/** Starts the proxy between tools and `moto`: evaluates each call with the policies and the boundary of the session that
 *  signs it, as the sandbox does, and lets pass what is allowed. STS itself is the sandbox's. */
export async function startAwsProxy(options: { sandbox: string; moto: string }): Promise<AwsProxy> {
  const judged: Judged[] = [];
  const proxy = {
    surroundings: {
      region: 'eu-central-1',
      account: '111122223333',
      keys: {},
      foreign: [],
      deploymentGroup: '',
    } as Surroundings,
  };

  async function isAllowed(
    accessKeyId: string,
    { action, resource, context = {} }: IamQuestion,
  ): Promise<boolean> {
    const response = await fetch(`${options.sandbox}/sandbox/can-act`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ accessKeyId, action, resource, context }),
    });
    const { allowed } = (await response.json()) as { allowed?: boolean };
    return allowed === true;
  }

  async function judge(call: WireCall): Promise<Judged> {
    const name = `${call.service}:${call.operation}`;
    const asks = IAM_QUESTIONS[name];
    if (!asks)
      return { call: name, asked: [], refused: [], error: `no IAM question is written down for ${name}` };
    const questions = asks(call.input, proxy.surroundings);
    const refused: string[] = [];
    for (const question of questions) {
      if (!(await isAllowed(call.accessKeyId, question)))
        refused.push(`${question.action} on ${question.resource}`);
    }
    return { call: name, asked: questions.map(({ action }) => action), refused };
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const text = body.toString('utf8');
    // The exchange of the web identity is not signed; who one is needs no permission.
    if (/Action=(?:AssumeRoleWithWebIdentity|GetCallerIdentity)\b/.test(text)) {
      passOn(options.sandbox, request, body, response);
      return;
    }
    const call = wireCallOf(request, body);
    if (!call) {
      const error = `a call of no known form: ${request.method} ${request.url}`;
      judged.push({ call: 'unknown', asked: [], refused: [], error });
      response.writeHead(501).end();
      return;
    }
    const result = await judge(call);
    judged.push(result);
    const answer =
      result.error !== undefined
        ? { status: 501, headers: {}, body: result.error }
        : result.refused.length > 0
          ? deniedAnswer(call, result.refused)
          : stubAnswer(call);
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.body);
    else passOn(options.moto, request, call.service === 'cloudformation' ? byName(body) : body, response);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => {
      judged.push({ call: 'unknown', asked: [], refused: [], error: error.message });
      response.destroy();
    });
  });
  const port = await listenLocally(server, 0);
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${port}`,
    takeJudged: () => judged.splice(0),
    close: () => closeServer(server),
  });
}

/** The emulator reads a template's address path style only where the host is called localhost. */
const byName = (body: Buffer): Buffer =>
  Buffer.from(body.toString('utf8').replaceAll('127.0.0.1%3A', 'localhost%3A'));

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Sends the same request to another server, and its answer back. */
function passOn(to: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const { hostname, port } = new URL(to);
  const { 'transfer-encoding': _, ...headers } = request.headers;
  const onward = httpRequest(
    {
      hostname,
      port,
      method: request.method,
      path: request.url,
      headers: { ...headers, 'content-length': body.length },
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', () => response.destroy());
  onward.end(body);
}
