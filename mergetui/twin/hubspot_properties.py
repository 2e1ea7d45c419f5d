"""The HubSpot contact properties of the twin's portal, as data (names after facts/hubspot.md §5 and §6).

One line a property: ``name|label|type|fieldType|flags``. Flags: R read-only value, C calculated by HubSpot,
U unique, X this portal's own. ``@group|label`` begins a property group. Options are in ``OPTIONS``.
"""

CONTACT = """\
@contactinformation|Contact Information
firstname|First Name|string|text|
lastname|Last Name|string|text|
email|Email|string|text|U
hs_additional_emails|Additional email addresses|enumeration|checkbox|R
phone|Phone Number|string|phonenumber|
mobilephone|Mobile Phone Number|string|phonenumber|
fax|Fax Number|string|phonenumber|
salutation|Salutation|string|text|
jobtitle|Job Title|string|text|
company|Company Name|string|text|
website|Website URL|string|text|
address|Street Address|string|text|
city|City|string|text|
state|State/Region|string|text|
zip|Postal Code|string|text|
country|Country/Region|string|text|
industry|Industry|string|text|
message|Message|string|textarea|
date_of_birth|Date of Birth|string|text|
hs_language|Preferred language|enumeration|select|
hubspot_owner_id|Contact owner|enumeration|select|O
hubspot_team_id|HubSpot team|enumeration|select|R
lifecyclestage|Lifecycle Stage|enumeration|radio|
hs_lead_status|Lead Status|enumeration|radio|
hs_persona|Persona|enumeration|select|
hs_legal_basis|Legal basis for processing contact's data|enumeration|checkbox|
createdate|Create Date|datetime|date|R
lastmodifieddate|Last Modified Date|datetime|date|R
hs_object_id|Record ID|number|number|R
hs_object_source|Record creation source|enumeration|select|R
hs_object_source_label|Record source|enumeration|select|R
hs_was_imported|Was Imported|bool|booleancheckbox|R
hs_merged_object_ids|Merged Contact IDs|enumeration|checkbox|R
hs_calculated_merged_vids|Merged vids with timestamps of a contact|string|text|RC
hs_all_contact_vids|All vids for a contact|enumeration|checkbox|R
hs_searchable_calculated_phone_number|Calculated Phone Number without country code|string|text|RC
hs_searchable_calculated_mobile_number|Calculated Mobile Number without country code|string|text|RC
associatedcompanyid|Primary Associated Company ID|number|number|R
hs_marketable_status|Marketing contact status|enumeration|booleancheckbox|R
hs_marketable_reason_type|Marketing contact status source type|enumeration|text|R
@emailinformation|Email Information
hs_email_delivered|Marketing emails delivered|number|number|R
hs_email_open|Marketing emails opened|number|number|R
hs_email_click|Marketing emails clicked|number|number|R
hs_email_replied|Marketing emails replied|number|number|R
hs_email_bounce|Marketing emails bounced|number|number|R
hs_email_first_send_date|First marketing email send date|datetime|date|R
hs_email_first_open_date|First marketing email open date|datetime|date|R
hs_email_first_click_date|First marketing email click date|datetime|date|R
hs_email_first_reply_date|First marketing email reply date|datetime|date|R
hs_email_last_send_date|Last marketing email send date|datetime|date|R
hs_email_last_open_date|Last marketing email open date|datetime|date|R
hs_email_last_click_date|Last marketing email click date|datetime|date|R
hs_email_last_reply_date|Last marketing email reply date|datetime|date|R
hs_email_last_email_name|Last marketing email name|string|text|R
hs_email_sends_since_last_engagement|Sends since last engagement|number|number|R
hs_email_optout|Unsubscribed from all email|bool|booleancheckbox|R
hs_email_bad_address|Invalid email address|bool|booleancheckbox|R
hs_email_hard_bounce_reason_enum|Email hard bounce reason|enumeration|select|R
hs_email_quarantined|Email Address Quarantined|bool|booleancheckbox|R
hs_email_domain|Email Domain|string|text|R
@sales_properties|Sales Properties
hs_sales_email_last_opened|Recent Sales Email Opened Date|datetime|date|R
hs_sales_email_last_clicked|Recent Sales Email Clicked Date|datetime|date|R
hs_sales_email_last_replied|Recent Sales Email Replied Date|datetime|date|R
num_notes|Number of Sales Activities|number|number|R
num_contacted_notes|Number of times contacted|number|number|R
notes_last_contacted|Last Contacted|datetime|date|R
notes_last_updated|Last Activity Date|datetime|date|R
notes_next_activity_date|Next Activity Date|datetime|date|R
hs_last_sales_activity_timestamp|Last Engagement Date|datetime|date|R
hs_last_sales_activity_type|Last Engagement Type|enumeration|select|R
hs_latest_meeting_activity|Latest meeting activity|datetime|date|R
engagements_last_meeting_booked|Date of last meeting booked|datetime|date|R
engagements_last_meeting_booked_campaign|Campaign of last booking in meetings tool|string|text|R
engagements_last_meeting_booked_medium|Medium of last booking in meetings tool|string|text|R
engagements_last_meeting_booked_source|Source of last booking in meetings tool|string|text|R
hs_sequences_is_enrolled|Currently in Sequence|bool|booleancheckbox|R
hs_sequences_enrolled_count|Number of sequences enrolled|number|number|R
hs_sequences_actively_enrolled_count|Number of active sequence enrollments|number|number|R
hs_latest_sequence_enrolled_date|Last sequence enrolled date|datetime|date|R
@conversioninformation|Conversion Information
num_conversion_events|Number of Form Submissions|number|number|R
num_unique_conversion_events|Number of Unique Forms Submitted|number|number|R
first_conversion_date|First Conversion Date|datetime|date|R
first_conversion_event_name|First Conversion|string|text|R
recent_conversion_date|Recent Conversion Date|datetime|date|R
recent_conversion_event_name|Recent Conversion|string|text|R
hs_calculated_form_submissions|All form submissions for a contact|enumeration|checkbox|RC
@analyticsinformation|Web Analytics History
hs_analytics_num_page_views|Number of Pageviews|number|number|R
hs_analytics_num_visits|Number of Sessions|number|number|R
hs_analytics_num_event_completions|Number of event completions|number|number|R
hs_analytics_first_timestamp|Time First Seen|datetime|date|R
hs_analytics_last_timestamp|Time Last Seen|datetime|date|R
hs_analytics_first_url|First Page Seen|string|text|R
hs_analytics_last_url|Last Page Seen|string|text|R
hs_analytics_source|Original Traffic Source|enumeration|select|R
hs_analytics_source_data_1|Original Traffic Source Drill-Down 1|string|text|R
hs_analytics_source_data_2|Original Traffic Source Drill-Down 2|string|text|R
hs_latest_source|Latest Traffic Source|enumeration|select|R
@deal_information|Deal Information
num_associated_deals|Number of Associated Deals|number|number|R
recent_deal_amount|Recent Deal Amount|number|number|R
recent_deal_close_date|Recent Deal Close Date|datetime|date|R
total_revenue|Total Revenue|number|number|R
@scores|Scores
hubspotscore|HubSpot Score|number|number|R
hs_predictivecontactscore_v2|Likelihood to close|number|number|R
hs_predictivescoringtier|Contact priority|enumeration|select|R
lead_score|Lead score|number|number|X
@own|Own properties
persona_notes|Persona notes|string|textarea|X
preferred_language|Preferred language|string|text|X
tier__c|Tier|string|text|X
region__c|Region|string|text|X
@salesforceinformation|Salesforce Information
salesforcecontactid|Salesforce Contact ID|string|text|R
salesforceleadid|Salesforce Lead ID|string|text|R
salesforceaccountid|Salesforce Account ID|string|text|R
salesforcelastsynctime|Last Salesforce Sync Time|datetime|date|R
salesforcedeleted|Salesforce Deleted|bool|booleancheckbox|R
salesforceopportunitystage|Opportunity Stage|string|text|R
salesforceownerid|Salesforce Owner Id|string|text|R
salesforceowneremail|Salesforce Owner Email|string|text|R
salesforcecampaignids|Salesforce Campaign IDs|enumeration|checkbox|R
sfcampaignid|Form Salesforce Campaign|string|text|R
leadsource|Lead Source|string|text|
"""

