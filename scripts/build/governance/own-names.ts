/** The name of the service as it is shipped. Every boundary and guardrail knows names that hold it. */
const SHIPPED_SERVICE = 'rolewright';

/** What the boundary of granted roles closes as this installation's own: `names` is what the names of its resources begin with as
 *  a pattern, and `roles` the path and name of its functions' roles. Names that hold `rolewright` are closed by every installation
 *  to the grants of every other; those of a service that is called otherwise, by this one. */
export function ownNames(
  service: string,
  { path, prefix }: { path: string; prefix: string },
): { names: string; roles: string } {
  return service.includes(SHIPPED_SERVICE)
    ? { names: `*${SHIPPED_SERVICE}-`, roles: `/*${SHIPPED_SERVICE}-*` }
    : { names: `${service}-`, roles: `${path}${prefix}${service}-*` };
}
