"""The Salesforce objects and fields of the twin's org, as data: one line a field, after the real describe answers.

``@Object|key prefix|label|plural|system fields it lacks`` begins an object; then ``Name|Label|type|length|flags|refers
to|relationship|compound``. Flags: C createable, U updateable, N nillable, D defaulted on create, R restricted picklist,
K calculated. Every object but the virtual ones also has the system fields of ``SYSTEM``. The opt-out fields are listed
although plain developer orgs hide them (facts/salesforce.md §4); ``Tier__c`` … are this org's own.
"""

SYSTEM = """\
Id|ID|id|18|D
IsDeleted|Deleted|boolean||D
CreatedDate|Created Date|datetime||D
CreatedById|Created By ID|reference|18|D|User|CreatedBy
LastModifiedDate|Last Modified Date|datetime||D
LastModifiedById|Last Modified By ID|reference|18|D|User|LastModifiedBy
SystemModstamp|System Modstamp|datetime||D
"""

OBJECTS = """\
@Contact|003|Contact|Contacts
MasterRecordId|Master Record ID|reference|18|N|Contact|MasterRecord
AccountId|Account ID|reference|18|CUN|Account|Account
LastName|Last Name|string|80|CU|||Name
FirstName|First Name|string|40|CUN|||Name
Salutation|Salutation|picklist|40|CUN|||Name
Name|Full Name|string|121
OtherStreet|Other Street|textarea|255|CUN|||OtherAddress
OtherCity|Other City|string|40|CUN|||OtherAddress
OtherState|Other State/Province|string|80|CUN|||OtherAddress
OtherPostalCode|Other Zip/Postal Code|string|20|CUN|||OtherAddress
OtherCountry|Other Country|string|80|CUN|||OtherAddress
OtherAddress|Other Address|address||N
MailingStreet|Mailing Street|textarea|255|CUN|||MailingAddress
MailingCity|Mailing City|string|40|CUN|||MailingAddress
MailingState|Mailing State/Province|string|80|CUN|||MailingAddress
MailingPostalCode|Mailing Zip/Postal Code|string|20|CUN|||MailingAddress
MailingCountry|Mailing Country|string|80|CUN|||MailingAddress
MailingAddress|Mailing Address|address||N
Phone|Business Phone|phone|40|CUN
Fax|Business Fax|phone|40|CUN
MobilePhone|Mobile Phone|phone|40|CUN
HomePhone|Home Phone|phone|40|CUN
OtherPhone|Other Phone|phone|40|CUN
AssistantPhone|Asst. Phone|phone|40|CUN
ReportsToId|Reports To ID|reference|18|CUN|Contact|ReportsTo
Email|Email|email|80|CUN
Title|Title|string|128|CUN
Department|Department|string|80|CUN
AssistantName|Assistant's Name|string|40|CUN
LeadSource|Lead Source|picklist|255|CUN
Birthdate|Birthdate|date||CUN
Description|Contact Description|textarea|32000|CUN
OwnerId|Owner ID|reference|18|CUD|User|Owner
LastActivityDate|Last Activity|date||N
LastViewedDate|Last Viewed Date|datetime||N
LastReferencedDate|Last Referenced Date|datetime||N
EmailBouncedReason|Email Bounced Reason|string|255|CUN
EmailBouncedDate|Email Bounced Date|datetime||CUN
IsEmailBounced|Is Email Bounced|boolean||D
PhotoUrl|Photo URL|url|255|N
HasOptedOutOfEmail|Email Opt Out|boolean||CUD
HasOptedOutOfFax|Fax Opt Out|boolean||CUD
DoNotCall|Do Not Call|boolean||CUD
Tier__c|Tier|picklist|255|CUNR
Score__c|Score|double|18|CUN
Region__c|Region|string|60|CUN
Health__c|Health|string|1300|NK
Interests__c|Interests|multipicklist|4099|CUN
IsPersonAccount|Is Person Account|boolean||D
@Lead|00Q|Lead|Leads
MasterRecordId|Master Record ID|reference|18|N|Lead|MasterRecord
LastName|Last Name|string|80|CU|||Name
FirstName|First Name|string|40|CUN|||Name
Salutation|Salutation|picklist|40|CUN|||Name
Name|Full Name|string|121
Title|Title|string|128|CUN
Company|Company|string|255|CU
Street|Street|textarea|255|CUN|||Address
City|City|string|40|CUN|||Address
State|State/Province|string|80|CUN|||Address
PostalCode|Zip/Postal Code|string|20|CUN|||Address
Country|Country|string|80|CUN|||Address
Address|Address|address||N
Phone|Phone|phone|40|CUN
MobilePhone|Mobile Phone|phone|40|CUN
Fax|Fax|phone|40|CUN
Email|Email|email|80|CUN
Website|Website|url|255|CUN
PhotoUrl|Photo URL|url|255|N
Description|Description|textarea|32000|CUN
LeadSource|Lead Source|picklist|255|CUN
Status|Status|picklist|255|CUD
Industry|Industry|picklist|255|CUN
Rating|Rating|picklist|255|CUN
AnnualRevenue|Annual Revenue|currency|18|CUN
NumberOfEmployees|Employees|int|8|CUN
OwnerId|Owner ID|reference|18|CUD|Group,User|Owner
IsConverted|Converted|boolean||CD
ConvertedDate|Converted Date|date||N
ConvertedAccountId|Converted Account ID|reference|18|N|Account|ConvertedAccount
ConvertedContactId|Converted Contact ID|reference|18|N|Contact|ConvertedContact
ConvertedOpportunityId|Converted Opportunity ID|reference|18|N|Opportunity|ConvertedOpportunity
IsUnreadByOwner|Unread By Owner|boolean||CUD
LastActivityDate|Last Activity|date||N
LastViewedDate|Last Viewed Date|datetime||N
LastReferencedDate|Last Referenced Date|datetime||N
EmailBouncedReason|Email Bounced Reason|string|255|UN
EmailBouncedDate|Email Bounced Date|datetime||UN
HasOptedOutOfEmail|Email Opt Out|boolean||CUD
HasOptedOutOfFax|Fax Opt Out|boolean||CUD
DoNotCall|Do Not Call|boolean||CUD
Tier__c|Tier|picklist|255|CUNR
Score__c|Score|double|18|CUN
Region__c|Region|string|60|CUN
Health__c|Health|string|1300|NK
Interests__c|Interests|multipicklist|4099|CUN
@Account|001|Account|Accounts
MasterRecordId|Master Record ID|reference|18|N|Account|MasterRecord
Name|Account Name|string|255|CU
Type|Account Type|picklist|40|CUN
ParentId|Parent Account ID|reference|18|CUN|Account|Parent
BillingStreet|Billing Street|textarea|255|CUN|||BillingAddress
BillingCity|Billing City|string|40|CUN|||BillingAddress
BillingState|Billing State/Province|string|80|CUN|||BillingAddress
BillingPostalCode|Billing Zip/Postal Code|string|20|CUN|||BillingAddress
BillingCountry|Billing Country|string|80|CUN|||BillingAddress
BillingAddress|Billing Address|address||N
ShippingStreet|Shipping Street|textarea|255|CUN|||ShippingAddress
ShippingCity|Shipping City|string|40|CUN|||ShippingAddress
ShippingState|Shipping State/Province|string|80|CUN|||ShippingAddress
ShippingPostalCode|Shipping Zip/Postal Code|string|20|CUN|||ShippingAddress
ShippingCountry|Shipping Country|string|80|CUN|||ShippingAddress
ShippingAddress|Shipping Address|address||N
Phone|Account Phone|phone|40|CUN
Fax|Account Fax|phone|40|CUN
AccountNumber|Account Number|string|40|CUN
Website|Website|url|255|CUN
PhotoUrl|Photo URL|url|255|N
Sic|SIC Code|string|20|CUN
Industry|Industry|picklist|40|CUN
AnnualRevenue|Annual Revenue|currency|18|CUN
NumberOfEmployees|Employees|int|8|CUN
Ownership|Ownership|picklist|40|CUN
TickerSymbol|Ticker Symbol|string|20|CUN
Description|Account Description|textarea|32000|CUN
Rating|Account Rating|picklist|40|CUN
Site|Account Site|string|80|CUN
OwnerId|Owner ID|reference|18|CUD|User|Owner
LastActivityDate|Last Activity|date||N
LastViewedDate|Last Viewed Date|datetime||N
LastReferencedDate|Last Referenced Date|datetime||N
IsPartner|Partner Account|boolean||UD
IsCustomerPortal|Customer Portal Account|boolean||UD
ChannelProgramName|Channel Program Name|string|255|N
ChannelProgramLevelName|Channel Program Level Name|string|255|N
AccountSource|Account Source|picklist|40|CUN
IsPersonAccount|Is Person Account|boolean||D
@Opportunity|006|Opportunity|Opportunities
AccountId|Account ID|reference|18|CUN|Account|Account
IsPrivate|Private|boolean||CUD
Name|Name|string|120|CU
Description|Description|textarea|32000|CUN
StageName|Stage|picklist|255|CU
Amount|Amount|currency|18|CUN
Probability|Probability (%)|percent|3|CUND
ExpectedRevenue|Expected Amount|currency|18|N
TotalOpportunityQuantity|Quantity|double|18|CUN
CloseDate|Close Date|date||CU
Type|Opportunity Type|picklist|255|CUN
NextStep|Next Step|string|255|CUN
LeadSource|Lead Source|picklist|255|CUN
IsClosed|Closed|boolean||D
IsWon|Won|boolean||D
ForecastCategory|Forecast Category|picklist|40|R
ForecastCategoryName|Forecast Category|picklist|255|CUNDR
CampaignId|Campaign ID|reference|18|CUN|Campaign|Campaign
HasOpportunityLineItem|Has Line Item|boolean||D
OwnerId|Owner ID|reference|18|CUD|User|Owner
LastActivityDate|Last Activity|date||N
FiscalQuarter|Fiscal Quarter|int|8|N|||Fiscal
FiscalYear|Fiscal Year|int|8|N|||Fiscal
Fiscal|Fiscal Period|string|6|N
ContactId|Contact ID|reference|18|CN|Contact
LastViewedDate|Last Viewed Date|datetime||N
LastReferencedDate|Last Referenced Date|datetime||N
HasOpenActivity|Has Open Activity|boolean||D
HasOverdueTask|Has Overdue Task|boolean||D
@OpportunityContactRole|00K|Opportunity Contact Role|Opportunity Contact Role
OpportunityId|Opportunity ID|reference|18|C|Opportunity|Opportunity
ContactId|Contact ID|reference|18|CU|Contact|Contact
Role|Role|picklist|40|CUN
IsPrimary|Primary|boolean||CUD
@Case|500|Case|Cases
MasterRecordId|Master Record ID|reference|18|N|Case|MasterRecord
CaseNumber|Case Number|string|30|D
ContactId|Contact ID|reference|18|CUN|Contact|Contact
AccountId|Account ID|reference|18|CUN|Account|Account
ParentId|Parent Case ID|reference|18|CUN|Case|Parent
SuppliedName|Name|string|80|CUN
SuppliedEmail|Email Address|email|80|CUN
SuppliedPhone|Phone|string|40|CUN
SuppliedCompany|Company|string|80|CUN
Type|Case Type|picklist|40|CUN
Status|Status|picklist|40|CUND
Reason|Case Reason|picklist|40|CUN
Origin|Case Origin|picklist|40|CUN
Subject|Subject|string|255|CUN
Priority|Priority|picklist|40|CUND
Description|Description|textarea|32000|CUN
IsClosed|Closed|boolean||D
ClosedDate|Closed Date|datetime||N
IsEscalated|Escalated|boolean||CUD
OwnerId|Owner ID|reference|18|CUD|Group,User|Owner
ContactPhone|Contact Phone|phone|40|N
ContactMobile|Contact Mobile|phone|40|N
ContactEmail|Contact Email|email|80|N
ContactFax|Contact Fax|phone|40|N
Comments|Internal Comments|textarea|4000|CUN
LastViewedDate|Last Viewed Date|datetime||N
LastReferencedDate|Last Referenced Date|datetime||N
@Task|00T|Task|Tasks
WhoId|Name ID|reference|18|CUN|Contact,Lead|Who
WhatId|Related To ID|reference|18|CUN|Account,Opportunity,Case,Campaign|What
Subject|Subject|combobox|255|CUN
ActivityDate|Due Date Only|date||CUN
Status|Status|picklist|255|CUD
Priority|Priority|picklist|20|CUD
IsHighPriority|High Priority|boolean||D
Description|Description|textarea|32000|CUN
AccountId|Account ID|reference|18|N|Account|Account
OwnerId|Assigned To ID|reference|18|CUD|Group,User|Owner
IsClosed|Closed|boolean||D
IsArchived|Archived|boolean||D
CompletedDateTime|Completed Date/Time|datetime||N
CallDurationInSeconds|Call Duration|int|8|CUN
CallType|Call Type|picklist|40|CUN
Type|Type|picklist|40|CUN
TaskSubtype|Task Subtype|picklist|40|CN
@Event|00U|Event|Events
WhoId|Name ID|reference|18|CUN|Contact,Lead|Who
WhatId|Related To ID|reference|18|CUN|Account,Opportunity,Case,Campaign|What
Subject|Subject|combobox|255|CUN
Location|Location|string|255|CUN
IsAllDayEvent|All-Day Event|boolean||CUD
ActivityDateTime|Due Date Time|datetime||CUN
ActivityDate|Due Date Only|date||CUN
DurationInMinutes|Duration|int|8|CUN
StartDateTime|Start Date Time|datetime||CUN
EndDateTime|End Date Time|datetime||CUN
Description|Description|textarea|32000|CUN
AccountId|Account ID|reference|18|N|Account|Account
OwnerId|Assigned To ID|reference|18|CUD|Calendar,User|Owner
IsArchived|Archived|boolean||D
Type|Type|picklist|40|CUN
@Campaign|701|Campaign|Campaigns
Name|Name|string|80|CU
Type|Type|picklist|40|CUN
Status|Status|picklist|40|CUN
IsActive|Active|boolean||CUD
StartDate|Start Date|date||CUN
EndDate|End Date|date||CUN
Description|Description|textarea|32000|CUN
OwnerId|Owner ID|reference|18|CUD|User|Owner
@CampaignMember|00v|Campaign Member|Campaign Members
CampaignId|Campaign ID|reference|18|C|Campaign|Campaign
LeadId|Lead ID|reference|18|CN|Lead|Lead
ContactId|Contact ID|reference|18|CN|Contact|Contact
LeadOrContactId|Related Record ID|reference|18|N
Status|Status|picklist|40|CUN
HasResponded|Responded|boolean||D
FirstRespondedDate|First Responded Date|date||N
Name|Name|string|255|N
Type|Type|string|40|N
@User|005|User|Users|IsDeleted
Username|Username|string|80|CU
FirstName|First Name|string|40|CUN|||Name
LastName|Last Name|string|80|CU|||Name
Name|Full Name|string|121
Email|Email|email|128|CU
Alias|Alias|string|8|CU
Title|Title|string|80|CUN
Department|Department|string|80|CUN
CompanyName|Company Name|string|80|CUN
Phone|Phone|phone|40|CUN
IsActive|Active|boolean||CUD
UserType|User Type|picklist|40|N
UserRoleId|Role ID|reference|18|CUN
ProfileId|Profile ID|reference|18|CU|Profile|Profile
TimeZoneSidKey|Time Zone|picklist|40|CU
LocaleSidKey|Locale|picklist|40|CU
LanguageLocaleKey|Language|picklist|40|CU
ContactId|Contact ID|reference|18|N|Contact|Contact
AccountId|Account ID|reference|18|N|Account|Account
@Organization|00D|Organization|Organizations|IsDeleted
Name|Name|string|80|U
IsSandbox|Is Sandbox|boolean||D
OrganizationType|Edition|picklist|40|N
InstanceName|Instance Name|string|5|N
NamespacePrefix|Namespace Prefix|string|15|N
TrialExpirationDate|Trial Expiration Date|datetime||N
LanguageLocaleKey|Language|picklist|40|U
TimeZoneSidKey|Time Zone|picklist|40|U
PrimaryContact|Primary Contact|string|80|UN
@LeadStatus|01J|Lead Status Value|Lead Status Value|IsDeleted
MasterLabel|Master Label|string|255|N
ApiName|API Name|string|255|N
SortOrder|Sort Order|int|8|N
IsDefault|Is Default|boolean||D
IsConverted|Is Converted|boolean||D
@AccountContactRelation|07k|Account Contact Relationship|Account Contact Relationship
AccountId|Account ID|reference|18|C|Account|Account
ContactId|Contact ID|reference|18|C|Contact|Contact
Roles|Roles|multipicklist|4099|CUN
IsDirect|Direct|boolean||D
IsActive|Active|boolean||CUD
StartDate|Start Date|date||CUN
EndDate|End Date|date||CUN
@DuplicateRule|0Bm|Duplicate Rule|Duplicate Rule
SobjectType|Custom Object Definition ID|picklist|40|R
DeveloperName|Object Name|string|80
Language|Master Language|picklist|40|R
MasterLabel|Rule Name|string|80
NamespacePrefix|Namespace Prefix|string|15|N
IsActive|Active|boolean||D
SobjectSubtype|Object Subtype|picklist|255|NDR
@DuplicateRecordSet|0GK|Duplicate Record Set|Duplicate Record Sets
Name|Duplicate Record Set Name|string|255|D
DuplicateRuleId|Duplicate Rule ID|reference|18|CUN|DuplicateRule|DuplicateRule
RecordCount|Record Count|int|9|N
LastViewedDate|Last Viewed Date|datetime||N
LastReferencedDate|Last Referenced Date|datetime||N
@DuplicateRecordItem|0GL|Duplicate Record Item|Duplicate Record Items
Name|Duplicate Record Item Name|string|255|D
DuplicateRecordSetId|Duplicate Record Set ID|reference|18|C|DuplicateRecordSet|DuplicateRecordSet
RecordId|Record ID|reference|18|CU|Account,Contact,Lead|Record
@Note|002|Note|Notes
ParentId|Parent ID|reference|18|C|Account,Contact,Lead,Opportunity,Case|Parent
Title|Title|string|80|CU
IsPrivate|Private|boolean||CUD
Body|Body|textarea|32000|CUN
OwnerId|Owner ID|reference|18|CUD|User|Owner
@Attachment|00P|Attachment|Attachments
ParentId|Parent ID|reference|18|C|Account,Contact,Lead,Opportunity,Case,Campaign,Event,Task|Parent
Name|File Name|string|255|CU
IsPrivate|Private|boolean||CUD
ContentType|Content Type|string|120|CUN
BodyLength|Body Length|int|8|N
OwnerId|Owner ID|reference|18|CUD|User|Owner
Description|Description|textarea|500|CUN
@EmailMessageRelation|0C8|Email Message Relation|Email Message Relations|-modified
EmailMessageId|Email Message ID|reference|18|C
RelationId|Relation ID|reference|18|CUN|Contact,Lead,User|Relation
RelationType|Relation Type|picklist|40|CR
RelationAddress|Relation Address|string|255|CN
RelationObjectType|Relation Object Type|string|50|N
@ContentDocumentLink|06A|ContentDocument Link|ContentDocument Link|-created,-modified
LinkedEntityId|Linked Entity ID|reference|18|C|Account,Contact,Lead,Opportunity,Case,Campaign,Event,Task|LinkedEntity
ContentDocumentId|ContentDocument ID|reference|18|C
ShareType|Share Type|picklist|40|CUNR
Visibility|Visibility|picklist|40|CUN
@RecordType|012|Record Type|Record Types|IsDeleted
Name|Name|string|80|CU
DeveloperName|Record Type Name|string|80|CU
NamespacePrefix|Namespace Prefix|string|15|N
Description|Description|string|255|CUN
BusinessProcessId|Business Process ID|reference|18|CUN
SobjectType|SObject Type Name|picklist|40|CR
IsActive|Active|boolean||UD
@Group|00G|Group|Group|IsDeleted
Name|Name|string|40|CU
DeveloperName|Developer Name|string|80|CUN
RelatedId|Related ID|reference|18|N
Type|Type|picklist|40|C
Email|Email|email|255|CUN
OwnerId|Owner ID|reference|18|N
DoesSendEmailToMembers|Send Email to Members|boolean||CUD
DoesIncludeBosses|Include Bosses|boolean||CUD
@Profile|00e|Profile|Profile|IsDeleted
Name|Name|string|255|CU
UserType|User Type|picklist|40|N
Description|Description|string|255|CUN
@Name||Name|Names
Id|ID|id|18
Name|Name|string|121|N
Type|Type|picklist|40|N
FirstName|First Name|string|40|N
LastName|Last Name|string|80|N
Username|Username|string|80|N
Email|Email|email|128|N
Title|Title|string|128|N
Phone|Phone|phone|40|N
Alias|Alias|string|8|N
IsActive|Active|boolean||D
ProfileId|Profile ID|reference|18|N
UserRoleId|Role ID|reference|18|N
@UserRecordAccess||User Record Access|User Record Access
Id|User Record Access ID|id|18
RecordId|Record ID|picklist|18|N
UserId|User ID|reference|18|N|User|User
HasReadAccess|Has Read Access|boolean||D
HasEditAccess|Has Edit Access|boolean||D
HasDeleteAccess|Has Delete Access|boolean||D
HasTransferAccess|Has Transfer Access|boolean||D
HasAllAccess|Has All Access|boolean||D
MaxAccessLevel|Max Access Level|picklist|40|N
"""

