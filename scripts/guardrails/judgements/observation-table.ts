import type { JudgementTable } from '../judgement.ts';

/** What was decided about the actions of services for metrics and logs. */
export const observationJudgements: JudgementTable = {
  cloudwatch: [
    {
      verdict: 'allow',
      reason: 'Puts numbers beside others; an alarm about them is not changed.',
      actions: `PutMetricData`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Gives out, or takes, credentials of something else.',
      actions: `AssumeAccessProfile CallWithBearerToken CreateOneTimeDeepLinkCode GetSpaceCredentials
        GetSpaceCredentialsForOrganization`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Calls another product with credentials of the integration.',
      actions: `InvokeIntegration`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `CreateAccessGrant CreateAccessProfile CreateDomainAccessGrantForOrganization UpdateAccessProfile`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `CreateDomain CreateDomainForOrganization CreateIngestionEndpoint CreateIntegration Link
        PutMetricStream StartMetricStreams UpdateDomain UpdateDomainForOrganization
        UpdateIngestionEndpoint UpdateIntegration`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagResource UntagResource`,
    },
    {
      verdict: 'no-log-tampering',
      reason: 'Changes or ends what is recorded, or what is made of it.',
      actions: `DeleteAccessGrant DeleteAccessProfile DeleteAnomalyDetector DeleteDashboards DeleteDomain
        DeleteDomainAccessGrantForOrganization DeleteDomainForOrganization DeleteIngestionEndpoint
        DeleteInsightRules DeleteIntegration DeleteMetricStream DeleteOmniDashboard DeleteOmniThread
        DeletePipelineRule DeleteServiceLevelObjective DeleteSpace DeleteView DisableInsightRules
        PutPipelineRule StopMetricStreams StopOTelEnrichment StopTelemetryQuery
        StopTelemetryQuerySession`,
    },
    {
      verdict: 'no-log-tampering',
      reason: 'Silences an alarm, or has it run something.',
      actions: `CreateAlert DeleteAlarmMuteRule DeleteAlarms DeleteAlert DisableAlarmActions EnableAlarmActions
        PutAlarmMuteRule PutCompositeAlarm PutLogAlarm PutMetricAlarm SetAlarmState UpdateAlert`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateOmniDashboard CreateOmniThread CreateServiceLevelObjective CreateSpace CreateView
        StartOTelEnrichment StartOmniThreadSession StartTelemetryQuery StartTelemetryQuerySession`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `EnableInsightRules EnableTopologyDiscovery PutAnomalyDetector PutDashboard PutInsightRule
        PutIntelligenceConfiguration PutManagedInsightRules QueryTraces SearchPrincipals SubmitFeedback
        UpdateOmniDashboard UpdateOmniThread UpdatePreferences UpdateServiceLevelObjective UpdateSpace
        UpdateView`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Works out what no template asks for.',
      actions: `GenerateQuery GenerateQueryResultsSummary`,
    },
  ],
  logs: [
    {
      verdict: 'allow',
      reason: 'Makes the one log group or stream that it names, or adds to it.',
      actions: `CreateLogGroup CreateLogStream PutLogEvents`,
    },
    {
      verdict: 'allow',
      reason: 'Reads, or tests a filter on text of the caller.',
      actions: `FilterLogEvents StartLiveTail StartQuery StopLiveTail StopQuery TestMetricFilter TestTransformer`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Gives out, or takes, credentials of something else.',
      actions: `CallWithBearerToken`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Runs queries as another role, from now on.',
      actions: `CreateScheduledQuery`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Lets data or traffic of the account reach others, or lets others in.',
      actions: `AssociateSourceToS3TableIntegration CreateDelivery CreateExportTask CreateLogDelivery
        IntegrateWithDataset IntegrateWithS3Table Link PutDeliveryDestination PutDeliverySource
        PutDestination PutIntegration PutSubscriptionFilter`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `TagLogGroup TagResource UntagLogGroup UntagResource`,
    },
    {
      verdict: 'no-log-tampering',
      reason: 'Holds a log under a key of the caller, so that others can read it no more.',
      actions: `AssociateKmsKey`,
    },
    {
      verdict: 'no-log-tampering',
      reason: 'Changes or ends what is recorded, or what is made of it.',
      actions: `CancelExportTask DeleteAccountPolicy DeleteDataProtectionPolicy DeleteDelivery
        DeleteDeliveryDestination DeleteDeliveryDestinationPolicy DeleteDeliverySource DeleteDestination
        DeleteIndexPolicy DeleteIntegration DeleteLogAnomalyDetector DeleteLogDelivery DeleteLogGroup
        DeleteLogStream DeleteLookupTable DeleteMetricFilter DeletePipelineRule DeleteQueryDefinition
        DeleteResourcePolicy DeleteRetentionPolicy DeleteScheduledQuery DeleteSubscriptionFilter
        DeleteSyslogConfiguration DeleteTransformer DisassociateKmsKey
        DisassociateSourceFromS3TableIntegration PutAccountPolicy PutBearerTokenAuthentication
        PutDataProtectionPolicy PutDeliveryDestinationPolicy PutDestinationPolicy PutIndexPolicy
        PutLogGroupDeletionProtection PutMetricFilter PutPipelineRule PutResourcePolicy
        PutRetentionPolicy PutStorageTierPolicy PutSyslogConfiguration PutTransformer UpdateAnomaly
        UpdateDeliveryConfiguration UpdateLogAnomalyDetector UpdateLogDelivery UpdateLookupTable
        UpdateScheduledQuery`,
    },
    {
      verdict: 'no-log-tampering',
      discloses: true,
      reason: 'Shows what a data protection policy hides.',
      actions: `Unmask`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Changes settings beyond what a deploy of one application needs.',
      actions: `CancelImportTask ProcessWithPipeline PutQueryDefinition`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Makes or starts what is to be made where it is reviewed.',
      actions: `CreateImportTask CreateLogAnomalyDetector CreateLookupTable`,
    },
  ],
};
