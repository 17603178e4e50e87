import { send } from './http.ts';
import type { Endpoints } from './stack/stack.ts';

/** A call that a stand-in saw. */
export type SeenCall = { at: string; name: string; about: string };

/** All that the stack called while something was done. */
export type Trace<T> = {
  value: T;
  iam: SeenCall[];
  /** Calls to IAM that change something. */
  iamWrites: SeenCall[];
  dynamodb: SeenCall[];
  /** Calls to DynamoDB that change something. */
  dynamodbWrites: SeenCall[];
  bitbucket: SeenCall[];
};

/** The journals of the stand-ins. */
export type Journals = {
  /** Does something, and tells what the stack called meanwhile. */
  trace<T>(act: () => Promise<T>): Promise<Trace<T>>;
};

type Item = {
  at: string;
  service?: string;
  action?: string;
  parameters?: { RoleName?: string };
  operation?: string;
  table?: string;
  method?: string;
  path?: string;
};

const isIamWrite = ({ name }: SeenCall) => !/^(Get|List)/.test(name);
const isDynamodbWrite = ({ name }: SeenCall) => !/^(Get|Query|Scan|BatchGet|Describe|List)/.test(name);

/** Reads the journals of a running stack. */
export function journalsOf({ aws, bitbucket, dynamodb }: Endpoints): Journals {
  const read = async (url: string) => (await send(url, 'GET', '/sandbox/calls')).json.items as Item[];
  return {
    async trace(act) {
      for (const { url } of [aws, bitbucket, dynamodb]) await send(url, 'DELETE', '/sandbox/calls');
      const value = await act();
      const iam = (await read(aws.url))
        .filter(({ service }) => service === 'iam')
        .map(({ at, action = '', parameters }) => ({ at, name: action, about: parameters?.RoleName ?? '' }));
      const calls = (await read(dynamodb.url)).map(({ at, operation = '', table = '' }) => ({
        at,
        name: operation,
        about: table,
      }));
      const asked = (await read(bitbucket.url)).map(({ at, method = '', path = '' }) => ({
        at,
        name: method,
        about: path,
      }));
      return {
        value,
        iam,
        iamWrites: iam.filter(isIamWrite),
        dynamodb: calls,
        dynamodbWrites: calls.filter(isDynamodbWrite),
        bitbucket: asked,
      };
    },
  };
}
