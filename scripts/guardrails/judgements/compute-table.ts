import type { JudgementTable } from '../judgement.ts';

/** What was decided about the actions of services for functions, groups of machines and load balancers. */
export const computeJudgements: JudgementTable = {
  'application-autoscaling': [
    {
      verdict: 'allow',
      reason: 'Scales the one target that it names, within the quotas of the account.',
      actions: `DeleteScalingPolicy DeleteScheduledAction DeregisterScalableTarget PutScalingPolicy
        PutScheduledAction RegisterScalableTarget`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
  ],
  autoscaling: [
    {
      verdict: 'no-privilege-escalation',
      reason: 'Changes what runs on a machine, or the role that it carries.',
      actions: `AttachInstances PutLifecycleHook`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Starts machines that carry a role, or says what they start with.',
      actions: `BatchPutScheduledUpdateGroupAction CreateAutoScalingGroup CreateLaunchConfiguration
        LaunchInstances PutScalingPolicy PutScheduledUpdateGroupAction PutWarmPool ResumeProcesses
        RollbackInstanceRefresh SetDesiredCapacity StartInstanceRefresh UpdateAutoScalingGroup`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `CreateOrUpdateTags`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Shows what machines print or are started with, which holds secrets.',
      actions: `DescribeLaunchConfigurations`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeletePolicy ExecutePolicy`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `DeleteTags`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `AttachLoadBalancerTargetGroups AttachLoadBalancers AttachTrafficSources`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `BatchDeleteScheduledAction DeleteAutoScalingGroup DeleteLaunchConfiguration DeleteLifecycleHook
        DeleteNotificationConfiguration DeleteScheduledAction DeleteWarmPool DetachInstances
        DetachLoadBalancerTargetGroups DetachLoadBalancers DetachTrafficSources
        TerminateInstanceInAutoScalingGroup`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `CancelInstanceRefresh CompleteLifecycleAction DisableMetricsCollection EnableMetricsCollection
        EnterStandby ExitStandby PutAccountSetting PutNotificationConfiguration
        RecordLifecycleActionHeartbeat SetInstanceHealth SetInstanceProtection SuspendProcesses`,
    },
  ],
  elasticloadbalancing: [
    {
      verdict: 'allow',
      reason:
        'Shifts the traffic of the one load balancer or target group that it names, as a blue-green deploy does.',
      actions: `CreateRule DeleteRule DeregisterInstancesFromLoadBalancer DeregisterTargets ModifyListener
        ModifyRule ModifyTargetGroup RegisterInstancesWithLoadBalancer RegisterTargets SetRulePriorities`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `AddTags RemoveTags`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `AddTrustStoreRevocations ApplySecurityGroupsToLoadBalancer CreateTrustStore DeleteTrustStore
        ModifyTrustStore RemoveTrustStoreRevocations SetSecurityGroups`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets a log of the resource be delivered elsewhere.',
      actions: `AllowVendedLogDeliveryForResource`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `CreateAppCookieStickinessPolicy CreateLBCookieStickinessPolicy CreateLoadBalancerPolicy
        CreateWebACLAssociation DeleteLoadBalancerPolicy DeleteSharedTrustStoreAssociation
        DeleteWebACLAssociation ModifyListenerAttributes ModifyLoadBalancerAttributes
        ModifyTargetGroupAttributes SetLoadBalancerPoliciesForBackendServer
        SetLoadBalancerPoliciesOfListener SetWebAcl`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `AddListenerCertificates ConfigureHealthCheck DisableAvailabilityZonesForLoadBalancer
        EnableAvailabilityZonesForLoadBalancer ModifyCapacityReservation ModifyIpPools SetIpAddressType
        SetLoadBalancerListenerSSLCertificate SetSubnets`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `AttachLoadBalancerToSubnets CreateListener CreateLoadBalancer CreateLoadBalancerListeners
        CreateTargetGroup`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteListener DeleteLoadBalancer DeleteLoadBalancerListeners DeleteTargetGroup
        DetachLoadBalancerFromSubnets RemoveListenerCertificates`,
    },
  ],
  lambda: [
    {
      verdict: 'allow',
      reason:
        "Changes the code that the named function runs. The code runs as the function's role: no-escalation-pairs keeps it apart from running it.",
      actions: `UpdateFunctionCode`,
    },
    {
      verdict: 'allow',
      reason: 'Publishes, points or unpoints versions of the one function or layer that it names.',
      actions: `CreateAlias DeleteAlias PublishLayerVersion PublishVersion UpdateAlias`,
    },
    {
      verdict: 'allow',
      reason: 'Reserves or frees capacity of the one function version that it names.',
      actions: `DeleteProvisionedConcurrencyConfig PutProvisionedConcurrencyConfig`,
    },
    {
      verdict: 'borrow',
      reason: "Runs the named function as the function's own role, with input of the caller.",
      actions: `InvokeAsync InvokeFunction InvokeFunctionUrl`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Speaks for work under way, so that it goes on with other data.',
      actions: `CheckpointDurableExecution SendDurableExecutionCallbackFailure
        SendDurableExecutionCallbackHeartbeat SendDurableExecutionCallbackSuccess`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Starts, enters or shows machines that carry a role.',
      actions: `ConnectMicrovm CreateCapacityProvider CreateMicrovmImage CreateNetworkConnector
        DeleteMicrovmImage DeleteMicrovmImageVersion GetMicrovm GetMicrovmImage GetMicrovmImageBuild
        GetMicrovmImageVersion ListManagedMicrovmImageVersions ListManagedMicrovmImages
        ListMicrovmImageBuilds ListMicrovmImageVersions ListMicrovmImages ListMicrovms
        PassCapacityProvider PassNetworkConnector ResumeMicrovm RunMicrovm SuspendMicrovm
        TerminateMicrovm UpdateCapacityProvider UpdateMicrovmImage UpdateMicrovmImageVersion
        UpdateNetworkConnector`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Makes a function run with a role, or changes what starts it and how.',
      actions: `CreateEventSourceMapping CreateFunction CreateFunctionUrlConfig PutRuntimeManagementConfig
        UpdateEventSourceMapping UpdateFunctionConfiguration UpdateFunctionUrlConfig`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Gives out, or takes, credentials of something else.',
      actions: `CreateMicrovmAuthToken CreateMicrovmShellAuthToken`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Decides which code a function accepts.',
      actions: `DeleteFunctionCodeSigningConfig PutFunctionCodeSigningConfig UpdateCodeSigningConfig
        UpdateFunctionCodeSigningConfig`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `AddLayerVersionPermission AddPermission DeleteResourcePolicy PutResourcePolicy
        RemoveLayerVersionPermission RemovePermission`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `DisableReplication EnableReplication PutFunctionEventInvokeConfig
        UpdateFunctionEventInvokeConfig`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateCodeSigningConfig`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteCapacityProvider DeleteCodeSigningConfig DeleteEventSourceMapping DeleteFunction
        DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig DeleteFunctionUrlConfig
        DeleteLayerVersion DeleteNetworkConnector`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `PutFunctionConcurrency PutFunctionRecursionConfig PutFunctionScalingConfig StopDurableExecution`,
    },
  ],
};
