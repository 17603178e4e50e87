import { paginateDescribeParameters, type SSMClient } from '@aws-sdk/client-ssm';

/** The KMS key that each parameter below a path is encrypted by, by its name, as `put-parameter` was given it; undefined where the
 *  credentials may not ask. */
export async function keysBelow(client: SSMClient, path: string): Promise<Map<string, string> | undefined> {
  const keys = new Map<string, string>();
  const filter = { Key: 'Path', Option: 'Recursive', Values: [path] };
  try {
    for await (const page of paginateDescribeParameters({ client }, { ParameterFilters: [filter] })) {
      for (const { Name, KeyId } of page.Parameters ?? []) if (Name && KeyId) keys.set(Name, KeyId);
    }
    return keys;
  } catch (error) {
    if ((error as Error).name === 'AccessDeniedException') return undefined;
    throw error;
  }
}

/** Whether the functions may decrypt by a key: by the account's default key for parameters, which every role may use through Parameter
 *  Store, and by `encryptionKey`, an ARN. An alias may be one of that. */
export function mayDecrypt(keyId: string, encryptionKey: string | undefined): 'yes' | 'no' | 'unknown' {
  if (/(?:^|:)alias\/aws\/ssm$/.test(keyId)) return 'yes';
  if (encryptionKey === undefined) return 'no';
  if (keyId === encryptionKey || encryptionKey.endsWith(`:key/${keyId}`)) return 'yes';
  return /(?:^|:)alias\//.test(keyId) ? 'unknown' : 'no';
}
