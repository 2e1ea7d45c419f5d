"""Word lists that normalising looks at: legal forms, placeholders, mailboxes. All lower case ASCII."""

# ruff: noqa: SIM905 - a split text is read and changed more easily than hundreds of quoted words

from __future__ import annotations

PLACEHOLDERS: frozenset[str] = frozenset(
    "|na|n a|none|null|nil|unknown|unbekannt|desconocido|inconnu|not provided|not available|not applicable|not set|"
    "no name|noname|no last name|no first name|lastname|firstname|last name|first name|nachname|vorname|tbd|tba|tbc|"
    "test|xxx|xx|x|contact|lead|blank|empty|missing|anonymous|undefined|sin nombre|k a|keine angabe|to be confirmed|"
    "do not use|n n|nn|default|dummy|asdf|abc|company|no company|self|self employed|selfemployed|freelance|"
    "freelancer|private|privat|individual|particulier|particular|personal|retired|student|home|household".split("|")
)
"""After normalising; ``[not provided]`` and ``n/a`` become ``not provided`` and ``n a``."""

LEGAL_FORMS: frozenset[str] = frozenset(
    "ab ag as asa aps bhd bv bvba ca cia co company corp corporation cv doo dba eeig ehf eood eurl gbr gmbh gesmbh "
    "inc incorporated ind jsc k kft kg kgaa kk kabushiki kaisha lda llc llp limited ltd ltda lp mbh nv nyrt oao ooo "
    "ou oy oyj oyab pjsc plc plt pt pte pty pvt private public rt s sa sab sae sal sapi sarl sas sasu sc sca scs se "
    "sia sl sll slu snc soc societe spa sprl spzoo sp z o zoo srl sro spol s r ste sti tbk ug uab vof zrt zao a g "
    "the and und et y i e hf hb kb ks dd ad ead as anonim sirketi san tic limitada anonima sociedad gesellschaft "
    "co,ltd fzc fze fzco wll".split()
)

FREE_MAIL: frozenset[str] = frozenset(
    "gmail googlemail outlook hotmail live msn yahoo ymail rocketmail icloud me mac aol gmx web t-online freenet "
    "proton protonmail pm mail inbox yandex ya rambler bk list zoho fastmail hey tutanota tuta posteo mailbox orange "
    "wanadoo free sfr laposte libero virgilio tiscali alice tin seznam centrum wp o2 onet interia op abv uol bol terra "
    "ig qq 163 126 sina foxmail naver daum hanmail kakao rediffmail comcast verizon att sbcglobal bellsouth cox "
    "btinternet btopenworld ntlworld virginmedia sky talktalk telenet skynet ziggo kpnmail planet xs4all bluewin "
    "hispeed telia bigpond optusnet webmail email".split()
)
"""First labels of the domains where private mailboxes live; the country behind the dot does not matter."""

MUCH_USED_MAIL: tuple[str, ...] = (
    "gmail",
    "googlemail",
    "hotmail",
    "outlook",
    "yahoo",
    "icloud",
    "rediffmail",
    "protonmail",
)
"""What one slip of the finger leads to these was meant to be them."""

MISTYPED_ENDINGS: dict[str, str] = dict.fromkeys(
    "con cm comm ocm cmo vom cpm xom com. c0m coom comn coml cim clm ccom".split(), "com"
)

COUNTRY_CODES: frozenset[str] = frozenset(
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 "
    "86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 "
    "237 238 239 240 241 242 243 244 245 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 "
    "268 269 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 380 381 382 383 "
    "385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 509 590 591 592 593 594 595 596 597 598 599 670 673 "
    "675 676 677 678 679 852 853 855 856 880 886 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 "
    "992 993 994 995 996 998".split()
)

ROLES: frozenset[str] = frozenset(
    "info sales support contact hello office admin administrator mail team service services help helpdesk billing "
    "accounts accounting accountspayable ap ar finance hr jobs careers marketing press pr media news newsletter "
    "noreply no-reply donotreply postmaster webmaster hostmaster root abuse security legal privacy orders order "
    "purchasing procurement reception frontdesk enquiries enquiry inquiries general booking bookings reservations "
    "kontakt kundenservice vertrieb einkauf buchhaltung verwaltung empfang bewerbung contacto ventas compras "
    "administracion recepcion comercial facturacion contabilidad accueil commercial ventes achats comptabilite "
    "secretariat contatti vendite acquisti amministrazione segreteria contato vendas compras biuro sprzedaz "
    "sekretariat zentrale poststelle family familie famille test none null".split()
)
"""Mailboxes of a job or a house, not of a human."""

SUFFIXES: dict[str, str] = {
    "jr": "jr", "jnr": "jr", "junior": "jr", "filho": "jr", "hijo": "jr", "ii": "ii", "2nd": "ii", "iii": "iii",
    "3rd": "iii", "iv": "iv", "4th": "iv", "sr": "sr", "snr": "sr", "senior": "sr", "neto": "neto",
}  # fmt: skip

TITLES: frozenset[str] = frozenset(
    "mr mrs ms miss mx dr prof professor sir dame herr frau mme mlle monsieur madame sra srta senor senora "
    "ing dipl mag phd mba esq rev hon dott dottssa sig signor signora drs ir".split()
)

