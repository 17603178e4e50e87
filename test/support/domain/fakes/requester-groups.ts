import {
  type RequesterGroups,
  type RequesterKey,
  requesterItemId,
} from '../../../../domain/access/requester-groups.ts';

/** Requesters' groups in memory. */
export class FakeRequesterGroups implements RequesterGroups {
  readonly kept = new Map<string, { groups: string[]; until: string }>();

  async keep(...[key, groups, until]: Parameters<RequesterGroups['keep']>): Promise<void> {
    this.kept.set(requesterItemId(key), { groups: [...groups], until });
  }

  async find(key: RequesterKey): Promise<string[] | undefined> {
    return this.kept.get(requesterItemId(key))?.groups;
  }

  async forget(key: RequesterKey): Promise<void> {
    this.kept.delete(requesterItemId(key));
  }
}
