import type { Operation } from '../sides.ts';

/** The fewest calls of a kind, and why more are made. */
export type Least = { least: number; reason: string };

const leaseAndRow =
  'the due mark before the intent, so that no crash forgets work; the row after the intent and after the end, for the list; the lease taken and given back: one writer at a time';
const freeze = 'nothing is granted while the installation is frozen; looked up again after five seconds';
const checkpoint = 'a long stream is read from its last checkpoint on';
const fourEvents =
  'intent and end are the least; the two between say what IAM has done so far, so that a crash anywhere can be resumed';

/** For every kind of call of an operation: the fewest calls with which one function can do it that trusts itself, keeps
 *  its intent and its outcome in the log, and loses nothing else. */
export const leastCalls: Record<Operation, Record<string, Least>> = {
  provision: {
    'Bitbucket GET repository': {
      least: 1,
      reason: 'the provisioner obeys no document: it reads the repository itself',
    },
    'IAM GetAccountSummary': { least: 0, reason: "stops at a share of the account's role quota" },
    'IAM GetOpenIDConnectProvider': {
      least: 0,
      reason: "a provider is used only if it is there and holds the workspace's audience",
    },
    'SSM GetParameter': { least: 0, reason: freeze },
    'IAM CreateRole': { least: 1, reason: '' },
    'IAM PutRolePolicy': { least: 1, reason: '' },
    'DynamoDB GetItem checkpoints': { least: 0, reason: checkpoint },
    'DynamoDB Query events': {
      least: 1,
      reason: 'the provisioner believes the log only, and the answer is what the log says afterwards',
    },
    'DynamoDB GetItem grants': {
      least: 0,
      reason:
        'the limit of live grants per repository and exclusive resources, by the edge, and by the provisioner for what was asked for at the same moment',
    },
    'DynamoDB BatchGetItem': {
      least: 0,
      reason: 'the states of the grants that count against the limit',
    },
    'DynamoDB UpdateItem grants': {
      least: 0,
      reason: `${leaseAndRow}; the enrolment and the names that the grant is found by`,
    },
    'DynamoDB ExecuteStatement events': { least: 2, reason: fourEvents },
    'Lambda Invoke': { least: 0, reason: 'what the internet reaches cannot write IAM' },
  },
  repeat: {
    'Bitbucket GET repository': { least: 1, reason: '' },
    'DynamoDB GetItem grants': {
      least: 0,
      reason: 'whether another repository uses the resource exclusively',
    },
    'DynamoDB GetItem checkpoints': { least: 0, reason: checkpoint },
    'DynamoDB Query events': { least: 1, reason: '' },
  },
  read: {
    'DynamoDB GetItem checkpoints': { least: 0, reason: checkpoint },
    'DynamoDB Query events': { least: 1, reason: '' },
    'DynamoDB BatchGetItem': { least: 0, reason: 'whether the repository of the grant is held' },
  },
  revoke: {
    'IAM GetRole': { least: 0, reason: 'only a role with our path, tag and RoleId is touched' },
    'IAM UpdateAssumeRolePolicy': { least: 1, reason: '' },
    'IAM PutRolePermissionsBoundary': { least: 1, reason: '' },
    'IAM ListRolePolicies': {
      least: 0,
      reason: 'policies added by hand go too, or the role cannot be deleted',
    },
    'IAM ListAttachedRolePolicies': {
      least: 0,
      reason: 'policies attached by hand go too, or the role cannot be deleted',
    },
    'IAM DeleteRolePolicy': { least: 1, reason: '' },
    'IAM DeleteRole': { least: 1, reason: '' },
    'DynamoDB GetItem checkpoints': { least: 0, reason: checkpoint },
    'DynamoDB Query events': {
      least: 1,
      reason: 'the provisioner believes the log only, and the answer is what the log says afterwards',
    },
    'DynamoDB UpdateItem grants': { least: 0, reason: leaseAndRow },
    'DynamoDB ExecuteStatement events': { least: 2, reason: fourEvents },
    'Lambda Invoke': { least: 0, reason: 'what the internet reaches cannot write IAM' },
  },
};
