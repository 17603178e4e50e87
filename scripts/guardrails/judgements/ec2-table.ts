import type { JudgementTable } from '../judgement.ts';

/** What was decided about the actions of services for machines and networks. */
export const ec2Judgements: JudgementTable = {
  ec2: [
    {
      verdict: 'no-privilege-escalation',
      reason: 'Changes what runs on a machine, or the role that it carries.',
      actions: `AssociateEnclaveCertificateIamRole AssociateIamInstanceProfile AttachVolume
        CreateReplaceRootVolumeTask DescribeIamInstanceProfileAssociations
        DisassociateIamInstanceProfile ModifyInstanceAttribute ModifyInstanceMetadataDefaults
        ModifyInstanceMetadataOptions ReplaceIamInstanceProfileAssociation`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Starts machines that carry a role, or says what they start with.',
      actions: `CreateFleet CreateLaunchTemplate CreateLaunchTemplateVersion ModifyFleet ModifyLaunchTemplate
        ModifySpotFleetRequest RequestSpotFleet RequestSpotInstances RunInstances RunScheduledInstances
        StartInstances`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Makes an image or machine out of data that was not reviewed.',
      actions: `CreateImage CreateRestoreImageTask ImportImage ImportInstance RegisterImage
        ReplaceImageCriteriaInAllowedImagesSettings ReplaceImageInstanceTypeSpecification`,
    },
    {
      verdict: 'no-privilege-escalation',
      reason: 'Opens a way to log on to machines.',
      actions: `CreateInstanceConnectEndpoint CreateKeyPair DeleteInstanceConnectEndpoint
        DisableSerialConsoleAccess EnableSerialConsoleAccess GetSerialConsoleAccessStatus ImportKeyPair
        ModifyInstanceConnectEndpoint`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Shows what machines print or are started with, which holds secrets.',
      actions: `DescribeInstanceAttribute DescribeLaunchTemplateVersions DescribeSpotFleetRequests
        DescribeSpotInstanceRequests GetConsoleOutput GetConsoleScreenshot GetLaunchTemplateData
        GetPasswordData`,
    },
    {
      verdict: 'no-privilege-escalation',
      discloses: true,
      reason: 'Reads or changes a way into the network, keys included.',
      actions: `DescribeVpnConnections ExportClientVpnClientCertificateRevocationList
        ExportClientVpnClientConfiguration ExportVerifiedAccessInstanceClientConfiguration
        GetVpnConnectionDeviceSampleConfiguration`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Opens or joins networks, or mirrors what passes in them.',
      actions: `AcceptAddressTransfer AcceptTransitGatewayClientVpnAttachment
        AcceptTransitGatewayMulticastDomainAssociations AcceptTransitGatewayPeeringAttachment
        AcceptTransitGatewayVpcAttachment AcceptVpcEndpointConnections AcceptVpcPeeringConnection
        ApplySecurityGroupsToClientVpnTargetNetwork AssociateClientVpnTargetNetwork
        AssociateIpamResourceDiscovery AttachVerifiedAccessTrustProvider AuthorizeSecurityGroupEgress
        AuthorizeSecurityGroupIngress CreateClientVpnEndpoint CreateClientVpnRoute
        CreateOdbNetworkPeering CreateRoute CreateRouteServer CreateRouteServerEndpoint
        CreateRouteServerPeer CreateRouteTable CreateSecurityGroup CreateTrafficMirrorFilter
        CreateTrafficMirrorFilterRule CreateTrafficMirrorSession CreateTrafficMirrorTarget
        CreateTransitGatewayPeeringAttachment CreateVerifiedAccessEndpoint CreateVerifiedAccessGroup
        CreateVerifiedAccessInstance CreateVerifiedAccessTrustProvider CreateVpcEndpoint
        CreateVpcEndpointConnectionNotification CreateVpcEndpointServiceConfiguration
        CreateVpcPeeringConnection CreateVpnConnection CreateVpnConnectionRoute DeleteClientVpnEndpoint
        DeleteClientVpnRoute DeleteOdbNetworkPeering DeleteTransitGatewayClientVpnAttachment
        DeleteTransitGatewayPeeringAttachment DeleteVerifiedAccessEndpoint DeleteVerifiedAccessGroup
        DeleteVerifiedAccessInstance DeleteVerifiedAccessTrustProvider DeleteVpcPeeringConnection
        DeleteVpnConnection DeleteVpnConnectionRoute DetachVerifiedAccessTrustProvider
        DisableAddressTransfer DisassociateClientVpnTargetNetwork EnableAddressTransfer
        ImportClientVpnClientCertificateRevocationList ModifyClientVpnEndpoint ModifyOdbNetworkPeering
        ModifySecurityGroupRules ModifyTrafficMirrorFilterNetworkServices ModifyTrafficMirrorFilterRule
        ModifyTrafficMirrorSession ModifyVerifiedAccessEndpoint ModifyVerifiedAccessGroup
        ModifyVerifiedAccessInstance ModifyVerifiedAccessTrustProvider ModifyVpcEndpoint
        ModifyVpcEndpointConnectionNotification ModifyVpcEndpointPayerResponsibility
        ModifyVpcEndpointServiceConfiguration ModifyVpcEndpointServicePayerResponsibility
        ModifyVpcPeeringConnectionOptions ModifyVpnConnection RejectTransitGatewayClientVpnAttachment
        RejectTransitGatewayPeeringAttachment RejectVpcPeeringConnection ReplaceRoute
        ReplaceRouteTableAssociation`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Changes who may do what to a resource, or what holds it.',
      actions: `AssociateTransitGatewayPolicyTable AssociateVerifiedAccessInstanceWebAcl
        BatchModifyIpamRoutingPolicyRegistrations CancelDeclarativePoliciesReport
        CancelImageLaunchPermission CreateCoipPoolPermission CreateIpamPolicy
        CreateIpamRoutingPolicyRegistration CreateLocalGatewayRouteTablePermission CreateNetworkAcl
        CreateNetworkAclEntry CreateNetworkInterfacePermission CreateTransitGatewayMeteringPolicy
        CreateTransitGatewayMeteringPolicyEntry CreateTransitGatewayPolicyTable
        CreateTransitGatewayPolicyTableEntry CreateVpcBlockPublicAccessExclusion
        DeleteCoipPoolPermission DeleteIpamPolicy DeleteIpamRoutingPolicyRegistration
        DeleteLocalGatewayRouteTablePermission DeleteNetworkAcl DeleteNetworkAclEntry
        DeleteNetworkInterfacePermission DeleteResourcePolicy DeleteTransitGatewayMeteringPolicy
        DeleteTransitGatewayMeteringPolicyEntry DeleteTransitGatewayPolicyTable
        DeleteTransitGatewayPolicyTableEntry DeleteVpcBlockPublicAccessExclusion
        DeregisterInstanceEventNotificationAttributes DisableImageBlockPublicAccess DisableIpamPolicy
        DisableSnapshotBlockPublicAccess DisassociateTransitGatewayPolicyTable
        DisassociateVerifiedAccessInstanceWebAcl EnableImageBlockPublicAccess EnableIpamPolicy
        EnableSnapshotBlockPublicAccess ModifyAddressAttribute ModifyFpgaImageAttribute
        ModifyImageAttribute ModifyInstanceCapacityReservationAttributes ModifyIpamPolicyAllocationRules
        ModifyIpamRoutingPolicyRegistration ModifyNetworkInterfaceAttribute ModifySnapshotAttribute
        ModifySubnetAttribute ModifyTransitGatewayMeteringPolicy ModifyTransitGatewayPolicyTableEntry
        ModifyVerifiedAccessEndpointPolicy ModifyVerifiedAccessGroupPolicy ModifyVolumeAttribute
        ModifyVpcAttribute ModifyVpcBlockPublicAccessExclusion ModifyVpcBlockPublicAccessOptions
        ModifyVpcEndpointServicePermissions PutResourcePolicy
        RegisterInstanceEventNotificationAttributes ReplaceNetworkAclEntry ResetAddressAttribute
        ResetFpgaImageAttribute ResetImageAttribute ResetInstanceAttribute
        ResetNetworkInterfaceAttribute ResetSnapshotAttribute StartDeclarativePoliciesReport`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Reads or changes a way into the network, keys included.',
      actions: `AuthorizeClientVpnIngress ModifyVpnConnectionOptions RevokeClientVpnIngress
        TerminateClientVpnConnections`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Copies data of machines to where others may get it.',
      actions: `CopyFpgaImage CopyImage CopySnapshot CopyVolumes CreateCapacityManagerDataExport
        CreateInstanceExportTask CreateSnapshot CreateSnapshots CreateSpotDatafeedSubscription
        CreateStoreImageTask ExportImage ExportTransitGatewayRoutes`,
    },
    {
      verdict: 'no-handing-on',
      reason: 'Writes tags, by which policies elsewhere decide who may do what.',
      actions: `CreateTags DeleteTags`,
    },
    {
      verdict: 'no-log-tampering',
      reason: 'Changes or ends what is recorded, or what is made of it.',
      actions: `CreateFlowLogs DeleteFlowLogs DeleteTrafficMirrorFilter DeleteTrafficMirrorFilterRule
        DeleteTrafficMirrorSession DeleteTrafficMirrorTarget
        ModifyVerifiedAccessInstanceLoggingConfiguration`,
    },
    {
      verdict: 'no-key-management',
      reason: 'Decides by which key data is held, or whether by any.',
      actions: `DisableEbsEncryptionByDefault EnableEbsEncryptionByDefault ModifyEbsDefaultKmsKeyId
        ResetEbsDefaultKmsKeyId`,
    },
    {
      verdict: 'no-organisation-or-billing',
      reason: 'Spends, or moves what is spent.',
      actions: `AcceptCapacityReservationBillingOwnership AcceptReservedInstancesExchangeQuote
        AssociateCapacityReservationBillingOwner CancelReservedInstancesListing
        CreateReservedInstancesListing DeleteQueuedReservedInstances
        DisassociateCapacityReservationBillingOwner ModifyReservedInstances PurchaseCapacityBlock
        PurchaseCapacityBlockExtension PurchaseHostReservation PurchaseReservedInstancesOffering
        PurchaseScheduledInstances RejectCapacityReservationBillingOwnership`,
    },
    {
      verdict: 'no-organisation-or-billing',
      reason: 'Acts for the organisation.',
      actions: `DisableIpamOrganizationAdminAccount EnableIpamOrganizationAdminAccount
        EnableReachabilityAnalyzerOrganizationSharing UpdateCapacityManagerOrganizationsAccess`,
    },
    {
      verdict: 'judged-actions',
      reason:
        'Builds or changes machines and networks, which others share; no deploy of one application needs it.',
      actions: `AdvertiseByoipCidr AllocateAddress AllocateHosts AllocateIpamPoolCidr AssignIpv6Addresses
        AssignPrivateIpAddresses AssignPrivateNatGatewayAddress AssociateAddress
        AssociateApplicationStatusCheck AssociateDhcpOptions AssociateInstanceEventWindow
        AssociateIpamByoasn AssociateNatGatewayAddress AssociateRouteServer AssociateRouteTable
        AssociateSecurityGroupVpc AssociateSubnetCidrBlock AssociateTransitGatewayMulticastDomain
        AssociateTransitGatewayRouteTable AssociateTrunkInterface AssociateVpcCidrBlock
        AttachApplianceToNatGateway AttachClassicLinkVpc AttachImageWatermark AttachInternetGateway
        AttachNetworkInterface AttachResourcesToPlacementGroup AttachVpnGateway BundleInstance
        ConfirmProductInstance CreateApplicationStatusCheck CreateCapacityReservation
        CreateCapacityReservationBySplitting CreateCapacityReservationCancellationQuote
        CreateCapacityReservationFleet CreateCarrierGateway CreateCoipCidr CreateCoipPool
        CreateCustomerGateway CreateDefaultSubnet CreateDefaultVpc CreateDelegateMacVolumeOwnershipTask
        CreateDhcpOptions CreateEgressOnlyInternetGateway CreateFpgaImage CreateImageUsageReport
        CreateInstanceEventWindow CreateInternetGateway CreateInterruptibleCapacityReservationAllocation
        CreateIpam CreateIpamExternalResourceVerificationToken CreateIpamInternetRegistryAssociation
        CreateIpamPool CreateIpamPrefixListResolver CreateIpamPrefixListResolverTarget
        CreateIpamResourceDiscovery CreateIpamScope CreateLocalGatewayRoute CreateLocalGatewayRouteTable
        CreateLocalGatewayRouteTableVirtualInterfaceGroupAssociation
        CreateLocalGatewayRouteTableVpcAssociation CreateLocalGatewayVirtualInterface
        CreateLocalGatewayVirtualInterfaceGroup CreateMacSystemIntegrityProtectionModificationTask
        CreateManagedPrefixList CreateNatGateway CreateNetworkInsightsAccessScope
        CreateNetworkInsightsPath CreateNetworkInterface CreatePlacementGroup CreatePublicIpv4Pool
        CreateSecondaryNetwork CreateSecondarySubnet CreateSubnet CreateSubnetCidrReservation
        CreateTransitGateway CreateTransitGatewayConnect CreateTransitGatewayConnectPeer
        CreateTransitGatewayMulticastDomain CreateTransitGatewayPrefixListReference
        CreateTransitGatewayRoute CreateTransitGatewayRouteTable
        CreateTransitGatewayRouteTableAnnouncement CreateTransitGatewayVpcAttachment CreateVolume
        CreateVpc CreateVpcEncryptionControl CreateVpnConcentrator CreateVpnGateway
        DisableAllowedImagesSettings DisableApplicationStatusCheckSuppression
        DisableAwsNetworkPerformanceMetricSubscription DisableCapacityManager DisableFastLaunch
        DisableFastSnapshotRestores DisableImage DisableImageDeprecation
        DisableImageDeregistrationProtection DisableInstanceSqlHaStandbyDetections
        DisableRouteServerPropagation DisableTransitGatewayRouteTablePropagation
        DisableVgwRoutePropagation DisableVpcClassicLink DisableVpcClassicLinkDnsSupport
        EnableAllowedImagesSettings EnableApplicationStatusCheckSuppression
        EnableAwsNetworkPerformanceMetricSubscription EnableCapacityManager EnableFastLaunch
        EnableFastSnapshotRestores EnableImage EnableImageDeprecation
        EnableImageDeregistrationProtection EnableInstanceSqlHaStandbyDetections
        EnableIpamInternetRegistryAssociation EnableRouteServerPropagation
        EnableTransitGatewayRouteTablePropagation EnableVgwRoutePropagation EnableVolumeIO
        EnableVpcClassicLink EnableVpcClassicLinkDnsSupport ImportByoipCidrToIpam ImportSnapshot
        ImportVolume LockSnapshot ModifyAccountVpcEncryptionControl ModifyApplicationStatusCheck
        ModifyAvailabilityZoneGroup ModifyCapacityReservation ModifyCapacityReservationFleet
        ModifyDefaultCreditSpecification ModifyHosts ModifyIdFormat ModifyIdentityIdFormat
        ModifyInstanceCpuOptions ModifyInstanceCreditSpecification ModifyInstanceEventStartTime
        ModifyInstanceEventWindow ModifyInstanceMaintenanceOptions
        ModifyInstanceNetworkPerformanceOptions ModifyInstancePlacement ModifyIpam ModifyIpamPool
        ModifyIpamPoolAllocation ModifyIpamPrefixListResolver ModifyIpamPrefixListResolverTarget
        ModifyIpamResourceCidr ModifyIpamResourceDiscovery ModifyIpamScope ModifyLocalGatewayRoute
        ModifyManagedPrefixList ModifyManagedResourceVisibility ModifyPrivateDnsNameOptions
        ModifyPublicIpDnsNameOptions ModifyRouteServer ModifySnapshotTier ModifyTransitGateway
        ModifyTransitGatewayPrefixListReference ModifyTransitGatewayVpcAttachment ModifyVolume
        ModifyVpcEncryptionControl ModifyVpcTenancy ModifyVpnTunnelCertificate ModifyVpnTunnelOptions
        MoveAddressToVpc MoveByoipCidrToIpam MoveCapacityReservationInstances ProvisionByoipCidr
        ProvisionIpamByoasn ProvisionIpamPoolCidr ProvisionPublicIpv4PoolCidr
        RegisterTransitGatewayMulticastGroupMembers RegisterTransitGatewayMulticastGroupSources
        ReplaceNetworkAclAssociation ReplaceTransitGatewayRoute ReplaceVpnTunnel RestoreAddressToClassic
        RestoreImageFromRecycleBin RestoreManagedPrefixListVersion RestoreSnapshotFromRecycleBin
        RestoreSnapshotTier RestoreVolumeFromRecycleBin SendSpotInstanceInterruptions
        StartNetworkInsightsAccessScopeAnalysis StartNetworkInsightsAnalysis
        StartVpcEndpointServicePrivateDnsVerification UnlockSnapshot
        UpdateCapacityManagerMonitoredTagKeys UpdateInterruptibleCapacityReservationAllocation
        UpdateSecurityGroupRuleDescriptionsEgress UpdateSecurityGroupRuleDescriptionsIngress`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Takes machines or networks down, or apart; no deploy of one application needs it.',
      actions: `CancelBundleTask CancelCapacityReservation CancelCapacityReservationFleets CancelConversionTask
        CancelExportTask CancelImportTask CancelSpotFleetRequests CancelSpotInstanceRequests
        DeleteApplicationStatusCheck DeleteCapacityManagerDataExport DeleteCarrierGateway DeleteCoipCidr
        DeleteCoipPool DeleteCustomerGateway DeleteDhcpOptions DeleteEgressOnlyInternetGateway
        DeleteFleets DeleteFpgaImage DeleteImageUsageReport DeleteInstanceEventWindow
        DeleteInternetGateway DeleteIpam DeleteIpamExternalResourceVerificationToken
        DeleteIpamInternetRegistryAssociation DeleteIpamPool DeleteIpamPrefixListResolver
        DeleteIpamPrefixListResolverTarget DeleteIpamResourceDiscovery DeleteIpamScope DeleteKeyPair
        DeleteLaunchTemplate DeleteLaunchTemplateVersions DeleteLocalGatewayRoute
        DeleteLocalGatewayRouteTable DeleteLocalGatewayRouteTableVirtualInterfaceGroupAssociation
        DeleteLocalGatewayRouteTableVpcAssociation DeleteLocalGatewayVirtualInterface
        DeleteLocalGatewayVirtualInterfaceGroup DeleteManagedPrefixList DeleteNatGateway
        DeleteNetworkInsightsAccessScope DeleteNetworkInsightsAccessScopeAnalysis
        DeleteNetworkInsightsAnalysis DeleteNetworkInsightsPath DeleteNetworkInterface
        DeletePlacementGroup DeletePublicIpv4Pool DeleteRoute DeleteRouteServer
        DeleteRouteServerEndpoint DeleteRouteServerPeer DeleteRouteTable DeleteSecondaryNetwork
        DeleteSecondarySubnet DeleteSecurityGroup DeleteSnapshot DeleteSpotDatafeedSubscription
        DeleteSubnet DeleteSubnetCidrReservation DeleteTransitGateway DeleteTransitGatewayConnect
        DeleteTransitGatewayConnectPeer DeleteTransitGatewayMulticastDomain
        DeleteTransitGatewayPrefixListReference DeleteTransitGatewayRoute DeleteTransitGatewayRouteTable
        DeleteTransitGatewayRouteTableAnnouncement DeleteTransitGatewayVpcAttachment DeleteVolume
        DeleteVpc DeleteVpcEncryptionControl DeleteVpcEndpointConnectionNotifications
        DeleteVpcEndpointServiceConfigurations DeleteVpcEndpoints DeleteVpnConcentrator DeleteVpnGateway
        DeprovisionByoipCidr DeprovisionIpamByoasn DeprovisionIpamPoolCidr DeprovisionPublicIpv4PoolCidr
        DeregisterImage DeregisterTransitGatewayMulticastGroupMembers
        DeregisterTransitGatewayMulticastGroupSources DetachApplianceFromNatGateway DetachClassicLinkVpc
        DetachImageWatermark DetachInternetGateway DetachNetworkInterface
        DetachResourcesFromPlacementGroup DetachVolume DetachVpnGateway DisassociateAddress
        DisassociateApplicationStatusCheck DisassociateEnclaveCertificateIamRole
        DisassociateInstanceEventWindow DisassociateIpamByoasn DisassociateIpamResourceDiscovery
        DisassociateNatGatewayAddress DisassociateRouteServer DisassociateRouteTable
        DisassociateSecurityGroupVpc DisassociateSubnetCidrBlock
        DisassociateTransitGatewayMulticastDomain DisassociateTransitGatewayRouteTable
        DisassociateTrunkInterface DisassociateVpcCidrBlock
        RejectTransitGatewayMulticastDomainAssociations RejectTransitGatewayVpcAttachment
        RejectVpcEndpointConnections ReleaseAddress ReleaseHosts ReleaseIpamPoolAllocation
        RevokeSecurityGroupEgress RevokeSecurityGroupIngress TerminateInstances UnassignIpv6Addresses
        UnassignPrivateIpAddresses UnassignPrivateNatGatewayAddress WithdrawByoipCidr`,
    },
    {
      verdict: 'judged-actions',
      reason: 'Stops or disturbs machines; no deploy of one application needs it.',
      actions: `InjectApiError InjectVolumeIOLatency MonitorInstances PauseVolumeIO RebootInstances
        ReportInstanceStatus SendDiagnosticInterrupt StopInstances UnmonitorInstances`,
    },
  ],
};
