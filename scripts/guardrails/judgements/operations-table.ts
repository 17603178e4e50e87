import type { JudgementTable } from '../judgement.ts';

/** What was decided about the actions of services for secrets, parameters and managed machines. */
export const operationsJudgements: JudgementTable = {
  secretsmanager: [
    {
      verdict: 'allow',
      reason: 'Makes the one secret that it names, or gives it a new value.',
      actions: `CreateSecret PutSecretValue`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteResourcePolicy PutResourcePolicy`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `ReplicateSecretToRegions RotateSecret UpdateSecret`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `CancelRotateSecret StopReplicationToReplica UpdateSecretVersionStage`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteSecret RemoveRegionsFromReplication`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `RestoreSecret`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Is a trial that disturbs, or that no deploy needs.',
      actions: `ValidateResourcePolicy`,
    },
  ],
  ssm: [
    {
      verdict: 'allow',
      reason: 'Writes or removes the one parameter that it names.',
      actions: `DeleteParameter DeleteParameters PutParameter`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Makes a machine a managed one, speaks for it, or changes the role that it gets.',
      actions: `CreateActivation CreateCloudConnector PutConfigurePackageResult RegisterManagedInstance
        ResetServiceSetting UpdateCloudConnector UpdateInstanceInformation
        UpdateManagedInstancePublicKey UpdateManagedInstanceRole UpdateServiceSetting`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Runs commands on machines or as a role, or decides what they run.',
      actions: `CreateAssociation CreateAssociationBatch CreateDocument DeleteAssociation DeleteDocument
        DescribeAssociation DescribeAssociationExecutionTargets DescribeAssociationExecutions
        DescribeDocument DescribeEffectiveInstanceAssociations DescribeInstanceAssociationsStatus
        ExecuteAPI GetDocument ListAssociationVersions ListAssociations ListInstanceAssociations
        SendAutomationSignal SendCommand StartAssociationsOnce StartAutomationExecution
        StartChangeRequestExecution UpdateAssociation UpdateAssociationStatus UpdateDocument
        UpdateDocumentDefaultVersion UpdateDocumentMetadata UpdateInstanceAssociationStatus`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Decides what runs on machines, on which and when.',
      actions: `CreateMaintenanceWindow DeleteMaintenanceWindow DeregisterTargetFromMaintenanceWindow
        DeregisterTaskFromMaintenanceWindow GetMaintenanceWindowTask RegisterTargetWithMaintenanceWindow
        RegisterTaskWithMaintenanceWindow UpdateMaintenanceWindow UpdateMaintenanceWindowTarget
        UpdateMaintenanceWindowTask`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Decides what machines install, and from where.',
      actions: `CreatePatchBaseline DeletePatchBaseline DeregisterPatchBaselineForPatchGroup
        RegisterDefaultPatchBaseline RegisterPatchBaselineForPatchGroup UpdatePatchBaseline`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Gives out, or takes, credentials of something else.',
      actions: `GetAccessToken RequestManagedInstanceRoleToken`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Shows what machines print or are started with, which holds secrets.',
      actions: `DescribeAutomationStepExecutions GetAutomationExecution GetCommandInvocation
        ListCommandInvocations`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Opens a session on a machine.',
      actions: `ResumeSession StartAccessRequest StartSession`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `AddTagsToResource RemoveTagsFromResource`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `CreateResourceDataSync UpdateResourceDataSync`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteResourcePolicy ModifyDocumentPermission PutResourcePolicy`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `AssociateOpsItemRelatedItem CancelCommand CancelMaintenanceWindowExecution LabelParameterVersion
        PutCalendar PutComplianceItems PutInventory StopAutomationExecution UnlabelParameterVersion
        UpdateOpsItem UpdateOpsMetadata`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateOpsItem CreateOpsMetadata StartExecutionPreview`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteActivation DeleteCloudConnector DeleteInventory DeleteOpsItem DeleteOpsMetadata
        DeleteResourceDataSync DeregisterManagedInstance DisassociateOpsItemRelatedItem TerminateSession`,
    },
  ],
};