LIFECYCLE = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
"""Lifecycle stages from the top of the funnel down: (value, label)."""

_SOURCES = (
    ("ORGANIC_SEARCH", "Organic search"),
    ("PAID_SEARCH", "Paid search"),
    ("EMAIL_MARKETING", "Email marketing"),
    ("SOCIAL_MEDIA", "Organic social"),
    ("REFERRALS", "Referrals"),
    ("OTHER_CAMPAIGNS", "Other campaigns"),
    ("DIRECT_TRAFFIC", "Direct traffic"),
    ("OFFLINE", "Offline sources"),
    ("PAID_SOCIAL", "Paid social"),
)

OPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "lifecyclestage": LIFECYCLE,
    "hs_analytics_source": _SOURCES,
    "hs_latest_source": _SOURCES,
    "hs_language": (
        ("en", "English"),
        ("de", "German"),
        ("fr", "French"),
        ("es", "Spanish"),
        ("it", "Italian"),
        ("pt", "Portuguese"),
        ("ja", "Japanese"),
    ),
    "hs_lead_status": (
        ("NEW", "New"),
        ("OPEN", "Open"),
        ("IN_PROGRESS", "In Progress"),
        ("OPEN_DEAL", "Open Deal"),
        ("UNQUALIFIED", "Unqualified"),
        ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
        ("CONNECTED", "Connected"),
        ("BAD_TIMING", "Bad Timing"),
    ),
    "hs_legal_basis": (
        ("Legitimate interest – existing customer", "Legitimate interest – existing customer"),
        ("Legitimate interest – prospect/lead", "Legitimate interest – prospect/lead"),
        ("Performance of a contract", "Performance of a contract"),
        ("Freely given consent from contact", "Freely given consent from contact"),
        ("Not applicable", "Not applicable"),
    ),
    "hs_marketable_status": (
        ("true", "Marketing contact"),
        ("false", "Non-marketing contact"),
    ),
}
"""Options by property: (value, label) in display order."""

