"""Cultures of the Americas, Africa and Oceania. All people and firms are invented."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from mergetui.twin.names import Culture, culture

SOUTH: tuple[Culture, ...] = (
    culture(
        "us", "United States", "en", "AMER", weight=8, dial="1", trunk="1",
        male="Robert William Michael Christopher Anthony Richard Charles Joseph Steven Gregory Jonathan Kenneth DeShawn Tyrone Diego Kyle Brandon Wyatt Thomas Daniel",
        female="Elizabeth Katherine Jennifer Patricia Susan Deborah Rebecca Margaret Latoya Keisha Brianna Savannah Madison Aaliyah Dolores Brooke Victoria Jane",
        surnames="Abernathy Washington-Reed Delgado Whitaker Kowalchuk O'Malley Hendricks Beauregard Castellano McIntyre Vandermeer Goldfarb Tran Jefferson Blackhorse Ramirez Osterman Pickett Sorensen Thibodeaux Yazzie Fitzpatrick Holloway Lindqvist Nakamura Prescott Quintero Rosenbaum Steele Underwood",
        towns="New York,NY,100##|Austin,TX,787##|San Francisco,CA,941##|Chicago,IL,606##|Boise,ID,837##|Atlanta,GA,303##|Portland,OR,972##|Boston,MA,021##",
        streets="# Main St|# Elm Street, Suite 4#|#00 Market St Fl #|# Peachtree Rd NE|# Oak Ave Apt #B|P.O. Box #5",
        land="212 555 01##|512 555 01##|415 555 01##|312 555 01##|2## 555 01##|3## 555 01##|5## 555 01##|6## 555 01##|7## 555 01##|8## 555 01##", mobile="2## 555 01##|4## 555 01##|5## 555 01##|6## 555 01##|7## 555 01##|9## 555 01##",
        legal="Inc.|LLC|Corp.|Inc|Co.", words="Acme Blue_Ridge Cascade Summit Liberty Prairie Redwood Lone_Star Beacon Granite Copperfield Evergreen",
        trades="Travel Software Health Freight Foods Analytics Builders Media Supply",
    ),
    culture(
        "ca", "Canada", "fr-ca", "AMER", weight=2, dial="1", trunk="1",
        male="Étienne Liam Mathieu Logan Gaétan Marc-André Owen Sylvain", female="Geneviève Amélie Charlotte Josée Maude Élise Claire Marie-Ève",
        surnames="Tremblay Gagnon MacPherson Bouchard Côté Lavoie Fraser Pelletier Bélanger McLeod Desjardins Singh-Gill",
        towns="Montréal,QC,H2X #A#|Toronto,ON,M5V #B#|Vancouver,BC,V6B #C#|Québec,QC,G1R #D#", streets="# rue Sainte-Catherine O|# King St W|# boul. Laurier|# Granville St", land="514 555 01##|416 555 01##|604 555 01##|418 555 01##|613 555 01##|403 555 01##", mobile="438 555 01##|647 555 01##|778 555 01##|581 555 01##|902 555 01##|204 555 01##",
        legal="Inc.|Ltée|Ltd.", words="Érable Boréal Laurentian Maple Aurore", trades="Voyages Mining Logiciels Lumber Foods",
    ),
    culture(
        "mx", "Mexico", "es-mx", "LATAM", weight=2, dial="52", trunk="", double=True,
        male="José_Luis Eduardo Francisco Juan_Carlos Óscar Ramón Emiliano Jesús Cuauhtémoc Raúl", female="Guadalupe María_José Ximena Lupita Araceli Citlali Rosario Verónica Itzel Mónica",
        surnames="Hernández Martínez Treviño Zúñiga Peña Xochitl Garza Villaseñor Ochoa Camacho de_León Orozco Ávila Cárdenas Íñiguez Quiñones",
        towns="Ciudad de México,CDMX,06###|Monterrey,N.L.,64###|Guadalajara,Jal.,44###|Puebla,Pue.,72###", streets="Av. Reforma # Int. #|Calle 5 de Mayo No. #|Av. Juárez # Col. Centro|Blvd. Díaz Ordaz #", land="55 5555 0###|81 5555 0###|33 5555 0###", mobile="55 1555 0###|81 1555 0###",
        legal="S.A. de C.V.|S. de R.L.|SA de CV", words="Águila Nopal Quetzal Sol_Azteca Jacaranda", trades="Turismo Autopartes Alimentos Tecnología Transportes",
    ),
    culture(
        "co", "Colombia", "es-co", "LATAM", weight=1, dial="57", trunk="", double=True,
        male="Andrés_Felipe Jhon_Jairo Camilo Santiago Mauricio Hernán Nicolás", female="Luz_Marina Paola Valentina Yesenia Ángela Catalina Liliana",
        surnames="Rodríguez Gómez Restrepo Jaramillo Ospina Londoño Echeverri Cárdenas Murillo Zuluaga Arango Uribe-Mejía",
        towns="Bogotá,D.C.,1101##|Medellín,Antioquia,0500##|Cali,Valle,7600##", streets="Cra. 7 # 45-1#|Calle 10 No. #-20|Av. El Poblado #", land="601 555 0###|604 555 0###", mobile="305 555 0###|315 555 0###", legal="S.A.S.|Ltda.|SAS",
        words="Cafetal Cóndor Esmeralda Orquídea", trades="Viajes Flores Café Soluciones",
    ),
    culture(
        "ar", "Argentina", "es-ar", "LATAM", weight=1, dial="54",
        male="Facundo Agustín Joaquín Martín Nahuel Ezequiel Gastón", female="Florencia Rocío Martina Agustina Milagros Graciela Malena",
        surnames="Gutiérrez Lombardi Benítez Acuña Ferrari Sosa Schiaffino Domínguez Peralta Giacomelli Quiroga Villagra",
        towns="Buenos Aires,CABA,C10##AAB|Córdoba,Córdoba,X50##|Rosario,Santa Fe,S20##", streets="Av. Corrientes # 3° A|San Martín #|Bv. Oroño #", land="11 5555 0###|351 555 0###", mobile="9 11 5555 0###", legal="S.A.|S.R.L.|SRL",
        words="Pampa Tango Andino Calafate", trades="Turismo Agro Bodegas Sistemas",
    ),
    culture(
        "br", "Brazil", "pt-br", "LATAM", weight=3, dial="55", double=True,
        male="João Luiz_Fernando Thiago José_Carlos Márcio Flávio César Renan Antônio Caio", female="Ana_Paula Letícia Conceição Márcia Vitória Thaís Jéssica Fabíola Luíza Ana",
        surnames="Souza da_Silva dos_Santos Gonçalves Araújo Guimarães Assunção Conceição Magalhães Nóbrega Falcão Cavalcanti Figueirêdo Tavares Yamashita Zanella",
        towns="São Paulo,SP,01###-000|Rio de Janeiro,RJ,20###-010|Belo Horizonte,MG,30###-020|Brasília,DF,70###-030", streets="Av. Paulista, # - cj. #|Rua das Laranjeiras, #|R. XV de Novembro, #|SQS # Bloco C", land="11 5550 0###|21 5550 0###|31 5550 0###", mobile="11 95550 0###|21 95550 0###",
        legal="Ltda.|S.A.|ME|EIRELI", words="Ipê Jangada Cerrado Tucano Maré Pão_Doce", trades="Viagens Tecnologia Alimentos Engenharia Seguros",
    ),
    culture(
        "ng", "Nigeria", "en-ng", "EMEA", weight=2, dial="234",
        male="Oluwaseun Chukwuemeka Olumide Ibrahim Babatunde Emeka Tunde Chinedu Musa Ayodele", female="Ngozi Folasade Chiamaka Aisha Yetunde Adaeze Temitope Blessing Hauwa Ifeoma",
        surnames="Adeyemi Okonkwo Balogun Eze Mohammed Ogunleye Nwosu Bello Akinwande Onyekachi Danjuma Ọláńrewájú Uzoma Ekpo Abiodun Okafor-Briggs",
        towns="Lagos,Lagos,1002##|Abuja,FCT,9000##|Port Harcourt,Rivers,5001##|Kano,Kano,7001##", streets="# Broad Street|Plot #, Adeola Odeku St|# Aba Road|#B Marina Close", land="1 555 0###|9 555 0###", mobile="802 555 0###|803 555 0###|905 555 0###",
        legal="Ltd|PLC|Nigeria Ltd", words="Savannah Eko Baobab Zuma Cowrie", trades="Energy Logistics Foods Fintech Farms",
    ),
    culture(
        "gh", "Ghana", "en-gh", "EMEA", weight=1, dial="233",
        male="Kwame Kofi Yaw Kwabena Nana_Kwesi Ebo Fiifi", female="Akosua Ama Efua Abena Adwoa Esi Afia", surnames="Mensah Owusu Asante Boateng Osei-Tutu Quartey Appiah Amoako Darko Nkrumah-Baah Tetteh Addo",
        towns="Accra,Greater Accra,GA-1##|Kumasi,Ashanti,AK-2##|Tamale,Northern,NT-3##", streets="# Oxford Street, Osu|House No. #, Ring Road|# Liberation Ave", land="30 255 0###", mobile="24 555 0###|54 555 0###", legal="Ltd|Limited|Co. Ltd",
        words="Adinkra Volta Kente Sankofa", trades="Cocoa Travel Gold Trading",
    ),
    culture(
        "ke", "Kenya", "en-ke", "EMEA", weight=1, dial="254",
        male="Kamau Otieno Mwangi Kiprono Barasa Mutua Juma", female="Wanjiru Achieng Nyambura Chebet Nafula Mwende Zawadi", surnames="Kariuki Odhiambo Wambui Cheruiyot Wekesa Musyoka Njoroge Onyango Kiplagat Mburu Makena Ouma",
        towns="Nairobi,,001##|Mombasa,,801##|Kisumu,,401##", streets="# Kenyatta Ave|Moi Road, Block #|# Uhuru Highway", land="20 555 0###", mobile="700 555 0##|722 555 0##", legal="Ltd|Limited|PLC",
        words="Simba Savanna Jambo Uhuru", trades="Safaris Tea Mobile Supplies",
    ),
    culture(
        "et", "Ethiopia", "am", "EMEA", weight=1, dial="251", native=0.3,
        male="አበበ:Abebe ዳዊት:Dawit ተስፋዬ:Tesfaye ሰለሞን:Solomon ግርማ:Girma", female="ሀና:Hanna ትዕግስት:Tigist ሰላማዊት:Selamawit አልማዝ:Almaz ሜሮን:Meron",
        surnames="በቀለ:Bekele ተክሌ:Tekle ገብረመድህን:Gebremedhin ወልደማርያም:Woldemariam ኃይሌ:Haile ደስታ:Desta አለሙ:Alemu መንግስቱ:Mengistu", towns="Addis Ababa,,10##|Dire Dawa,,30##", streets="Bole Road #|Churchill Ave #",
        land="11 555 0###", mobile="91 155 0###", legal="PLC|Share Co.", words="Abay Lalibela Tana Walia", trades="Coffee Tours Trading Textiles",
    ),
    culture(
        "za", "South Africa", "en-za", "EMEA", weight=2, dial="27",
        male="Sipho Pieter Thabo Johannes Themba Lwazi Francois Bongani", female="Nomvula Annelie Thandiwe Lerato Mariska Zanele Busisiwe Chantelle", surnames="Nkosi van_der_Merwe Dlamini Botha Naidoo Khumalo Pretorius Mokoena du_Plessis Govender Mthembu Le_Roux Ndlovu Vermeulen",
        towns="Cape Town,Western Cape,80##|Johannesburg,Gauteng,20##|Durban,KwaZulu-Natal,40##", streets="# Long Street|# Jan Smuts Ave|# Florida Road", land="21 555 0###|11 555 0###|31 555 0###", mobile="72 555 0###|83 555 0###", legal="(Pty) Ltd|Pty Ltd|CC",
        words="Protea Springbok Karoo Baobab_Hill Tafel", trades="Mining Wines Tours Solar Freight",
    ),
    culture(
        "eg", "Egypt", "ar", "EMEA", weight=2, dial="20", native=0.4,
        male="محمد:Mohamed أحمد:Ahmed مصطفى:Mostafa خالد:Khaled يوسف:Youssef عبد_الرحمن:Abdelrahman طارق:Tarek", female="فاطمة:Fatma نورهان:Nourhan ياسمين:Yasmine هبة:Heba مريم:Mariam دينا:Dina شيماء:Shaimaa",
        surnames="عبد_الفتاح:Abdel_Fattah المنشاوي:El-Menshawy حسن:Hassan الشريف:El-Sherif منصور:Mansour سليمان:Soliman البنا:El-Banna رمضان:Ramadan الجندي:El-Gendy زكي:Zaki غانم:Ghanem صبري:Sabry",
        towns="القاهرة,,115##|الإسكندرية,,215##|الجيزة,,125##", streets="# شارع التحرير|# شارع النيل|# كورنيش البحر", land="2 2555 0###|3 555 0###", mobile="10 5550 0###|12 5550 0###", legal="S.A.E.|LLC|ش.م.م",
        words="النيل:Nile الأهرام:Pyramid لوتس:Lotus الصقر:Falcon", trades="للسياحة:Tours للتجارة:Trading للأغذية:Foods للبرمجيات:Software",
    ),
    culture(
        "au", "Australia", "en-au", "APAC", weight=2, dial="61",
        male="Lachlan Jack Bruce Angus Darcy Jarrah Cooper Hugh", female="Matilda Sheila Kirra Isla Tahlia Georgina Bindi Ruby", surnames="Waratah McKenzie Thompson-Ngo Billabong Carmody Dunstan Hargraves Kelleher Nolan Papas Wollaston Yarrow",
        towns="Sydney,NSW,20##|Melbourne,VIC,30##|Brisbane,QLD,40##|Perth,WA,60##", streets="# George St|Level #, 100 Collins St|# Queen Street|# Beach Rd", land="2 5550 ####|2 7010 ####|3 5550 ####|7 5550 ####|8 5550 ####", mobile="491 570 0##|491 571 0##|491 572 ###|491 575 ###", legal="Pty Ltd|Pty. Ltd.|Ltd",
        words="Outback Coral Wattle Southern_Cross Kookaburra", trades="Travel Mining Surf Dairy Solar",
    ),
)
