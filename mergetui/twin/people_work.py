"""What the sandbox people do all day, as data: jobs, e-mails, forms, pages, calls, deals. All of it is invented."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

DEPARTMENTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Sales", ("Head of Sales", "Sales Manager", "Account Executive", "Vice President Sales", "Sales", "Key Account Manager")),
    ("Marketing", ("Marketing Director", "Marketing Manager", "Content Lead", "Brand Manager", "Demand Generation Manager")),
    ("Finance", ("Chief Financial Officer", "Controller", "Accountant", "Finance Manager", "Head of Accounts Payable")),
    ("IT", ("Chief Information Officer", "IT Manager", "System Administrator", "Software Engineer", "Data Analyst")),
    ("Procurement", ("Head of Procurement", "Purchasing Manager", "Buyer", "Category Manager")),
    ("Operations", ("Chief Operating Officer", "Operations Manager", "Plant Manager", "Logistics Coordinator")),
    ("Human Resources", ("HR Director", "HR Business Partner", "Recruiter", "Office Manager")),
    ("Management", ("Managing Director", "Chief Executive Officer", "Founder", "Owner", "Assistant to the Managing Director")),
    ("Travel", ("Travel Manager", "Event Manager", "Mobility Lead", "Executive Assistant")),
)

SHORT_TITLES = (
    ("Vice President", "VP"), ("Chief Financial Officer", "CFO"), ("Chief Information Officer", "CIO"),
    ("Chief Operating Officer", "COO"), ("Chief Executive Officer", "CEO"), ("Manager", "Mgr"),
    ("Director", "Dir."), ("Managing", "Mng."), ("Human Resources", "HR"), ("Head of", "Lead,"),
)

LOCAL_TITLES: dict[str, tuple[str, ...]] = {
    "de": ("Geschäftsführer", "Vertriebsleiter", "Einkaufsleiter", "Leiter IT"),
    "fr": ("Directeur commercial", "Responsable achats", "Chargée de mission", "PDG"),
    "es": ("Director Comercial", "Jefe de Compras", "Gerente General"),
    "it": ("Responsabile Acquisti", "Direttore Commerciale", "Amministratore Delegato"),
    "pl": ("Dyrektor Handlowy", "Kierownik Zakupów", "Prezes Zarządu"),
    "ja": ("営業部長", "代表取締役", "購買課長", "Sales Manager"),
    "zh-cn": ("采购经理", "总经理", "市场总监", "Sales Director"),
    "ko": ("영업부장", "대표이사", "구매팀장"),
    "pt-br": ("Diretor Comercial", "Gerente de Compras", "Coordenadora de Viagens"),
    "sv": ("Försäljningschef", "Inköpschef", "VD"),
}

INDUSTRIES = (
    "Agriculture", "Banking", "Biotechnology", "Communications", "Construction", "Consulting", "Education", "Energy",
    "Engineering", "Finance", "Healthcare", "Hospitality", "Insurance", "Manufacturing", "Media", "Retail",
    "Shipping", "Technology", "Transportation",
)
LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Event", "Other")
TIERS = ("Platinum", "Gold", "Silver", "Bronze")
LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted")

EMAILS = (
    "Spring fares are here", "Your quarterly travel report", "Webinar: duty of care in 2026", "New rail partners",
    "5 ways to cut travel spend", "Product news: March", "Summer fares are here", "Invitation: customer day in Lisbon",
    "Expense policy checklist", "Case study: 38 % fewer no-shows", "Product news: June", "Autumn rates, early birds",
    "Webinar: carbon budgets that work", "Holiday opening hours", "Product news: September", "What changed in VAT rules",
    "Your renewal is coming up", "Trade fair tickets for you", "Winter fares are here", "Happy new year from the team",
    "Survey: how are we doing?", "Last call: customer day", "Release notes 8.2", "Meet us in Frankfurt",
)
FORMS = (
    "Contact us", "Demo request", "Newsletter sign-up", "Download: travel policy template", "Webinar registration",
    "Pricing request", "Trade fair appointment", "Download: ROI calculator", "Support form", "Survey 2026",
)
PAGES = (
    ("/", "Home"), ("/pricing", "Pricing"), ("/product/booking", "Booking tool"), ("/product/expenses", "Expenses"),
    ("/customers", "Customer stories"), ("/blog/carbon-budgets", "Blog: carbon budgets"), ("/contact", "Contact"),
    ("/webinars/duty-of-care", "Webinar: duty of care"), ("/careers", "Careers"), ("/docs/api", "API docs"),
    ("/blog/vat-rules", "Blog: VAT rules"), ("/demo", "Book a demo"), ("/compare/spreadsheets", "Us or spreadsheets?"),
)
SOURCES = (
    "ORGANIC_SEARCH", "PAID_SEARCH", "EMAIL_MARKETING", "SOCIAL_MEDIA", "REFERRALS", "DIRECT_TRAFFIC", "OFFLINE",
)

SALES_EMAILS = (
    "Re: offer",
    "Our call on Tuesday",
    "Documents as promised",
    "Introduction",
    "Re: contract draft",
    "Thank you",
)
CALLS = ("Discovery call", "Follow-up", "Renewal call", "No answer, left voicemail", "Pricing questions")
MEETINGS = ("Product demo", "Quarterly review", "Kick-off", "Lunch at the fair", "Contract negotiation")
NOTES = (
    "Prefers to be called in the morning.", "Met at the fair, very interested in rail.", "Budget decided in Q4.",
    "Asked for references from the same industry.", "Do not mention the old contract.", "Knows our CTO from university.",
    "Will change jobs in spring?", "Wants invoices by post.",
)
TASKS = ("Send offer", "Call back", "Check contract", "Send brochure", "Prepare renewal", "Update address")
DEALS = ("Travel platform", "Expense module", "Renewal", "Rail add-on", "Pilot 20 seats", "Group bookings")
TICKETS = ("Login does not work", "Invoice is wrong", "Missing booking", "App is slow", "Question about VAT")
CASES = ("Cannot download invoice", "Booking shows twice", "Password reset mail missing", "Refund not received")
OPEN_STAGES = ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "contractsent")
OPPORTUNITY_STAGES = ("Prospecting", "Qualification", "Needs Analysis", "Proposal/Price Quote", "Negotiation/Review")
ROLES = ("Decision Maker", "Economic Buyer", "Evaluator", "Technical Buyer", "Influencer", "Executive Sponsor")
DESCRIPTIONS = (
    "Came in through the webinar in May. Has a team of 12.", "Long-standing customer, pays late but pays.",
    "Was our champion at the previous employer.", "Asked not to be contacted in August.",
    "Imported from the 2019 trade-fair list.\nCheck the address before sending anything.",
    "VIP. All discounts go through the owner.", "Second contact for invoices.",
)
PERSONA_NOTES = (
    "Cost saver",
    "Likes data",
    "Event person",
    "Needs references",
    "Decides alone",
    "Sceptical, was burnt before",
)

CAMPAIGNS = (
    ("Trade fair Frankfurt 2025", "Trade Show"), ("Webinar duty of care", "Webinar"), ("Spring mailing 2026", "Email"),
    ("Customer day Lisbon", "Conference"), ("Partner referrals 2026", "Referral Program"), ("Rail launch", "Advertisement"),
    ("Renewals Q4", "Email"), ("Win-back 2026", "Email"),
)
STATIC_LISTS = (
    ("Trade fair Frankfurt 2025", "MANUAL"), ("Customer day Lisbon: invited", "MANUAL"), ("Beta testers", "MANUAL"),
    ("Christmas cards", "MANUAL"), ("Reference customers", "MANUAL"), ("Do not send paper", "MANUAL"),
    ("Import March 2024", "SNAPSHOT"), ("Webinar duty of care: attendees", "SNAPSHOT"),
)
SUBSCRIPTIONS = {
    "4000101": "Marketing information",
    "4000102": "Customer service",
    "4000103": "Product news",
    "4000104": "One to one",
}

COLLEAGUES = (
    ("Maya", "Ruiz", "Account Executive"), ("Tom", "Eriksen", "Sales Manager"), ("Nadia", "Haddad", "Account Executive"),
    ("Kenji", "Mori", "Sales Development"), ("Ines", "Carvalho", "Customer Success"), ("Paul", "Obi", "Account Executive"),
    ("Greta", "Lindner", "Marketing Manager"), ("Sam", "Whitlock", "Customer Success"),
)
FORMER = ("Viktor", "Halloran", "Account Executive")
"""Left the company: an inactive user who still owns people."""

SCENARIO_SURNAMES = {
    "T01": "Quillfeather", "T02": "Ravensworth", "T03": "Applegarth", "T04": "Brambleby", "T05": "Merriweather",
    "T06": "Dunnockford", "T07": "Thornquist", "T08": "Fernsby", "T09": "Winterbottom", "T10": "Larkinshaw",
    "T11": "Gatherpole", "T12": "Sternhagen", "T13": "Copperthwaite", "T14": "Villanova", "T15": "Featherstonehaugh",
    "T16": "Midgewater", "T17": "Oxenholme", "T18": "Yarborough", "T19": "Penhaligon", "T20": "Jessamine",
    "T21": "Underhill", "T22": "Kingsnorth", "T22b": "Hollingberry", "T23": "Outerbridge", "T24": "Zouchfield",
    "T25": "Staleham", "T26": "Bickerstaff", "T27": "Ivelchester", "T28": "Lockswood", "T29": "Ambercroft",
}
"""Surnames that no culture has: the pair that ``--scenario`` asks for is found by them."""
