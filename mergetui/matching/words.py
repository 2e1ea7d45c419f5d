"""Word lists that normalising looks at: nicknames, legal forms, placeholders, mailboxes. All lower case ASCII."""

# ruff: noqa: SIM905 - a split text is read and changed more easily than hundreds of quoted words

from __future__ import annotations

_NICKNAMES = """
robert rob bob bobby robbie bert roberto
william will bill billy liam willem guillaume guillermo wilhelm
richard rick dick rich richie ricardo riccardo
james jim jimmy jamie jaime
john jack johnny jon johan johannes hans juan jean joao ivan giovanni jan yannis
jonathan jon jonny
joseph joe joey jose josef giuseppe pepe jozef
yosef yossi yoseph
moshe moses moishe
yitzhak yitzchak itzik isaac
yaakov jacob yakov kobi
avraham avi avram abraham
shlomo solomon
haim chaim
rivka rebecca
sara sarah sally sadie
michael mike mick mickey mikey miguel michel michal mikhail misha michele
thomas tom tommy tomas tomasz tomek
charles charlie chuck carlos karl carl
christopher chris kit topher christoph cristobal krzysztof
christian chris
daniel dan danny
david dave davy
edward ed eddie ted teddy ned eduardo
edwin ed eddie
francis frank frankie francisco franz paco pancho francois francesco franciszek
frederick fred freddie friedrich fritz federico
gerald gerry jerry
gregory greg gregor grzegorz
henry harry hank heinrich henrik enrique henri
kenneth ken kenny
lawrence larry laurence lorenzo
leonard leo len lenny
matthew matt matthias mateo matteo mateusz matias
nicholas nick nicky nico nicolas nikolaus klaus nikos mikolaj
patrick pat paddy patricio
patricia pat patty tricia trish patti
peter pete pedro pieter piotr pyotr petr pierre petros
philip phil phillip felipe philippe
raymond ray
ronald ron ronnie
samuel sam sammy
samantha sam sammy
stephen steve steven stefan esteban stephane stevie szczepan stefano
theodore ted teddy theo
timothy tim timmy
anthony tony antonio anton antoine toni
andrew andy drew andreas andre andrzej andres andrei andrea andriy
alexander alex sasha alejandro alessandro alexandre aleksander sascha xander aleksandr lex sandro
alexandra alex sasha sandra alejandra aleksandra alexa
alexis alex
albert al bert alberto
alfred al fred alfredo
benjamin ben benny benji
donald don donnie
douglas doug
eugene gene yevgeny
george jorge georg jerzy giorgio yiorgos georges
joshua josh
nathaniel nathan nate nat
vincent vince vinny vicente
walter walt wally
zachary zach zack
elizabeth liz lizzie beth betty eliza lisa elisabeth elise isabel elsa elzbieta lise bettina ella
catherine cathy kate katie kathy katherine kathryn cat kitty
catherine catalina katarina katarzyna catalina kasia katherina ekaterina katya karin katrin cate
margaret maggie meg peggy marge rita greta margarita marguerite malgorzata gosia
jennifer jen jenny jenn
jessica jess jessie
rebecca becky becca rebekah
susan sue susie suzanne susanne susanna zuzanna
deborah deb debbie debra
barbara barb barbie basia
victoria vicky tori vicki viktoria
christina tina chris christine kristina chrissy christa krystyna kristin
stephanie steph stefanie
theresa terry tess teresa tessa
abigail abby gail
amanda mandy
pamela pam
judith judy judi
dorothy dot dolly dorothea dorota
eleanor ellie nell nora leonor eleonora
emily em emma emilia
frances fran francesca
gabriel gabe gabi
gabriela gabi gabriella gabby
helen nell helena elena ellen olena jelena eleni
jacqueline jackie
josephine jo josie
kimberly kim
laura laurie lora
madeline maddie madeleine
mary maria marie molly polly marija mariya miriam
melissa mel missy
nancy nan ann
anne ann anna ana anya hanna annie hannah ania
natalie nat natalia natasha natalya
olivia liv livia
valerie val
virginia ginny
yolanda yoli
ignacio nacho
dolores lola
manuel manolo emmanuel manu
rafael rafa raphael
luis lucho louis luigi ludwig lewis
concepcion concha
guadalupe lupe
mercedes merche
rosario charo
santiago santi
sebastian seb bastian basti
maximilian max maxim
wolfgang wolf
ulrich uli
juergen jurgen
jorg joerg
tobias tobi
florian flo
dmitry dima dmitri dmytro dimitri dimitrios dimitris
vladimir vova volodya volodymyr wladimir
sergei sergey serge serhiy serhii sergiy sergii sergio
yuri yury yuriy iurii
tatiana tanya tatyana
olga olya
svetlana sveta
ludmila lyudmila luda
pavel pasha paul pablo paolo pawel pavlo
konstantin kostya konstantinos kostas
evangelos vangelis
lukasz luke lukas lucas luca luka
malgorzata gosia
agnieszka aga agnes ines
wojciech wojtek adalbert
stanislaw staszek stan stanislav stanley
zbigniew zbyszek
mohammed mohamed muhammad mohammad mehmet mo muhammed mohd mohamad md
ahmed ahmad ahmet
yusuf yousef youssef josef
ibrahim abraham abe
ali aly
hussein husain hussain huseyin
fatima fatma fatema
aisha ayesha aysha ayse
omar umar omer
rajesh raj
suresh sury
krishnan krishna kris
venkatesh venkat
subramaniam subbu
priyanka priya
abhishek abhi
siddharth sid
aditya adi
aleksandra ola olenka
joanna asia johanna joan
krzysztof krzysiek
maciej maciek
pawel pawelek
piotr piotrek
jakub kuba jacob james
magdalena magda lena madalena
zofia zosia sofia sophie sophia zofka
jan janek
grzegorz grzesiek
stanislava stasia
jesus chuy
alberto beto
roberto beto
enrique quique
antonia toni
isabella bella isabel izabela
ricarda rika
heinz heinrich
gunter gunther guenther
hannelore hanne lore
sabine bine
ursula uschi ulla
andreas andi
wolfram wolf
charlotte lotte charly
lieselotte lilo
antonina tonya
evgeny evgenii yevhen yevgeny zhenya
mykola nikolai nikolay kolya
oleksandr alexander aleksandr sasha
oleksii alexei alexey aleksei lyosha
volodymyr vladimir vova
viktor victor vitya
iryna irina ira
oksana ksenia xenia
yulia julia yuliya
eirini irene irini
ioannis yannis giannis john
georgios giorgos george
panagiotis panos
athanasios thanasis
emre emir
mustafa mostafa
abdullah abdallah
khaled khalid
youssef yousef yusuf
venkata venkat
lakshmi laxmi
srinivas srini
ramesh ram
harish hari
"""

