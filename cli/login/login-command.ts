import { apiOf, expectApi, readAs } from '../api/client.ts';
import { type IssuerSettings, type Logins, readLogins, writeLogins } from '../api/login-file.ts';
import { originOf } from '../api/origin.ts';
import { expiryOf, namedOrigin, tokenOf } from '../api/session.ts';
import { type Command, type CommandWorld, UsageError } from '../command.ts';
import { callerView } from '../grants/whoami-command.ts';
import { readOptions } from '../options.ts';
import { plainJson, plainText } from '../plain-text.ts';
import { browserLogin } from './browser-flow.ts';
import { deviceLogin, hasDeviceFlow } from './device-flow.ts';
import { discovered } from './issuer.ts';

const OPTIONS = {
  issuer: { type: 'string' },
  'client-id': { type: 'string' },
  scope: { type: 'string' },
  audience: { type: 'string' },
  'id-token': { type: 'boolean' },
  device: { type: 'boolean' },
  browser: { type: 'boolean' },
  port: { type: 'string' },
  token: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** `rolewright login`: gets a token for one API and keeps it. */
export const loginCommand: Command = {
  summary: 'log in at an API',
  help: `Usage: rolewright login [URL] --issuer URL --client-id ID [options]
       rolewright login [URL] --token < TOKEN

Logs in at the API, and keeps the token for this API and no other, in a file
that only you can read. The issuer and the client are kept as well: the next
time, "rolewright login" is enough. URL is that of the API, else ROLEWRIGHT_URL,
else that of the last login.

  --issuer URL        the OIDC issuer of your company, or its discovery document
  --client-id ID      the public client that is registered there for rolewright
  --scope SCOPES      what to ask for (openid)
  --audience NAME     the API that the token is for, if the issuer asks for it
  --id-token          send the id token: for issuers whose tokens for APIs are
                      not readable, such as Google's
  --device            confirm a code in any browser (the default where the
                      issuer has this flow)
  --browser           use the browser of this machine
  --port N            port of 127.0.0.1 that the browser comes back to, where
                      the issuer wants it registered
  --token             take the token from standard input. Never as an argument:
                      others can see arguments
  --json              print who you are as JSON and nothing else

Exit codes: 0 done, 1 refused, 2 wrong use, 3 not reachable.
`,
  async run(args, world) {
    const { values, positionals } = readOptions('login', args, OPTIONS);
    const [url, ...more] = positionals;
    if (more.length > 0) {
      throw new UsageError('Give the address of the API only; a token comes from standard input.');
    }
    const kept = await readLogins(world);
    const origin = originFor(url, kept, world);
    const before = Object.hasOwn(kept.logins, origin) ? kept.logins[origin]?.issuer : undefined;
    const settings = values.token ? before : settingsOf(values, before);
    await expectApi(origin);
    const token = values.token
      ? tokenOf('Standard input', await world.readInput())
      : await tokenFrom(settings as IssuerSettings, values, world);
    const answer = await apiOf({ origin, token })({ method: 'GET', path: '/v1/me' });
    const { kind, id } = readAs(callerView, answer);
    const login = { token, ...(settings ? { issuer: settings } : {}) };
    // A browser may have taken minutes, in which other logins began or ended.
    const { logins } = await readLogins(world);
    await writeLogins(world, { version: 1, current: origin, logins: { ...logins, [origin]: login } });
    if (values.json) world.write(`${plainJson(answer.json, 2)}\n`);
    else world.write(`${plainText(`You are logged in at ${origin} as ${kind}:${id}${untilText(token)}.`)}\n`);
    return 0;
  },
};

function originFor(url: string | undefined, kept: Logins, world: CommandWorld): string {
  const origin = url === undefined ? namedOrigin(undefined, world) : originOf('URL', url);
  if (origin !== undefined) return origin;
  if (kept.current !== undefined) return kept.current;
  throw new UsageError('Which API? rolewright login https://rolewright.example.com');
}

type Values = ReturnType<typeof readOptions<typeof OPTIONS>>['values'];

/** How to log in: what was given, and what was given at the last login. */
function settingsOf(values: Values, before: IssuerSettings | undefined): IssuerSettings {
  if (values.device && values.browser) throw new UsageError('--device and --browser exclude each other.');
  const issuer = values.issuer ?? before?.issuer;
  // What was registered at one issuer says nothing about another.
  const same = issuer === before?.issuer ? before : undefined;
  const clientId = values['client-id'] ?? same?.clientId;
  if (issuer === undefined || clientId === undefined) {
    throw new UsageError(
      `Give --issuer and --client-id, which the administrator of the API knows, or --token with the token on standard input.`,
    );
  }
  const audience = values.audience ?? same?.audience;
  return {
    issuer,
    clientId,
    scope: values.scope ?? same?.scope ?? 'openid',
    ...(audience === undefined ? {} : { audience }),
    usesIdToken: values['id-token'] ?? same?.usesIdToken ?? false,
  };
}

async function tokenFrom(settings: IssuerSettings, values: Values, world: CommandWorld): Promise<string> {
  const port = portOf(values.port);
  const issuer = await discovered(settings);
  const usesDevice = values.device || (!values.browser && values.port === undefined && hasDeviceFlow(issuer));
  if (usesDevice && !hasDeviceFlow(issuer)) {
    throw new UsageError('The issuer has no flow for devices: use --browser.');
  }
  if (usesDevice) return deviceLogin(issuer, settings, world);
  if (issuer.serverMetadata().authorization_endpoint === undefined) {
    throw new UsageError('The issuer has no login for browsers: use --token with a token of it.');
  }
  return browserLogin(issuer, settings, { port, world });
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(/^\d{1,5}$/.exec(text)?.[0]);
  if (port >= 1 && port <= 65_535) return port;
  throw new UsageError(`--port takes a number from 1 to 65535, not "${plainText(text)}".`);
}

function untilText(token: string): string {
  const end = expiryOf(token);
  return end === undefined ? '' : ` until ${new Date(end).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
