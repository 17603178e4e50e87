import type { JudgementTable } from '../judgement.ts';

/** What was decided about the actions of services for containers and where they are found. */
export const containersJudgements: JudgementTable = {
  ecr: [
    {
      verdict: 'allow',
      reason: 'Writes, imports or removes images of the one repository that it names.',
      actions: `BatchDeleteImage BatchImportUpstreamImage CompleteLayerUpload InitiateLayerUpload PutImage
        UploadLayerPart`,
    },
    {
      verdict: 'allow',
      reason: 'Makes the one repository that it names, empty and without a policy.',
      actions: `CreateRepository`,
    },
    {
      verdict: 'allow',
      reason:
        'Says how long images of the one repository are kept, which removes no more than BatchDeleteImage could.',
      actions: `DeleteLifecyclePolicy PutLifecyclePolicy`,
    },
    {
      verdict: 'allow',
      reason: 'Says which layers are there.',
      actions: `BatchCheckLayerAvailability`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `CreatePullThroughCacheRule CreateRepositoryCreationTemplate DeletePullThroughCacheRule
        PutRegistryScanningConfiguration PutReplicationConfiguration ReplicateImage
        UpdatePullThroughCacheRule UpdateRepositoryCreationTemplate`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteRegistryPolicy DeleteRepositoryPolicy PutRegistryPolicy SetRepositoryPolicy`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'no-log-tampering',
      reason: 'Ends the scanning of images.',
      actions: `PutImageScanningConfiguration`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteRepository DeleteRepositoryCreationTemplate DeleteSigningConfiguration
        DeregisterPullTimeUpdateExclusion`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `PutAccountSetting PutImageTagMutability PutSigningConfiguration UpdateImageStorageClass`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `RegisterPullTimeUpdateExclusion StartImageScan StartLifecyclePolicyPreview`,
    },
  ],
  'ecr-public': [
    {
      verdict: 'allow',
      reason: 'Pushes images to the one repository that it names.',
      actions: `BatchCheckLayerAvailability CompleteLayerUpload InitiateLayerUpload PutImage UploadLayerPart`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteRepositoryPolicy SetRepositoryPolicy`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `PutRegistryCatalogData PutRepositoryCatalogData`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateRepository`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `BatchDeleteImage DeleteRepository`,
    },
  ],
  ecs: [
    {
      verdict: 'allow',
      reason:
        'Rolls out, scales or rolls back the one service that it names. New revisions need iam:PassRole, which pass-role-exact bounds.',
      actions: `ContinueServiceDeployment DeleteTaskSet RegisterTaskDefinition StopServiceDeployment
        UpdateService UpdateServicePrimaryTaskSet UpdateTaskProtection UpdateTaskSet`,
    },
    {
      verdict: 'allow',
      reason: 'Ends one task, or marks one revision as inactive.',
      actions: `DeregisterTaskDefinition StopTask`,
    },
    {
      verdict: 'allow',
      reason: 'Writes the tags that a new revision brings; tag-at-creation-exact refuses all others.',
      actions: `TagResource`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Decides on which machines tasks run.',
      actions: `CreateCapacityProvider PutClusterCapacityProviders UpdateCapacityProvider`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Runs tasks that carry a role, with commands of the caller.',
      actions: `CreateDaemon CreateExpressGatewayService CreateService CreateTaskSet ExecuteCommand
        RegisterDaemonTaskDefinition RunTask StartTask UpdateDaemon UpdateExpressGatewayService`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Acts as a container instance, which gets the credentials of its tasks.',
      actions: `DiscoverPollEndpoint Poll PutSystemLogEvents RegisterContainerInstance StartTelemetrySession
        SubmitAttachmentStateChanges SubmitContainerStateChange SubmitTaskStateChange
        UpdateContainerAgent`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets a log of the resource be delivered elsewhere.',
      actions: `AllowVendedLogDeliveryForResource`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteAttributes PutAttributes`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `UntagResource`,
    },
    {
      verdict: 'no-log-tampering',
      reason: 'Decides what is recorded of a cluster and of commands in it.',
      actions: `UpdateCluster UpdateClusterSettings`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateCluster`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteAccountSetting DeleteCapacityProvider DeleteCluster DeleteDaemon
        DeleteDaemonTaskDefinition DeleteExpressGatewayService DeleteService DeleteTaskDefinitions
        DeregisterContainerInstance`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `PutAccountSetting PutAccountSettingDefault UpdateContainerInstancesState`,
    },
  ],
  eks: [
    {
      verdict: 'no-privilege-escalation',
      reason: 'Decides who may do what in a cluster, or acts there.',
      actions: `AccessKubernetesApi ActivateCertificateAuthority AssociateAccessPolicy
        AssociateIdentityProviderConfig CreateAccessEntry CreateCertificateAuthority
        CreatePodIdentityAssociation DeleteAccessEntry DeletePodIdentityAssociation DescribeAccessEntry
        DescribePodIdentityAssociation DisassociateAccessPolicy MutateViaKubernetesApi UpdateAccessEntry
        UpdatePodIdentityAssociation`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Makes a cluster, or machines and add-ons of one, that carry a role.',
      actions: `CreateAddon CreateCapability CreateCluster CreateFargateProfile CreateNodegroup RegisterCluster
        UpdateAddon UpdateCapability UpdateClusterConfig UpdateNodegroupConfig UpdateNodegroupVersion`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'no-key-management',
      reason: 'Decides by which key data is held, or whether by any.',
      actions: `AssociateEncryptionConfig`,
    },
    {
      verdict: 'no-organisation-or-billing',
      reason: 'Spends, or moves what is spent.',
      actions: `CreateEksAnywhereSubscription DeleteEksAnywhereSubscription UpdateEksAnywhereSubscription`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `CancelUpdate UpdateClusterVersion`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteAddon DeleteCapability DeleteCertificateAuthority DeleteCluster DeleteFargateProfile
        DeleteNodegroup DeregisterCluster DisassociateIdentityProviderConfig`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `StartInsightsRefresh`,
    },
  ],
  servicediscovery: [
    {
      verdict: 'allow',
      reason: 'Says where a service is found.',
      actions: `DiscoverInstances DiscoverInstancesRevision`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteResourcePolicy DeleteServiceAttributes PutResourcePolicy UpdateServiceAttributes`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateHttpNamespace CreatePrivateDnsNamespace CreatePublicDnsNamespace CreateService
        RegisterInstance`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteNamespace DeleteService DeregisterInstance`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `UpdateHttpNamespace UpdateInstanceCustomHealthStatus UpdatePrivateDnsNamespace
        UpdatePublicDnsNamespace UpdateService`,
    },
  ],
};
