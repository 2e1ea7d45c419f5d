"""The properties of HubSpot's objects beside contacts, as data in the form of ``hubspot_properties``.

Only what the twin's people carry and what clients write every day; names after facts/hubspot.md §5 and §6.
"""

_STAMPS = """\
createdate|Create Date|datetime|date|R
hs_lastmodifieddate|Last Modified Date|datetime|date|R
hs_object_id|Record ID|number|number|R
hubspot_owner_id|Owner|enumeration|select|O
"""

_ENGAGEMENT = """\
@engagement|Activity
hs_timestamp|Activity date|datetime|date|
hs_createdate|Create date|datetime|date|R
hs_lastmodifieddate|Last modified date|datetime|date|R
hs_object_id|Record ID|number|number|R
hubspot_owner_id|Activity assigned to|enumeration|select|O
hs_body_preview|Body preview|string|text|R
hs_attachment_ids|Attached file IDs|enumeration|checkbox|
hs_createdbyuserid|Created by user ID|number|number|R
"""

OBJECTS: dict[str, str] = {
    "companies": f"""\
@companyinformation|Company information
name|Company name|string|text|
domain|Company Domain Name|string|text|
website|Website URL|string|text|
phone|Phone Number|string|phonenumber|
address|Street Address|string|text|
city|City|string|text|
state|State/Region|string|text|
zip|Postal Code|string|text|
country|Country/Region|string|text|
industry|Industry|string|text|
description|Description|string|textarea|
numberofemployees|Number of Employees|number|number|
annualrevenue|Annual Revenue|number|number|
lifecyclestage|Lifecycle Stage|enumeration|radio|
num_associated_contacts|Number of Associated Contacts|number|number|RC
hs_merged_object_ids|Merged Company IDs|enumeration|checkbox|R
{_STAMPS}@salesforceinformation|Salesforce Information
salesforceaccountid|Salesforce Account ID|string|text|R
salesforcelastsynctime|Last Salesforce Sync Time|datetime|date|R
salesforcedeleted|Salesforce Deleted|bool|booleancheckbox|R
""",
    "deals": f"""\
@dealinformation|Deal Information
dealname|Deal Name|string|text|
amount|Amount|number|number|
dealstage|Deal Stage|enumeration|radio|
pipeline|Pipeline|enumeration|select|
closedate|Close Date|datetime|date|
dealtype|Deal Type|enumeration|radio|
description|Deal Description|string|textarea|
hs_is_closed|Is Closed|bool|booleancheckbox|RC
hs_is_closed_won|Is Closed Won|bool|booleancheckbox|RC
hs_salesforceopportunityid|Salesforce Opportunity ID|string|text|R
hs_merged_object_ids|Merged Deal IDs|enumeration|checkbox|R
{_STAMPS}""",
    "tickets": f"""\
@ticketinformation|Ticket information
subject|Ticket name|string|text|
content|Ticket description|string|textarea|
hs_pipeline|Pipeline|enumeration|select|
hs_pipeline_stage|Ticket status|enumeration|radio|
hs_ticket_category|Category|enumeration|checkbox|
hs_ticket_priority|Priority|enumeration|select|
closed_date|Close date|datetime|date|R
hs_is_closed|Is Closed|bool|booleancheckbox|RC
hs_merged_object_ids|Merged Ticket IDs|enumeration|checkbox|R
{_STAMPS}""",
    "emails": f"""{_ENGAGEMENT}\
hs_email_subject|Email subject|string|text|
hs_email_text|Email body|string|textarea|
hs_email_html|Email HTML|string|html|
hs_email_headers|Email headers|string|textarea|
hs_email_direction|Email direction|enumeration|select|
hs_email_status|Email send status|enumeration|select|
hs_email_from_email|Email from address|string|text|R
hs_email_to_email|Email to address|string|text|R
hs_email_open_count|Number of email opens|number|number|R
hs_email_click_count|Number of email clicks|number|number|R
hs_email_reply_count|Number of email replies|number|number|R
""",
    "calls": f"""{_ENGAGEMENT}\
hs_call_title|Call Title|string|text|
hs_call_body|Call notes|string|html|
hs_call_direction|Call direction|enumeration|select|
hs_call_disposition|Call outcome|enumeration|select|
hs_call_duration|Call duration|number|number|
hs_call_status|Call status|enumeration|select|
hs_call_from_number|From Number|string|text|
hs_call_to_number|To Number|string|text|
""",
    "meetings": f"""{_ENGAGEMENT}\
hs_meeting_title|Meeting name|string|text|
hs_meeting_body|Meeting description|string|html|
hs_meeting_location|Meeting location|string|text|
hs_meeting_outcome|Meeting outcome|enumeration|select|
hs_meeting_start_time|Meeting start time|datetime|date|
hs_meeting_end_time|Meeting end time|datetime|date|
hs_internal_meeting_notes|Internal meeting notes|string|html|
""",
    "notes": f"""{_ENGAGEMENT}\
hs_note_body|Note body|string|html|
""",
    "tasks": f"""{_ENGAGEMENT}\
hs_task_subject|Task Title|string|text|
hs_task_body|Task Notes|string|html|
hs_task_status|Task Status|enumeration|select|
hs_task_priority|Priority|enumeration|select|
hs_task_type|Task Type|enumeration|select|
hs_task_completion_date|Completed at|datetime|date|R
""",
    "communications": f"""{_ENGAGEMENT}\
hs_communication_body|Communication body|string|html|
hs_communication_channel_type|Channel type|enumeration|select|
hs_communication_logged_from|Logged from|enumeration|select|
""",
    "leads": f"""\
@leadinformation|Lead information
hs_lead_name|Lead Name|string|text|
hs_lead_type|Lead Type|enumeration|select|
hs_lead_label|Lead Label|enumeration|select|
hs_pipeline|Pipeline|enumeration|select|
hs_pipeline_stage|Lead Stage|enumeration|radio|
{_STAMPS.replace("createdate", "hs_createdate")}""",
}
"""Object type → its properties."""