PICKLISTS: dict[str, tuple[str, ...]] = {
    "Salutation": ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx."),
    "LeadSource": ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Event", "Other"),
    "Lead.Status": ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted"),
    "Lead.Rating": ("Hot", "Warm", "Cold"),
    "Industry": (
        "Agriculture", "Banking", "Biotechnology", "Communications", "Construction", "Consulting", "Education",
        "Energy", "Engineering", "Finance", "Government", "Healthcare", "Hospitality", "Insurance", "Manufacturing",
        "Media", "Retail", "Shipping", "Technology", "Telecommunications", "Transportation", "Utilities", "Other",
    ),
    "Interests__c": ("Analytics", "Automation", "Integration", "Reporting", "Security"),
    "AccountContactRelation.Roles": ("Business User", "Decision Maker", "Evaluator", "Executive Sponsor", "Influencer"),
    "Tier__c": ("Platinum", "Gold", "Silver", "Bronze"),
    "Opportunity.StageName": (
        "Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers",
        "Perception Analysis", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost",
    ),
    "Case.Status": ("New", "Working", "Escalated", "Closed"),
    "Case.Priority": ("High", "Medium", "Low"),
    "Case.Origin": ("Phone", "Email", "Web"),
    "Task.Status": ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"),
    "Task.Priority": ("High", "Normal", "Low"),
}  # fmt: skip
"""Picklist values by ``Object.Field``, or by field name for all objects."""