SALUTATIONS: frozenset[str] = frozenset("mr mrs ms miss mx dr prof herr frau mme mlle".split())
"""Titles that are nobody's name even where they stand alone."""

MALE: frozenset[str] = frozenset("mr herr monsieur m sr senor sig signor sir pan hr".split())
FEMALE: frozenset[str] = frozenset("mrs ms miss frau mme mlle madame sra srta senora signora dame pani fr".split())

PARTICLES: frozenset[str] = frozenset(
    "van von der den de del della di da das do dos du la le el al bin ibn ben ter ten zu zum zur af av y e".split()
)

COMPANY_WORDS: frozenset[str] = frozenset(
    "group gruppe groupe grupo gruppo holding holdings international intl global worldwide europe emea apac americas "
    "north south east west deutschland germany france espana spain italia italy uk usa us america polska poland india "
    "china japan nederland netherlands austria schweiz switzerland suisse belgium sverige sweden norge norway danmark "
    "denmark canada australia ireland brasil brazil mexico turkiye turkey".split()
)
"""What a company's name may end with or not, and still be the same company to those who type it."""

COUNTRIES: dict[str, str] = {
    "usa": "us", "united states": "us", "united states of america": "us", "u s a": "us", "u s": "us", "uk": "gb",
    "united kingdom": "gb", "great britain": "gb", "england": "gb", "scotland": "gb", "wales": "gb", "germany": "de",
    "deutschland": "de", "france": "fr", "spain": "es", "espana": "es", "italy": "it", "italia": "it",
    "netherlands": "nl", "the netherlands": "nl", "nederland": "nl", "holland": "nl", "austria": "at",
    "osterreich": "at", "switzerland": "ch", "schweiz": "ch", "suisse": "ch", "poland": "pl", "polska": "pl",
    "brazil": "br", "brasil": "br", "mexico": "mx", "japan": "jp", "nippon": "jp", "china": "cn", "india": "in",
    "sweden": "se", "sverige": "se", "norway": "no", "norge": "no", "denmark": "dk", "danmark": "dk", "finland": "fi",
    "suomi": "fi", "ireland": "ie", "eire": "ie", "portugal": "pt", "greece": "gr", "turkey": "tr", "turkiye": "tr",
    "canada": "ca", "australia": "au", "belgium": "be", "czech republic": "cz", "czechia": "cz", "south korea": "kr",
    "korea": "kr", "republic of korea": "kr", "russia": "ru", "ukraine": "ua",
    "hungary": "hu", "magyarorszag": "hu", "romania": "ro", "bulgaria": "bg", "croatia": "hr", "hrvatska": "hr",
    "slovakia": "sk", "slovensko": "sk", "slovenia": "si", "slovenija": "si", "serbia": "rs", "srbija": "rs",
    "lithuania": "lt", "latvia": "lv", "estonia": "ee", "iceland": "is", "israel": "il", "iran": "ir",
    "united arab emirates": "ae", "uae": "ae", "saudi arabia": "sa", "egypt": "eg", "morocco": "ma", "nigeria": "ng",
    "kenya": "ke", "ghana": "gh", "south africa": "za", "vietnam": "vn", "viet nam": "vn", "thailand": "th",
    "indonesia": "id", "malaysia": "my", "singapore": "sg", "philippines": "ph", "taiwan": "tw", "hong kong": "hk",
    "new zealand": "nz", "argentina": "ar", "chile": "cl", "colombia": "co", "peru": "pe", "pakistan": "pk",
    "bangladesh": "bd", "hellas": "gr", "bharat": "in", "luxembourg": "lu", "belgique": "be", "belgie": "be",
    "cesko": "cz", "ceska republika": "cz", "rossiya": "ru", "ukraina": "ua", "ukrayina": "ua",
    "russian federation": "ru",
    "jpn": "jp", "deu": "de", "ger": "de", "fra": "fr", "esp": "es", "ita": "it", "gbr": "gb", "nld": "nl", "pol": "pl",
    "ind": "in", "bra": "br", "mex": "mx", "chn": "cn", "kor": "kr", "can": "ca", "aus": "au", "aut": "at",
    "che": "ch",
}  # fmt: skip

STREET_WORDS: dict[str, str] = {
    "street": "st", "str": "st", "strasse": "st", "road": "rd", "avenue": "ave", "av": "ave", "avenida": "ave",
    "avda": "ave", "boulevard": "blvd", "lane": "ln", "drive": "dr", "court": "ct", "place": "pl", "square": "sq",
    "suite": "ste", "apartment": "apt", "floor": "fl", "building": "bldg", "calle": "c", "rue": "r", "rua": "r",
    "ulica": "ul", "ulitsa": "ul", "piazza": "p", "platz": "pl", "north": "n", "south": "s", "east": "e", "west": "w",
    "saint": "st", "number": "no", "nr": "no", "unit": "unit", "highway": "hwy", "parkway": "pkwy", "terrace": "ter",
}  # fmt: skip
"""Long forms → what they are compared as."""
