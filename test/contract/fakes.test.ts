import { PortError } from '../../domain/shared/port-error.ts';
import { FakeBitbucket, World } from '../support/domain/fakes/fakes.ts';
import { FakeCheckpointStore, FakeEventLog, FakeGrantTable } from '../support/domain/fakes/store.ts';
import { GRANT_ID, production, shop, staging, web } from '../support/domain/samples.ts';
import { asEnvironmentUuid } from '../support/identifiers.ts';
import { bitbucketContract } from './bitbucket-contract.ts';
import { checkpointStoreContract } from './checkpoint-store-contract.ts';
import { eventLogContract } from './event-log-contract.ts';
import { eventQueryContract } from './event-query-contract.ts';
import { grantDueContract } from './grant-due-contract.ts';
import { grantListContract } from './grant-list-contract.ts';
import { grantTableContract } from './grant-table-contract.ts';
import { iamContract } from './iam-contract.ts';
import { provisionerContract, type Run } from './provisioner-contract.ts';

const NAME = 'as the unit tests have it';

// The fakes that the unit tests and interleavings stand on keep to the contracts of what they stand for.

iamContract(NAME, async () => {
  const { clock, iam } = new World();
  const within = (milliseconds: number) => iam.port(clock.now() + milliseconds);
  return {
    iam: within(60_000),
    now: clock.instant(),
    within,
    async addByHand(roleName, { inline, attached }) {
      const role = iam.role(roleName);
      for (const policy of inline) role?.inline.set(policy, {});
      for (const arn of attached) role?.attached.add(arn);
    },
    async delayPropagation() {
      iam.hideNextRole(60_000);
    },
    async breakCreateRole(how) {
      iam.fault('createRole', how === 'refused' ? { effect: 'refuse', code: 'DENIED' } : { effect: how });
    },
    async close() {},
  };
});

bitbucketContract(NAME, async () => {
  const bitbucket = new FakeBitbucket();
  const fail = (code: 'UNAVAILABLE' | 'DENIED') => ({
    code,
    async begin() {
      bitbucket.outage = new PortError('Bitbucket', code, 'Bitbucket is away.');
    },
  });
  return {
    bitbucket,
    ...{ shop, web, staging, production },
    async addEnvironments(count) {
      const uuid = (n: number) => `{744ccb6d-fff0-45c1-8855-${String(n).padStart(12, '0')}}`;
      bitbucket.environments.set(
        web.uuid,
        Array.from({ length: count }, (_, n) => ({ uuid: asEnvironmentUuid(uuid(n)), name: `env-${n}` })),
      );
    },
    async rename() {
      bitbucket.repositories = [{ ...shop, slug: 'store', fullName: 'acme/store' }, web];
    },
    async disableOidc() {
      bitbucket.oidcWorkspaces.clear();
    },
    failures: { 'an outage': fail('UNAVAILABLE'), 'a refusal': fail('DENIED') },
    async close() {},
  };
});

provisionerContract(NAME, async () => {
  const world = new World();
  const runs: string[] = [];
  let next: Run = 'settled';
  world.provision = async (grantId = GRANT_ID) => {
    runs.push(grantId);
    if (next === 'throws') throw new Error('boom');
    if (next !== 'dies' && next !== 'silent') return { outcome: next };
    world.iam.onDeath();
    return new Promise(() => {});
  };
  return {
    provisioner: world.requestPorts.provisioner,
    next(run) {
      next = run;
    },
    runs: () => runs,
    async close() {},
  };
});

const openLog = async () => {
  const log = new FakeEventLog([]);
  return { log, second: log };
};
eventLogContract(NAME, openLog);
eventQueryContract(NAME, openLog);

checkpointStoreContract(NAME, async () => {
  const store = new FakeCheckpointStore();
  return {
    store,
    second: store,
    async overwrite(grantId, { text }) {
      store.kept.set(grantId, text);
    },
  };
});

const openTable = async () => {
  const table = new FakeGrantTable();
  return { table, second: table };
};
grantTableContract(NAME, openTable);
grantDueContract(NAME, openTable);
grantListContract(NAME, openTable);
