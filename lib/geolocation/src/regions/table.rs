//! The regions of countries: code, official name and other names of each.

pub(super) const COUNTRIES: &[(&str, &str)] = &[
    (
        "us",
        "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia=Washington DC|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|AS American Samoa|GU Guam|MP Northern Mariana Islands|PR Puerto Rico|UM United States Minor Outlying Islands|VI Virgin Islands, U.S.",
    ),
    (
        "ca",
        "AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia|NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon",
    ),
    (
        "de",
        "BB Brandenburg|BE Berlin|BW Baden-Württemberg|BY Bayern=Bavaria|HB Bremen=City state Bremen=Free Hanseatic City of Bremen|HE Hessen=Hesse|HH Hamburg=Free and Hanseatic City of Hamburg|MV Mecklenburg-Vorpommern=Mecklenburg-Western Pomerania|NI Niedersachsen=Lower Saxony|NW Nordrhein-Westfalen=North Rhine-Westphalia|RP Rheinland-Pfalz=Rhineland-Palatinate|SH Schleswig-Holstein|SL Saarland|SN Sachsen=Saxony|ST Sachsen-Anhalt=Saxony-Anhalt|TH Thüringen=Thuringia",
    ),
    (
        "at",
        "1 Burgenland|2 Kärnten=Carinthia|3 Niederösterreich=Lower Austria|4 Oberösterreich=Upper Austria|5 Salzburg|6 Steiermark=Styria|7 Tirol=Tyrol|8 Vorarlberg|9 Wien=Vienna",
    ),
    (
        "ch",
        "AG Aargau|AI Appenzell Innerrhoden|AR Appenzell Ausserrhoden|BE Bern|BL Basel-Landschaft|BS Basel-Stadt=Basel-City|FR Fribourg|GE Genève=Geneva|GL Glarus|GR Graubünden=Grisons|JU Jura|LU Luzern=Lucerne|NE Neuchâtel|NW Nidwalden|OW Obwalden|SG Sankt Gallen=Saint Gall=St. Gallen|SH Schaffhausen|SO Solothurn|SZ Schwyz|TG Thurgau|TI Ticino|UR Uri|VD Vaud|VS Valais|ZG Zug|ZH Zürich",
    ),
    ("gb", "ENG England|NIR Northern Ireland|SCT Scotland|WLS Wales|LND London, City of"),
    (
        "au",
        "ACT Australian Capital Territory=ACT|NSW New South Wales|NT Northern Territory|QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia",
    ),
    (
        "fr",
        "ARA Auvergne-Rhône-Alpes=Rhone-Alpes=Auvergne|BFC Bourgogne-Franche-Comté=Bourgogne|BRE Bretagne=Brittany|CVL Centre-Val de Loire|20R Corse=Corsica|GES Grand-Est|HDF Hauts-de-France|IDF Île-de-France|NOR Normandie=Normandy|NAQ Nouvelle-Aquitaine=New Aquitaine|OCC Occitanie|PDL Pays-de-la-Loire|PAC Provence-Alpes-Côte-d’Azur=Provence-Alpes-Cote d'Azur=Provence",
    ),
    ("in", "MH Mahārāshtra"),
    ("jp", "13 Tokyo"),
    ("br", "SP São Paulo"),
];
