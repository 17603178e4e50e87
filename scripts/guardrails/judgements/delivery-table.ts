import type { JudgementTable } from '../judgement.ts';

/** What was decided about the actions of services for stacks, builds, pipelines and packages. */
export const deliveryJudgements: JudgementTable = {
  cloudformation: [
    {
      verdict: 'borrow',
      reason: 'Changes a stack through an execution role; stack-role-exact names the role.',
      actions: `ContinueUpdateRollback CreateChangeSet DeleteStack RollbackStack`,
    },
    {
      verdict: 'borrow',
      reason:
        'Runs or ends a change through the role of the change set, which another principal may have made.',
      actions: `CancelUpdateStack ExecuteChangeSet`,
    },
    {
      verdict: 'allow',
      reason: 'Discards a change set that was not executed.',
      actions: `DeleteChangeSet`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Decides which code CloudFormation runs as a role.',
      actions: `ActivateType BatchDescribeTypeConfigurations DeactivateType DeregisterType PublishType
        RecordHandlerProgress RegisterPublisher RegisterType SetTypeConfiguration SetTypeDefaultVersion
        TestType`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Makes, changes or removes any resource of any type, by any name.',
      actions: `CancelResourceRequest CreateResource DeleteResource SignalResource UpdateResource`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Reaches into many stacks, or stacks of others, through roles of theirs.',
      actions: `CreateGeneratedTemplate CreateStackInstances CreateStackRefactor CreateStackSet
        DeleteGeneratedTemplate DeleteStackInstances DeleteStackSet DescribeGeneratedTemplate
        DescribeStackRefactor DescribeStackSet DescribeStackSetOperation DetectStackSetDrift
        ExecuteStackRefactor GetGeneratedTemplate ImportStacksToStackSet ListStackInstances
        ListStackSetAutoDeploymentTargets ListStackSetOperationResults ListStackSetOperations
        ListStackSets StopStackSetOperation UpdateGeneratedTemplate UpdateStackInstances UpdateStackSet`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Changes a stack without a change set, which leaves nothing to look at before.',
      actions: `CreateStack UpdateStack`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Decides which resources a change of the stack may touch.',
      actions: `SetStackPolicy`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'no-organisation-or-billing',
      reason: 'Acts for the organisation.',
      actions: `ActivateOrganizationsAccess DeactivateOrganizationsAccess`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateUploadBucket StartResourceScan`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Works out what no template asks for.',
      actions: `DetectStackDrift DetectStackResourceDrift EstimateTemplateCost`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `UpdateTerminationProtection`,
    },
  ],
  codeartifact: [
    {
      verdict: 'allow',
      reason: 'Writes packages of the one repository that it names.',
      actions: `PublishPackageVersion PutPackageMetadata`,
    },
    {
      verdict: 'allow',
      reason: 'Reads packages of the one repository that it names.',
      actions: `ReadFromRepository`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `AssociateExternalConnection AssociateWithDownstreamRepository PutPackageOriginConfiguration
        UpdatePackageGroupOriginConfiguration`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteDomainPermissionsPolicy DeleteRepositoryPermissionsPolicy PutDomainPermissionsPolicy
        PutRepositoryPermissionsPolicy`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `CopyPackageVersions DisposePackageVersions UpdatePackageGroup UpdatePackageVersionsStatus
        UpdateRepository`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateDomain CreatePackageGroup CreateRepository`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteDomain DeletePackage DeletePackageGroup DeletePackageVersions DeleteRepository
        DisassociateExternalConnection`,
    },
  ],
  codebuild: [
    {
      verdict: 'allow',
      reason: 'Writes test reports of the one report group that it names.',
      actions: `BatchPutCodeCoverages BatchPutTestCases CreateReport UpdateReport`,
    },
    {
      verdict: 'allow',
      reason: 'Stops a build of the one project that it names.',
      actions: `StopBuild StopBuildBatch`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: "Runs commands as the project's role, or decides what it builds from.",
      actions: `CreateFleet CreateProject CreateWebhook RetryBuild RetryBuildBatch StartBuild StartBuildBatch
        StartCommandExecution StartSandbox StartSandboxConnection StopSandbox UpdateFleet UpdateProject
        UpdateWebhook`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Gives out, or takes, credentials of something else.',
      actions: `DeleteOAuthToken DeleteSourceCredentials ImportSourceCredentials ListSourceCredentials
        PersistOAuthToken`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteResourcePolicy PutResourcePolicy`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Shows logs and artifacts of builds to the world.',
      actions: `UpdateProjectVisibility`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `BatchDeleteBuilds DeleteBuildBatch DeleteFleet DeleteProject DeleteReport DeleteReportGroup
        DeleteWebhook`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateReportGroup`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `InvalidateProjectCache UpdateReportGroup`,
    },
  ],
  codepipeline: [
    {
      verdict: 'allow',
      reason: 'Stops an execution of the one pipeline that it names.',
      actions: `StopPipelineExecution`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Lets a pipeline go on past a gate, or speaks for one of its workers.',
      actions: `AcknowledgeJob AcknowledgeThirdPartyJob EnableStageTransition OverrideStageCondition
        PutApprovalResult PutJobFailureResult PutJobSuccessResult PutThirdPartyJobFailureResult
        PutThirdPartyJobSuccessResult`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Starts a pipeline, which acts as a role of its own, or decides what it runs.',
      actions: `CreateCustomActionType CreatePipeline PutActionRevision PutWebhook RegisterWebhookWithThirdParty
        RetryStageExecution RollbackStage StartPipelineExecution UpdateActionType UpdatePipeline`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Gives out, or takes, credentials of something else.',
      actions: `GetJobDetails PollForJobs PollForThirdPartyJobs`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteCustomActionType DeletePipeline DeleteWebhook DeregisterWebhookWithThirdParty`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `DisableStageTransition`,
    },
  ],
  codedeploy: [
    {
      verdict: 'allow',
      reason: 'Deploys a revision to the one deployment group that it names, with no role to pass.',
      actions: `CreateDeployment RegisterApplicationRevision`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Makes or changes what deployments run on and as whom.',
      actions: `CreateApplication CreateCloudFormationDeployment CreateDeploymentConfig CreateDeploymentGroup
        DeregisterOnPremisesInstance RegisterOnPremisesInstance UpdateDeploymentGroup`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `AddTagsToOnPremisesInstances RemoveTagsFromOnPremisesInstances TagResource UntagResource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Names no resource, so it reaches the deployments of all applications.',
      actions: `ContinueDeployment PutLifecycleEventHookExecutionStatus SkipWaitTimeForInstanceTermination
        StopDeployment`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Reads what no deploy needs; the boundary is shorter without it.',
      actions: `BatchGetApplicationRevisions BatchGetApplications BatchGetDeploymentGroups
        BatchGetDeploymentInstances BatchGetDeploymentTargets BatchGetDeployments
        BatchGetOnPremisesInstances ListApplicationRevisions ListApplications ListDeploymentConfigs
        ListDeploymentGroups ListDeploymentInstances ListDeploymentTargets ListDeployments
        ListGitHubAccountTokenNames ListOnPremisesInstances ListTagsForResource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `UpdateApplication`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteApplication DeleteDeploymentConfig DeleteDeploymentGroup DeleteGitHubAccountToken
        DeleteResourcesByExternalId`,
    },
  ],
  elasticbeanstalk: [
    {
      verdict: 'allow',
      reason: 'Rolls a version out to the one environment that it names, with no role to pass.',
      actions: `CreateApplicationVersion UpdateEnvironment`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Makes or changes environments, which carry a role, or where their code comes from.',
      actions: `AssociateEnvironmentOperationsRole ComposeEnvironments CreateApplication
        CreateConfigurationTemplate CreateEnvironment CreatePlatformVersion CreateStorageLocation
        UpdateApplication UpdateApplicationResourceLifecycle UpdateApplicationVersion
        UpdateConfigurationTemplate UpdateTagsForResource`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `AddTags RemoveTags`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Reads what no deploy needs; the boundary is shorter without it.',
      actions: `CheckDNSAvailability ListAvailableSolutionStacks ListPlatformBranches ListPlatformVersions
        ListTagsForResource ValidateConfigurationSettings`,
    },
    {
      verdict: 'judged-actions',
      discloses: true,
      reason: 'Collects or gives out whole logs of machines, which may hold secrets.',
      actions: `RequestEnvironmentInfo RetrieveEnvironmentInfo`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `AbortEnvironmentUpdate ApplyEnvironmentManagedAction DisassociateEnvironmentOperationsRole
        PutInstanceStatistics RebuildEnvironment RestartAppServer SwapEnvironmentCNAMEs`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteApplication DeleteApplicationVersion DeleteConfigurationTemplate
        DeleteEnvironmentConfiguration DeletePlatformVersion TerminateEnvironment`,
    },
  ],
};
