// In the place of the C++ addon of aws-lambda-ric, which takes a C++ compiler, CMake and minutes to build: its HTTP calls of the
// Lambda Runtime API and nothing else.
const { request, Agent } = require('node:http');

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':');
const agent = new Agent({ keepAlive: true });

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}`, headers },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: response.headers }),
        );
      },
    );
    sent.on('error', reject).end(body);
  });
}

/** The results that are on their way. The next invocation is asked for when they have arrived. */
let sending = Promise.resolve();

const send = (path, body, headers) => {
  sending = sending.then(() =>
    call('POST', path, body, { 'Content-Length': Buffer.byteLength(body), ...headers }),
  );
};

module.exports = {
  initializeClient() {},
  async next() {
    await sending;
    return call('GET', 'next');
  },
  done: (id, body) => send(`${id}/response`, body),
  error: (id, body, xray) =>
    send(`${id}/error`, body, xray ? { 'Lambda-Runtime-Function-XRay-Error-Cause': xray } : {}),
};
