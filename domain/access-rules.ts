import type { AccessRules, Action } from './authorisation.ts';

/** The group whose people may do everything. */
const PLATFORM_GROUP = 'platform';
/** The group whose services may read grants. */
const READERS_GROUP = 'readers';

/** What the system does by itself: grants for new repositories, by rules of the configuration, and the end of grants whose
 *  repository is gone. */
const systemActions: readonly Action[] = ['request', 'read', 'revoke'];

/** The access rules: people of group `platform` may do everything, a pipeline may request and read within its limits, a
 *  service of group `readers` may read. Whatever no rule allows is denied. */
export const accessRules: AccessRules = {
  decide({ principal, groups }, action) {
    if (principal.kind === 'person' && groups.includes(PLATFORM_GROUP)) {
      return { allowed: true, rule: 'platform-people' };
    }
    if (principal.kind === 'system' && systemActions.includes(action)) {
      return { allowed: true, rule: 'system-follows-bitbucket' };
    }
    if (principal.kind === 'pipeline' && (action === 'request' || action === 'read')) {
      return { allowed: true, rule: 'pipeline-own-grants' };
    }
    if (principal.kind === 'service' && groups.includes(READERS_GROUP) && action === 'read') {
      return { allowed: true, rule: 'reading-services' };
    }
    return { allowed: false, rule: 'default-deny' };
  },
};
