"""First names that are one name: short forms, pet names, the same name in other languages and romanisations."""

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
anastasia nastya anastasiya stacy nastia
cynthia cindy
ivan vanya vania iwan
sergey seryozha
tatyana tanja
natalya natascha
valentina valya
galina galya
mikhail michail mykhailo
maria masha mariia maryia mascha
ekaterina kateryna yekaterina jekaterina katia katja kati
dmitri dmitriy dmitrii dmytro
aleksei alexei aleksej
nikita nikyta
giovanni gianni vanni
luigi gigi
giuseppe beppe pino peppe
alessandro alex ale
federico fede
sebastien seb sebastian
frederic fred frederick
veronique vero veronica veronika
isabelle isa isabel
philippe phil
santiago santi yago diego
joao joaozinho
eduardo edu edoardo eduard edward
francisco chico kiko
maria teresa maite
sebastian basti seba
katharina kathi kathrin katrin kaethe
johannes hannes hans
friedrich fritz fred
matthias matze matti
juergen jogi jurgen
wilhelmina mina wilma
cornelis kees cor
johan joop johannes
magnus mange
kristoffer kris christopher christoffer
laszlo laci
erzsebet bozsi elizabeth erzsi
istvan pista stephen
jozsef joseph josef
sandor alexander
gyorgy george
mehmet memo
olumide olu
oluwaseun seun
chukwuemeka emeka
subramaniam subbu subramanian
venkatesh venky
muhammad mohd md
tadeusz tadek
ryszard richard
tomasz tomek
pawel paul
andrzej andrew
elena lena alyona
eleni lena
konstantinos kostas costas
dimitrios dimitris mitsos
jean pierre jp
william willie wil wim
james jimbo
elizabeth bess bessie libby lisbeth elspeth
margaret mags magda
patrick padraig paddy
sean shane john shaun shawn
siobhan shiv
catherine caitlin kathleen kay
robert robin
john ian evan owen ewan
jonathan johnathan jonny
geoffrey jeffrey jeff geoff
stuart stewart
allan alan allen al
brian bryan
erik eric erich
marc mark marko marco marcus markus
sara sarah
philip filip
karl carl
kristian christian cristian
viktor victor
hector ettore
oscar oskar
lucas lukas luca
nils niels
soren soeren
bjorn bjoern
jurgen juergen
gunther guenter gunter
"""

_GROUPS: dict[str, frozenset[int]] = {}
for _number, _line in enumerate(_NICKNAMES.strip().splitlines()):
    for _name in _line.split():
        _GROUPS[_name] = _GROUPS.get(_name, frozenset()) | {_number}


def nickname_groups(name: str) -> frozenset[int]:
    """Numbers of the groups of one human's first names that this name is in; empty when in none."""
    return _GROUPS.get(name, frozenset())
