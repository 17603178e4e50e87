import type { JudgementTable } from '../judgement.ts';

/** What was decided about the actions of services for objects, tables and what delivers them. */
export const storageJudgements: JudgementTable = {
  cloudfront: [
    {
      verdict: 'allow',
      reason: 'Empties caches of the one distribution that it names.',
      actions: `CreateInvalidation CreateInvalidationForDistributionTenant`,
    },
    {
      verdict: 'allow',
      reason: 'Changes or publishes the one edge function that it names, which has no role.',
      actions: `PublishFunction UpdateFunction`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets a log of the resource be delivered elsewhere.',
      actions: `AllowVendedLogDeliveryForResource`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Decides what is shown to the world, from where, and who may ask.',
      actions: `AssociateAlias CopyDistribution CreateCloudFrontOriginAccessIdentity CreateConnectionGroup
        CreateDistribution CreateDistributionTenant CreateKeyGroup CreateOriginAccessControl
        CreatePublicKey CreateStreamingDistribution CreateStreamingDistributionWithTags CreateTrustStore
        CreateVpcOrigin DeleteCloudFrontOriginAccessIdentity DeleteConnectionGroup
        DeleteOriginAccessControl DeleteStreamingDistribution DeleteTrustStore DeleteVpcOrigin
        UpdateCloudFrontOriginAccessIdentity UpdateConnectionGroup UpdateDistribution
        UpdateDistributionTenant UpdateDistributionWithStagingConfig UpdateDomainAssociation
        UpdateKeyGroup UpdateOriginAccessControl UpdatePublicKey UpdateStreamingDistribution
        UpdateTrustStore UpdateVpcOrigin`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `AssociateDistributionTenantWebACL AssociateDistributionWebACL CreateCachePolicy
        CreateContinuousDeploymentPolicy CreateOriginRequestPolicy CreateResponseHeadersPolicy
        DeleteCachePolicy DeleteContinuousDeploymentPolicy DeleteOriginRequestPolicy
        DeleteResourcePolicy DeleteResponseHeadersPolicy DisassociateDistributionTenantWebACL
        DisassociateDistributionWebACL PutResourcePolicy UpdateCachePolicy
        UpdateContinuousDeploymentPolicy UpdateOriginRequestPolicy UpdateResponseHeadersPolicy`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'no-log-tampering',
      reason: 'Changes or ends what is recorded, or what is made of it.',
      actions: `CreateRealtimeLogConfig DeleteMonitoringSubscription DeleteRealtimeLogConfig
        UpdateRealtimeLogConfig`,
    },
    {
      verdict: 'no-organisation-or-billing',
      reason: 'Spends, or moves what is spent.',
      actions: `CreateSavingsPlan UpdateSavingsPlan`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateAnycastIpList CreateConnectionFunction CreateFieldLevelEncryptionConfig
        CreateFieldLevelEncryptionProfile CreateFunction CreateKeyValueStore
        CreateMonitoringSubscription PublishConnectionFunction`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteAnycastIpList DeleteConnectionFunction DeleteDistribution DeleteDistributionTenant
        DeleteFieldLevelEncryptionConfig DeleteFieldLevelEncryptionProfile DeleteFunction DeleteKeyGroup
        DeleteKeyValueStore DeletePublicKey`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Is a trial that disturbs, or that no deploy needs.',
      actions: `TestConnectionFunction TestFunction`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `UpdateAnycastIpList UpdateConnectionFunction UpdateFieldLevelEncryptionConfig
        UpdateFieldLevelEncryptionProfile UpdateKeyValueStore`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Works out what no template asks for.',
      actions: `VerifyDnsConfiguration`,
    },
  ],
  dynamodb: [
    {
      verdict: 'allow',
      reason: 'Writes items of the one table that it names.',
      actions: `BatchWriteItem DeleteItem PartiQLDelete PartiQLInsert PartiQLUpdate PutItem UpdateItem`,
    },
    {
      verdict: 'allow',
      reason: 'Backs up the one table that it names, inside of the account.',
      actions: `CreateBackup`,
    },
    {
      verdict: 'allow',
      reason: 'Reads items of the one table that it names.',
      actions: `ConditionCheckItem PartiQLSelect Query Scan`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `AssociateTableReplica CreateGlobalTable CreateGlobalTableWitness CreateTableReplica
        DeleteGlobalTableWitness DeleteTableReplica DisableKinesisStreamingDestination
        EnableKinesisStreamingDestination ExportTableToPointInTime ReadDataForReplication
        ReplicateSettings UpdateGlobalTable UpdateGlobalTableSettings UpdateGlobalTableVersion
        UpdateKinesisStreamingDestination UpdateTableReplicaAutoScaling WriteDataForReplication`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Makes a resource and takes a policy or ACL along.',
      actions: `CreateTable`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `DeleteResourcePolicy PutResourcePolicy UpdateAbacStatus`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'no-organisation-or-billing',
      reason: 'Spends, or moves what is spent.',
      actions: `PurchaseReservedCapacityOfferings`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteBackup DeleteTable`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `ImportTable RestoreTableFromAwsBackup RestoreTableFromBackup RestoreTableToPointInTime
        StartAwsBackupJob`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Is a trial that disturbs, or that no deploy needs.',
      actions: `InjectError`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `UpdateContinuousBackups UpdateContributorInsights UpdateTable UpdateTimeToLive`,
    },
  ],
  s3: [
    {
      verdict: 'allow',
      reason: 'Writes, restores or removes objects of the one bucket that it names.',
      actions: `AbortMultipartUpload DeleteObject DeleteObjectVersion PutObject RestoreObject`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Runs a batch over objects as another role.',
      actions: `CreateJob UpdateJobPriority UpdateJobStatus`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Gives out, or takes, credentials of something else.',
      actions: `GetDataAccess`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets a log of the resource be delivered elsewhere.',
      actions: `AllowVendedLogDeliveryForResource`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `AssociateAccessGrantsIdentityCenter CreateAccessGrant CreateAccessGrantsInstance
        CreateAccessGrantsLocation DeleteAccessGrant DeleteAccessGrantsInstance
        DeleteAccessGrantsInstanceResourcePolicy DeleteAccessGrantsLocation DeleteAccessPointPolicy
        DeleteAccessPointPolicyForObjectLambda DeleteBucketPolicy DissociateAccessGrantsIdentityCenter
        PutAccessGrantsInstanceResourcePolicy PutAccessPointPolicy PutAccessPointPolicyForObjectLambda
        PutAccessPointPublicAccessBlock PutAccountPublicAccessBlock PutBucketAbac PutBucketAcl
        PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock
        PutMultiRegionAccessPointPolicy PutObjectAcl PutObjectVersionAcl UpdateAccessGrantsLocation`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `CreateAccessPoint CreateAccessPointForObjectLambda CreateBucketMetadataTableConfiguration
        CreateMultiRegionAccessPoint InitiateReplication ObjectOwnerOverrideToBucketOwner
        PutAccessPointConfigurationForObjectLambda PutAnalyticsConfiguration PutBucketCORS
        PutBucketNotification PutBucketWebsite PutInventoryConfiguration PutReplicationConfiguration
        PutStorageLensConfiguration ReplicateDelete ReplicateObject ReplicateObjectAnnotation
        SubmitMultiRegionAccessPointRoutes`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Makes a resource and takes a policy or ACL along.',
      actions: `CreateBucket`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `DeleteJobTagging DeleteObjectTagging DeleteObjectVersionTagging
        DeleteStorageLensConfigurationTagging PutBucketTagging PutJobTagging PutObjectTagging
        PutObjectVersionTagging PutStorageLensConfigurationTagging ReplicateTags TagResource
        UntagResource`,
    },
    {
      verdict: 'no-log-tampering',
      reason: 'Shortens or ends what is kept as evidence.',
      actions: `BypassGovernanceRetention PutBucketLogging PutBucketObjectLockConfiguration PutBucketVersioning
        PutLifecycleConfiguration PutObjectLegalHold PutObjectRetention`,
    },
    {
      verdict: 'no-key-management',
      reason: 'Decides by which key data is held, or whether by any.',
      actions: `PutEncryptionConfiguration UpdateObjectEncryption`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateStorageLensGroup`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Removes what a deploy does not make again.',
      actions: `DeleteAccessPoint DeleteAccessPointForObjectLambda DeleteBucket
        DeleteBucketMetadataTableConfiguration DeleteBucketWebsite DeleteMultiRegionAccessPoint
        DeleteObjectAnnotation DeleteObjectVersionAnnotation DeleteStorageLensConfiguration
        DeleteStorageLensGroup`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `PauseReplication PutAccelerateConfiguration PutBucketRequestPayment
        PutIntelligentTieringConfiguration PutMetricsConfiguration PutObjectAnnotation
        PutObjectVersionAnnotation UpdateBucketMetadataAnnotationTableConfiguration
        UpdateBucketMetadataInventoryTableConfiguration UpdateBucketMetadataJournalTableConfiguration
        UpdateStorageLensGroup`,
    },
  ],
};
