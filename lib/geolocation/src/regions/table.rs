//! The regions of countries: code, official name and, after `=`, other names
//! as databases of addresses write them.

pub(super) const COUNTRIES: &[(&str, &str)] = &[
    (
        "ar",
        "A Salta|B Buenos Aires|C Ciudad Autónoma de Buenos Aires=Buenos Aires F.D.\
         |D San Luis|E Entre Ríos|F La Rioja|G Santiago del Estero|H Chaco|J San Juan\
         |K Catamarca|L La Pampa|M Mendoza|N Misiones|P Formosa|Q Neuquén|R Río Negro\
         |S Santa Fe|T Tucumán|U Chubut|V Tierra del Fuego|W Corrientes|X Córdoba|Y Jujuy\
         |Z Santa Cruz",
    ),
    (
        "at",
        "1 Burgenland|2 Kärnten=Carinthia|3 Niederösterreich=Lower Austria\
         |4 Oberösterreich=Upper Austria|5 Salzburg|6 Steiermark=Styria|7 Tirol=Tyrol\
         |8 Vorarlberg|9 Wien=Vienna",
    ),
    (
        "au",
        "ACT Australian Capital Territory=ACT|NSW New South Wales|NT Northern Territory\
         |QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia",
    ),
    (
        "be",
        "\
         BRU Bruxelles-Capitale, Région de=Brussels Capital=Brussels=Bruxelles=Brussels Hoofdstedelijk Gewest\
         |VLG Vlaams Gewest=Flanders=Vlaanderen|WAL wallonne, Région=Wallonia=Wallonie\
         |VAN Antwerpen=Antwerp|VBR Vlaams-Brabant=Flemish Brabant|VLI Limburg\
         |VOV Oost-Vlaanderen=East Flanders|VWV West-Vlaanderen=West Flanders\
         |WBR Brabant wallon=Walloon Brabant|WHT Hainaut|WLG Liège|WLX Luxembourg|WNA Namur",
    ),
    (
        "br",
        "AC Acre|AL Alagoas|AM Amazonas|AP Amapá|BA Bahia|CE Ceará\
         |DF Distrito Federal=Federal District|ES Espírito Santo|GO Goiás|MA Maranhão\
         |MG Minas Gerais|MS Mato Grosso do Sul|MT Mato Grosso|PA Pará|PB Paraíba\
         |PE Pernambuco|PI Piauí|PR Paraná|RJ Rio de Janeiro|RN Rio Grande do Norte\
         |RO Rondônia|RR Roraima|RS Rio Grande do Sul|SC Santa Catarina|SE Sergipe\
         |SP São Paulo|TO Tocantins",
    ),
    (
        "ca",
        "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick\
         |NL Newfoundland and Labrador|NS Nova Scotia|NT Northwest Territories|NU Nunavut\
         |ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon",
    ),
    (
        "ch",
        "AG Aargau|AI Appenzell Innerrhoden|AR Appenzell Ausserrhoden|BE Bern\
         |BL Basel-Landschaft|BS Basel-Stadt=Basel-City|FR Fribourg|GE Genève=Geneva\
         |GL Glarus|GR Graubünden=Grisons|JU Jura|LU Luzern=Lucerne|NE Neuchâtel|NW Nidwalden\
         |OW Obwalden|SG Sankt Gallen=Saint Gall=St. Gallen|SH Schaffhausen|SO Solothurn\
         |SZ Schwyz|TG Thurgau|TI Ticino|UR Uri|VD Vaud|VS Valais|ZG Zug|ZH Zürich",
    ),
    (
        "cn",
        "AH Anhui Sheng=Anhui|BJ Beijing Shi=Beijing|CQ Chongqing Shi=Chongqing\
         |FJ Fujian Sheng=Fujian|GD Guangdong Sheng=Guangdong|GS Gansu Sheng=Gansu\
         |GX Guangxi Zhuangzu Zizhiqu=Guangxi|GZ Guizhou Sheng=Guizhou|HA Henan Sheng=Henan\
         |HB Hubei Sheng=Hubei|HE Hebei Sheng=Hebei|HI Hainan Sheng=Hainan|HK Hong Kong SAR\
         |HL Heilongjiang Sheng=Heilongjiang|HN Hunan Sheng=Hunan|JL Jilin Sheng=Jilin\
         |JS Jiangsu Sheng=Jiangsu|JX Jiangxi Sheng=Jiangxi|LN Liaoning Sheng=Liaoning\
         |MO Macao SAR|NM Nei Mongol Zizhiqu=Inner Mongolia|NX Ningxia Huizu Zizhiqu=Ningxia\
         |QH Qinghai Sheng=Qinghai|SC Sichuan Sheng=Sichuan|SD Shandong Sheng=Shandong\
         |SH Shanghai Shi=Shanghai|SN Shaanxi Sheng=Shaanxi|SX Shanxi Sheng=Shanxi\
         |TJ Tianjin Shi=Tianjin|TW Taiwan Sheng=Taiwan|XJ Xinjiang Uygur Zizhiqu=Xinjiang\
         |XZ Xizang Zizhiqu=Tibet|YN Yunnan Sheng=Yunnan|ZJ Zhejiang Sheng=Zhejiang",
    ),
    (
        "cz",
        "10 Praha, Hlavní město=Prague=Praha|20 Středočeský kraj=Central Bohemia\
         |31 Jihočeský kraj=South Bohemia=Jihocesky|32 Plzeňský kraj=Plzen\
         |41 Karlovarský kraj=Karlovy Vary|42 Ústecký kraj=Ústí nad Labem\
         |51 Liberecký kraj=Liberec|52 Královéhradecký kraj=Hradec Králové\
         |53 Pardubický kraj=Pardubice|63 Kraj Vysočina=Vysočina\
         |64 Jihomoravský kraj=South Moravia|71 Olomoucký kraj=Olomouc|72 Zlínský kraj=Zlín\
         |80 Moravskoslezský kraj=Moravian-Silesian",
    ),
    (
        "de",
        "BB Brandenburg|BE Berlin|BW Baden-Württemberg|BY Bayern=Bavaria\
         |HB Bremen=City state Bremen=Free Hanseatic City of Bremen|HE Hessen=Hesse\
         |HH Hamburg=Free and Hanseatic City of Hamburg\
         |MV Mecklenburg-Vorpommern=Mecklenburg-Western Pomerania\
         |NI Niedersachsen=Lower Saxony|NW Nordrhein-Westfalen=North Rhine-Westphalia\
         |RP Rheinland-Pfalz=Rhineland-Palatinate|SH Schleswig-Holstein|SL Saarland\
         |SN Sachsen=Saxony|ST Sachsen-Anhalt=Saxony-Anhalt|TH Thüringen=Thuringia",
    ),
    (
        "dk",
        "81 Nordjylland=North Denmark=North Denmark Region\
         |82 Midtjylland=Central Jutland=Central Denmark\
         |83 Syddanmark=South Denmark=Region of Southern Denmark\
         |84 Hovedstaden=Capital Region|85 Sjælland=Zealand",
    ),
    (
        "es",
        "AN Andalucía=Andalusia|AR Aragón|AS Asturias, Principado de=Asturias\
         |CN Canarias=Canary Islands|CB Cantabria|CM Castilla-La Mancha=Castille-La Mancha\
         |CL Castilla y León=Castille and Leon=Castile and León\
         |CT Catalunya=Cataluña=Catalonia|CE Ceuta|EX Extremadura|GA Galicia\
         |IB Illes Balears=Islas Baleares=Balearic Islands|RI La Rioja\
         |MD Madrid, Comunidad de=Madrid|ML Melilla|MC Murcia, Región de=Murcia\
         |NC Navarra, Comunidad Foral de=Navarra=Navarre\
         |PV País Vasco=Euskal Herria=Basque Country\
         |VC Valenciana, Comunidad=Comunidad Valenciana=Valencia",
    ),
    (
        "fi",
        "01 Ahvenanmaan maakunta|02 Etelä-Karjala=South Karelia\
         |03 Etelä-Pohjanmaa=South Ostrobothnia|04 Etelä-Savo|05 Kainuu|06 Kanta-Häme\
         |07 Keski-Pohjanmaa=Central Ostrobothnia|08 Keski-Suomi=Central Finland\
         |09 Kymenlaakso|10 Lappi=Lapland|11 Pirkanmaa|12 Pohjanmaa=Ostrobothnia\
         |13 Pohjois-Karjala=North Karelia|14 Pohjois-Pohjanmaa=North Ostrobothnia\
         |15 Pohjois-Savo|16 Päijät-Häme|17 Satakunta|18 Uusimaa\
         |19 Varsinais-Suomi=Southwest Finland",
    ),
    (
        "fr",
        "ARA Auvergne-Rhône-Alpes=Rhone-Alpes=Auvergne|BFC Bourgogne-Franche-Comté=Bourgogne\
         |BRE Bretagne=Brittany|CVL Centre-Val de Loire|20R Corse=Corsica|GES Grand-Est\
         |HDF Hauts-de-France|IDF Île-de-France|NOR Normandie=Normandy\
         |NAQ Nouvelle-Aquitaine=New Aquitaine|OCC Occitanie|PDL Pays-de-la-Loire\
         |PAC Provence-Alpes-Côte-d’Azur=Provence-Alpes-Cote d'Azur=Provence",
    ),
    (
        "gb",
        "ENG England|NIR Northern Ireland|SCT Scotland|WLS Wales\
         |LND London, City of=City of London",
    ),
    (
        "ie",
        "C Connaught=Connacht|L Leinster|M Munster|U Ulster|CE Clare|CN Cavan|CO Cork\
         |CW Carlow|D Dublin|DL Donegal|G Galway|KE Kildare|KK Kilkenny|KY Kerry|LD Longford\
         |LH Louth|LK Limerick|LM Leitrim|LS Laois|MH Meath|MN Monaghan|MO Mayo|OY Offaly\
         |RN Roscommon|SO Sligo|TA Tipperary|WD Waterford|WH Westmeath|WW Wicklow|WX Wexford",
    ),
    (
        "in",
        "AN Andaman and Nicobar Islands=Andaman and Nicobar|AP Andhra Pradesh\
         |AR Arunāchal Pradesh|AS Assam|BR Bihār|CG Chhattīsgarh|CH Chandīgarh\
         |DH Dādra and Nagar Haveli and Damān and Diu\
         |DL Delhi=National Capital Territory of Delhi|GA Goa|GJ Gujarāt|HP Himāchal Pradesh\
         |HR Haryāna|JH Jhārkhand|JK Jammu and Kashmīr|KA Karnātaka|KL Kerala|LA Ladākh\
         |LD Lakshadweep|MH Mahārāshtra|ML Meghālaya|MN Manipur|MP Madhya Pradesh|MZ Mizoram\
         |NL Nāgāland|OD Odisha=Orissa|PB Punjab|PY Puducherry=Pondicherry|RJ Rājasthān\
         |SK Sikkim|TN Tamil Nādu|TR Tripura|TS Telangāna|UK Uttarākhand|UP Uttar Pradesh\
         |WB West Bengal",
    ),
    (
        "it",
        "21 Piemonte=Piedmont|23 Valle d'Aosta=Aosta Valley|25 Lombardia=Lombardy\
         |32 Trentino-Alto Adige=Trentino-South Tyrol|34 Veneto|36 Friuli Venezia Giulia\
         |42 Liguria|45 Emilia-Romagna|52 Toscana=Tuscany|55 Umbria|57 Marche=The Marches\
         |62 Lazio=Latium|65 Abruzzo|67 Molise|72 Campania|75 Puglia=Apulia\
         |77 Basilicata=Basilicate|78 Calabria|82 Sicilia=Sicily|88 Sardegna=Sardinia",
    ),
    (
        "jp",
        "01 Hokkaido|02 Aomori|03 Iwate|04 Miyagi|05 Akita|06 Yamagata|07 Fukushima\
         |08 Ibaraki|09 Tochigi|10 Gunma|11 Saitama|12 Chiba|13 Tokyo|14 Kanagawa|15 Niigata\
         |16 Toyama|17 Ishikawa|18 Fukui|19 Yamanashi|20 Nagano|21 Gifu|22 Shizuoka|23 Aichi\
         |24 Mie|25 Shiga|26 Kyoto|27 Osaka|28 Hyogo|29 Nara|30 Wakayama|31 Tottori\
         |32 Shimane|33 Okayama|34 Hiroshima|35 Yamaguchi|36 Tokushima|37 Kagawa|38 Ehime\
         |39 Kochi|40 Fukuoka|41 Saga|42 Nagasaki|43 Kumamoto|44 Oita|45 Miyazaki\
         |46 Kagoshima|47 Okinawa",
    ),
    (
        "kr",
        "11 Seoul-teukbyeolsi=Seoul|26 Busan-gwangyeoksi=Busan|27 Daegu-gwangyeoksi=Daegu\
         |28 Incheon-gwangyeoksi=Incheon|29 Gwangju-gwangyeoksi=Gwangju\
         |30 Daejeon-gwangyeoksi=Daejeon|31 Ulsan-gwangyeoksi=Ulsan|41 Gyeonggi-do=Gyeonggi\
         |42 Gangwon-teukbyeoljachido=Gangwon|43 Chungcheongbuk-do=North Chungcheong\
         |44 Chungcheongnam-do=South Chungcheong|45 Jeollabuk-do=North Jeolla\
         |46 Jeollanam-do=South Jeolla|47 Gyeongsangbuk-do=North Gyeongsang\
         |48 Gyeongsangnam-do=South Gyeongsang|49 Jeju-teukbyeoljachido=Jeju\
         |50 Sejong=Sejong-si",
    ),
    (
        "mx",
        "AGU Aguascalientes|BCN Baja California|BCS Baja California Sur|CAM Campeche\
         |CHH Chihuahua|CHP Chiapas|CMX Ciudad de México=Mexico City\
         |COA Coahuila de Zaragoza=Coahuila|COL Colima|DUR Durango|GRO Guerrero\
         |GUA Guanajuato|HID Hidalgo|JAL Jalisco|MEX México|MIC Michoacán de Ocampo=Michoacán\
         |MOR Morelos|NAY Nayarit|NLE Nuevo León|OAX Oaxaca|PUE Puebla|QUE Querétaro\
         |ROO Quintana Roo|SIN Sinaloa|SLP San Luis Potosí|SON Sonora|TAB Tabasco\
         |TAM Tamaulipas|TLA Tlaxcala|VER Veracruz de Ignacio de la Llave=Veracruz\
         |YUC Yucatán|ZAC Zacatecas",
    ),
    (
        "nl",
        "DR Drenthe|FL Flevoland|FR Fryslân=Friesland|GE Gelderland|GR Groningen|LI Limburg\
         |NB Noord-Brabant=North Brabant|NH Noord-Holland=North Holland|OV Overijssel\
         |UT Utrecht|ZE Zeeland=Zealand|ZH Zuid-Holland=South Holland",
    ),
    (
        "no",
        "03 Oslo|11 Rogaland|15 Møre og Romsdal|18 Nordland|31 Østfold|32 Akershus\
         |33 Buskerud|34 Innlandet|39 Vestfold|40 Telemark|42 Agder|46 Vestland|50 Trøndelag\
         |55 Troms|56 Finnmark",
    ),
    (
        "nz",
        "AUK Auckland|BOP Bay of Plenty|CAN Canterbury\
         |CIT Chatham Islands Territory=Chatham Islands|GIS Gisborne|HKB Hawke's Bay\
         |MBH Marlborough|MWT Manawatū-Whanganui=Manawatu-Wanganui|NSN Nelson|NTL Northland\
         |OTA Otago|STL Southland|TAS Tasman|TKI Taranaki|WGN Greater Wellington=Wellington\
         |WKO Waikato|WTC West Coast",
    ),
    (
        "pl",
        "02 Dolnośląskie=Lower Silesia|04 Kujawsko-Pomorskie=Kuyavian-Pomerania\
         |06 Lubelskie=Lublin|08 Lubuskie=Lubusz|10 Łódzkie=Lodz|12 Małopolskie=Lesser Poland\
         |14 Mazowieckie=Mazovia|16 Opolskie=Opole|18 Podkarpackie=Subcarpathia=Subcarpathian\
         |20 Podlaskie=Podlasie|22 Pomorskie=Pomerania|24 Śląskie=Silesia\
         |26 Świętokrzyskie=Holy Cross|28 Warmińsko-Mazurskie=Warmia-Masuria\
         |30 Wielkopolskie=Greater Poland|32 Zachodniopomorskie=West Pomerania",
    ),
    (
        "pt",
        "01 Aveiro|02 Beja|03 Braga|04 Bragança|05 Castelo Branco|06 Coimbra|07 Évora|08 Faro\
         |09 Guarda|10 Leiria|11 Lisboa=Lisbon|12 Portalegre|13 Porto|14 Santarém|15 Setúbal\
         |16 Viana do Castelo|17 Vila Real|18 Viseu|20 Região Autónoma dos Açores=Azores\
         |30 Região Autónoma da Madeira=Madeira",
    ),
    (
        "se",
        "AB Stockholms län=Stockholm|AC Västerbottens län=Västerbotten\
         |BD Norrbottens län=Norrbotten|C Uppsala län=Uppsala\
         |D Södermanlands län=Södermanland|E Östergötlands län=Östergötland\
         |F Jönköpings län=Jönköping|G Kronobergs län=Kronoberg|H Kalmar län=Kalmar\
         |I Gotlands län=Gotland|K Blekinge län=Blekinge|M Skåne län=Skåne=Skane\
         |N Hallands län=Halland|O Västra Götalands län=Västra Götaland\
         |S Värmlands län=Värmland|T Örebro län=Örebro|U Västmanlands län=Västmanland\
         |W Dalarnas län=Dalarna|X Gävleborgs län=Gävleborg\
         |Y Västernorrlands län=Västernorrland|Z Jämtlands län=Jämtland",
    ),
    (
        "us",
        "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut\
         |DE Delaware|DC District of Columbia=Washington DC|FL Florida|GA Georgia|HI Hawaii\
         |ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine\
         |MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri\
         |MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico\
         |NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon\
         |PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee\
         |TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin\
         |WY Wyoming|AS American Samoa|GU Guam|MP Northern Mariana Islands|PR Puerto Rico\
         |UM United States Minor Outlying Islands|VI Virgin Islands, U.S.",
    ),
    (
        "za",
        "EC Eastern Cape|FS Free State|GP Gauteng|KZN Kwazulu-Natal|LP Limpopo|MP Mpumalanga\
         |NC Northern Cape|NW North-West|WC Western Cape",
    ),
];