_GROUPS: dict[str, frozenset[int]] = {}
for _number, _line in enumerate(_NICKNAMES.strip().splitlines()):
    for _name in _line.split():
        _GROUPS[_name] = _GROUPS.get(_name, frozenset()) | {_number}


def nickname_groups(name: str) -> frozenset[int]:
    """Numbers of the groups of one human's first names that this name is in; empty when in none."""
    return _GROUPS.get(name, frozenset())


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

MISTYPED: dict[str, str] = {
    **dict.fromkeys("gmial gmal gmai gamil gmil gnail gmaill gmaik gmali googlemail".split(), "gmail"),
    **dict.fromkeys("hotmial hotmal hotmai hotmil hotmaill hotnail homail".split(), "hotmail"),
    **dict.fromkeys("outlok outloook outlock outook oulook".split(), "outlook"),
    **dict.fromkeys("yaho yahooo yhoo yahho".split(), "yahoo"),
    **dict.fromkeys("iclod icoud iclould".split(), "icloud"),
}

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
    "ing dipl mag phd md mba esq rev hon dott dottssa sig signor signora drs ir pan pani".split()
)

MALE: frozenset[str] = frozenset("mr herr monsieur m sr senor sig signor sir pan hr".split())
FEMALE: frozenset[str] = frozenset("mrs ms miss frau mme mlle madame sra srta senora signora dame pani fr".split())

PARTICLES: frozenset[str] = frozenset(
    "van von der den de del della di da das do dos du la le el al bin ibn ben ter ten zu zum zur af av y e".split()
)