SUMMED = (
    "num_conversion_events",
    "num_unique_conversion_events",
    "hs_analytics_num_page_views",
    "hs_analytics_num_visits",
    "hs_analytics_num_event_completions",
    "num_notes",
    "num_contacted_notes",
)
"""Counters that a merge adds up (facts/hubspot.md §4)."""

EARLIEST = ("createdate", "first_conversion_date", "hs_analytics_first_timestamp", "notes_next_activity_date")
LATEST = (
    "hs_latest_meeting_activity",
    "engagements_last_meeting_booked",
    "hs_latest_sequence_enrolled_date",
    "recent_deal_close_date",
    "recent_conversion_date",
    "hs_analytics_last_timestamp",
    "notes_last_contacted",
    "notes_last_updated",
    "hs_last_sales_activity_timestamp",
    "hs_sales_email_last_opened",
    "hs_sales_email_last_clicked",
    "hs_sales_email_last_replied",
)
FOLLOWS = {
    "first_conversion_event_name": "first_conversion_date",
    "hs_analytics_first_url": "hs_analytics_first_timestamp",
    "hs_analytics_source": "hs_analytics_first_timestamp",
    "hs_analytics_source_data_1": "hs_analytics_first_timestamp",
    "hs_analytics_source_data_2": "hs_analytics_first_timestamp",
    "recent_conversion_event_name": "recent_conversion_date",
    "hs_analytics_last_url": "hs_analytics_last_timestamp",
    "hs_latest_source": "hs_analytics_last_timestamp",
    "hs_last_sales_activity_type": "hs_last_sales_activity_timestamp",
    "recent_deal_amount": "recent_deal_close_date",
    "engagements_last_meeting_booked_campaign": "engagements_last_meeting_booked",
    "engagements_last_meeting_booked_medium": "engagements_last_meeting_booked",
    "engagements_last_meeting_booked_source": "engagements_last_meeting_booked",
}
"""Property → the dated property whose owner gives its value in a merge."""
