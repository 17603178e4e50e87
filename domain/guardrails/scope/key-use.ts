import type { PermissionsStatement } from '../../policy/document.ts';

/** Actions that use a key and change nothing about it. In lower case. */
const USES = new Set(['kms:decrypt', 'kms:generatedatakey']);

const ONE_KEY = /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[a-z0-9-]+$/;

/** An endpoint of one service in one Region, e.g. `s3.eu-central-1.amazonaws.com`. */
const ONE_SERVICE = /^[a-z0-9-]+\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

/** True where a statement lets a role use keys as a service that stores data for it does, and nothing else: named keys,
 *  through named services. Source: KMS Developer Guide, `kms:ViaService`. */
export function isKeyUse({ Action, Resource, Condition }: PermissionsStatement): boolean {
  const equals = Object.entries(Condition?.StringEquals ?? {}).filter(
    ([key]) => key.toLowerCase() === 'kms:viaservice',
  );
  // Keys are read case-insensitively: of two spellings, it is open which one counts.
  const services = equals.length === 1 ? [equals[0]?.[1] ?? []].flat() : [];
  return (
    Action.every((action) => USES.has(action.toLowerCase())) &&
    Resource.every((resource) => ONE_KEY.test(resource)) &&
    services.length > 0 &&
    services.every((service) => ONE_SERVICE.test(service))
  );
}
