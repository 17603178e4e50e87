import { callsByFunction } from './adapter-calls.ts';

/** Commands of AWS's SDK that a source text sends, e.g. `GetRole`. */
export const commandsIn = (code: string): Set<string> =>
  new Set([...code.matchAll(/\bnew (\w+)Command\(/g)].flatMap(([, name]) => name ?? []));

/** The commands that become an action, where they have another name; undefined where Lambda itself makes the call. */
const COMMANDS: Record<string, string | undefined> = {
  'dynamodb:PartiQLInsert': 'ExecuteStatement',
  'lambda:InvokeFunction': 'Invoke',
  'iam:TagOpenIDConnectProvider': 'CreateOpenIDConnectProvider',
  'logs:CreateLogStream': undefined,
  'logs:PutLogEvents': undefined,
  'sqs:SendMessage': undefined,
};

const commandOf = (action: string): string | undefined =>
  action in COMMANDS ? COMMANDS[action] : (action.split(':')[1] ?? action);

/** The commands of the calls that a function makes. */
export const commandsOf = (name: string): Set<string> =>
  new Set((callsByFunction[name] ?? []).flatMap(([action]) => commandOf(action) ?? []));