DEFAULTS: dict[str, tuple[str, ...]] = {
    "companies": ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    "deals": (
        "amount",
        "closedate",
        "createdate",
        "dealname",
        "dealstage",
        "hs_lastmodifieddate",
        "hs_object_id",
        "pipeline",
    ),
    "tickets": (
        "content",
        "createdate",
        "hs_lastmodifieddate",
        "hs_object_id",
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_ticket_category",
        "hs_ticket_priority",
        "subject",
    ),
}
"""What a read shows when no property is asked for; of activities their stamps only."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "emails": ("hs_timestamp", "hs_email_direction"),
    "calls": ("hs_timestamp",),
    "meetings": ("hs_timestamp",),
    "notes": ("hs_timestamp",),
    "tasks": ("hs_timestamp",),
    "communications": (),
    "tickets": ("subject", "hs_pipeline_stage"),
    "leads": ("hs_lead_name",),
}
"""What a create must carry."""

SEARCHED: dict[str, tuple[str, ...]] = {
    "companies": ("name", "domain", "website", "phone"),
    "deals": ("dealname", "pipeline", "dealstage", "description", "dealtype"),
    "tickets": ("subject", "content", "hs_pipeline_stage", "hs_ticket_category"),
    "emails": ("hs_email_subject",),
    "calls": ("hs_call_title", "hs_body_preview"),
    "meetings": ("hs_meeting_title", "hs_meeting_body"),
    "notes": ("hs_note_body",),
    "tasks": ("hs_task_subject", "hs_task_body"),
    "communications": ("hs_communication_body",),
    "leads": ("hs_lead_name",),
}
"""Where the ``query`` of a search looks."""

OBJECT_OPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "hs_email_direction": (("EMAIL", "Outgoing"), ("INCOMING_EMAIL", "Incoming"), ("FORWARDED_EMAIL", "Forwarded")),
    "hs_email_status": (
        ("BOUNCED", "Bounced"),
        ("FAILED", "Failed"),
        ("SCHEDULED", "Scheduled"),
        ("SENDING", "Sending"),
        ("SENT", "Sent"),
    ),
    "hs_task_status": (
        ("NOT_STARTED", "Not started"),
        ("IN_PROGRESS", "In progress"),
        ("WAITING", "Waiting"),
        ("COMPLETED", "Completed"),
        ("DEFERRED", "Deferred"),
    ),
    "hs_task_priority": (("LOW", "Low"), ("MEDIUM", "Medium"), ("HIGH", "High")),
}
