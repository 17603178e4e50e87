import type { JudgementTable } from '../judgement.ts';

/** What was decided about the actions of services for events, streams, queues, topics and workflows. */
export const messagingJudgements: JudgementTable = {
  events: [
    {
      verdict: 'allow',
      reason: 'Puts events on the one bus that it names.',
      actions: `PutEvents`,
    },
    {
      verdict: 'allow',
      reason: 'Compares a pattern with an event of the caller.',
      actions: `TestEventPattern`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Starts work as the role of a rule, now or at every event.',
      actions: `EnableRule PutRule PutTargets StartReplay`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Calls an API with credentials of a connection.',
      actions: `InvokeApiDestination`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Gives out, or takes, credentials of something else.',
      actions: `RetrieveConnectionCredentials`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets a log of the resource be delivered elsewhere.',
      actions: `AllowVendedLogDeliveryForResource`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `CreateApiDestination CreateConnection CreateEndpoint CreateSubscriber UpdateApiDestination
        UpdateConnection UpdateEndpoint UpdateSubscriber`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteResourcePolicy PutPermission PutResourcePolicy RemovePermission`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'no-log-tampering',
      reason: 'Ends a rule that may watch the account.',
      actions: `DeleteRule DisableRule RemoveTargets`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `ActivateEventSource CancelReplay DeactivateEventSource DeauthorizeConnection PutPartnerEvents
        PutRawEvents RevokeResource UpdateArchive UpdateEventBus UpdateEventSource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateArchive CreateEventBus CreateEventSource CreatePartnerEventSource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteApiDestination DeleteArchive DeleteConnection DeleteEndpoint DeleteEventBus
        DeleteEventSource DeletePartnerEventSource DeleteSubscriber`,
    },
  ],
  kinesis: [
    {
      verdict: 'allow',
      reason: 'Puts records on the one stream that it names.',
      actions: `PutRecord PutRecords`,
    },
    {
      verdict: 'allow',
      reason: 'Reads records of the one stream that it names.',
      actions: `SubscribeToShard`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `AddTagsToStream RemoveTagsFromStream TagResource UntagResource`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `AssociateStreamsWithChannel CreateChannel DeleteChannel UpdateChannel`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteResourcePolicy PutResourcePolicy`,
    },
    {
      verdict: 'no-key-management',
      reason: 'Decides by which key data is held, or whether by any.',
      actions: `StartStreamEncryption StopStreamEncryption`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateStream RegisterStreamConsumer`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `DecreaseStreamRetentionPeriod DisableEnhancedMonitoring EnableEnhancedMonitoring
        IncreaseStreamRetentionPeriod MergeShards SplitShard UpdateAccountSettings UpdateMaxRecordSize
        UpdateShardCount UpdateStreamMode UpdateStreamRecordDistributionStrategy
        UpdateStreamWarmThroughput`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteStream DeregisterStreamConsumer`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Is a trial that disturbs, or that no deploy needs.',
      actions: `InjectApiError`,
    },
  ],
  sns: [
    {
      verdict: 'allow',
      reason: 'Publishes to the one topic that it names.',
      actions: `Publish`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `AddPermission PutDataProtectionPolicy RemovePermission SetEndpointAttributes
        SetPlatformApplicationAttributes SetSMSAttributes SetSubscriptionAttributes SetTopicAttributes`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `ConfirmSubscription CreatePlatformApplication CreatePlatformEndpoint Subscribe`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Makes a resource and takes a policy or ACL along.',
      actions: `CreateTopic`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateSMSSandboxPhoneNumber`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteEndpoint DeletePlatformApplication DeleteSMSSandboxPhoneNumber DeleteTopic Unsubscribe`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `OptInPhoneNumber`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Works out what no template asks for.',
      actions: `VerifySMSSandboxPhoneNumber`,
    },
  ],
  sqs: [
    {
      verdict: 'allow',
      reason: 'Sends, takes or postpones messages of the one queue that it names.',
      actions: `ChangeMessageVisibility DeleteMessage SendMessage`,
    },
    {
      verdict: 'allow',
      reason: 'Takes messages of the one queue that it names.',
      actions: `ReceiveMessage`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `AddPermission RemovePermission SetQueueAttributes`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Makes a resource and takes a policy or ACL along.',
      actions: `CreateQueue`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagQueue UntagQueue`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `CancelMessageMoveTask`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteQueue PurgeQueue`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `StartMessageMoveTask`,
    },
  ],
  states: [
    {
      verdict: 'allow',
      reason: 'Stops an execution of the one state machine that it names.',
      actions: `StopExecution`,
    },
    {
      verdict: 'borrow',
      reason: 'Starts the one state machine that it names, which acts as its own role.',
      actions: `StartExecution`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Starts or goes on with work that runs as the role of the state machine.',
      actions: `CreateStateMachine CreateStateMachineAlias GetActivityTask InvokeHTTPEndpoint RedriveExecution
        SendTaskFailure SendTaskHeartbeat SendTaskSuccess StartSyncExecution TestState UpdateStateMachine
        UpdateStateMachineAlias`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Gives out, or takes, credentials of something else.',
      actions: `RevealSecrets`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateActivity PublishStateMachineVersion`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteActivity DeleteStateMachine DeleteStateMachineAlias DeleteStateMachineVersion`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `UpdateMapRun`,
    },
  ],
};
