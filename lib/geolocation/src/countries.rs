//! Countries and territories: code, English name, continent.

/// Code of a country nobody knows.
pub const UNKNOWN_COUNTRY: &str = "xx";

pub(crate) struct Country {
    pub code: &'static str,
    pub name: &'static str,
    pub continent: &'static str,
}

const fn country(code: &'static str, continent: &'static str, name: &'static str) -> Country {
    Country { code, name, continent }
}

/// Sorted by code, so that a look-up is a binary search.
const COUNTRIES: &[Country] = &[
    country("ad", "eur", "Andorra"),
    country("ae", "asi", "United Arab Emirates"),
    country("af", "asi", "Afghanistan"),
    country("ag", "amc", "Antigua & Barbuda"),
    country("ai", "amc", "Anguilla"),
    country("al", "eur", "Albania"),
    country("am", "asi", "Armenia"),
    country("ao", "afr", "Angola"),
    country("aq", "ant", "Antarctica"),
    country("ar", "ams", "Argentina"),
    country("as", "oce", "American Samoa"),
    country("at", "eur", "Austria"),
    country("au", "oce", "Australia"),
    country("aw", "amc", "Aruba"),
    country("ax", "eur", "Åland Islands"),
    country("az", "asi", "Azerbaijan"),
    country("ba", "eur", "Bosnia & Herzegovina"),
    country("bb", "amc", "Barbados"),
    country("bd", "asi", "Bangladesh"),
    country("be", "eur", "Belgium"),
    country("bf", "afr", "Burkina Faso"),
    country("bg", "eur", "Bulgaria"),
    country("bh", "asi", "Bahrain"),
    country("bi", "afr", "Burundi"),
    country("bj", "afr", "Benin"),
    country("bl", "amc", "St. Barthélemy"),
    country("bm", "amc", "Bermuda"),
    country("bn", "asi", "Brunei"),
    country("bo", "ams", "Bolivia"),
    country("bq", "amc", "Caribbean Netherlands"),
    country("br", "ams", "Brazil"),
    country("bs", "amc", "Bahamas"),
    country("bt", "asi", "Bhutan"),
    country("bv", "ant", "Bouvet Island"),
    country("bw", "afr", "Botswana"),
    country("by", "eur", "Belarus"),
    country("bz", "amc", "Belize"),
    country("ca", "amn", "Canada"),
    country("cc", "asi", "Cocos (Keeling) Islands"),
    country("cd", "afr", "Congo - Kinshasa"),
    country("cf", "afr", "Central African Republic"),
    country("cg", "afr", "Congo - Brazzaville"),
    country("ch", "eur", "Switzerland"),
    country("ci", "afr", "Côte d’Ivoire"),
    country("ck", "oce", "Cook Islands"),
    country("cl", "ams", "Chile"),
    country("cm", "afr", "Cameroon"),
    country("cn", "asi", "China"),
    country("co", "ams", "Colombia"),
    country("cr", "amc", "Costa Rica"),
    country("cu", "amc", "Cuba"),
    country("cv", "afr", "Cape Verde"),
    country("cw", "amc", "Curaçao"),
    country("cx", "asi", "Christmas Island"),
    country("cy", "eur", "Cyprus"),
    country("cz", "eur", "Czechia"),
    country("de", "eur", "Germany"),
    country("dj", "afr", "Djibouti"),
    country("dk", "eur", "Denmark"),
    country("dm", "amc", "Dominica"),
    country("do", "amc", "Dominican Republic"),
    country("dz", "afr", "Algeria"),
    country("ec", "ams", "Ecuador"),
    country("ee", "eur", "Estonia"),
    country("eg", "afr", "Egypt"),
    country("eh", "afr", "Western Sahara"),
    country("er", "afr", "Eritrea"),
    country("es", "eur", "Spain"),
    country("et", "afr", "Ethiopia"),
    country("fi", "eur", "Finland"),
    country("fj", "oce", "Fiji"),
    country("fk", "ams", "Falkland Islands"),
    country("fm", "oce", "Micronesia"),
    country("fo", "eur", "Faroe Islands"),
    country("fr", "eur", "France"),
    country("ga", "afr", "Gabon"),
    country("gb", "eur", "United Kingdom"),
    country("gd", "amc", "Grenada"),
    country("ge", "asi", "Georgia"),
    country("gf", "ams", "French Guiana"),
    country("gg", "eur", "Guernsey"),
    country("gh", "afr", "Ghana"),
    country("gi", "eur", "Gibraltar"),
    country("gl", "amn", "Greenland"),
    country("gm", "afr", "Gambia"),
    country("gn", "afr", "Guinea"),
    country("gp", "amc", "Guadeloupe"),
    country("gq", "afr", "Equatorial Guinea"),
    country("gr", "eur", "Greece"),
    country("gs", "ant", "South Georgia & South Sandwich Islands"),
    country("gt", "amc", "Guatemala"),
    country("gu", "oce", "Guam"),
    country("gw", "afr", "Guinea-Bissau"),
    country("gy", "ams", "Guyana"),
    country("hk", "asi", "Hong Kong SAR China"),
    country("hm", "ant", "Heard & McDonald Islands"),
    country("hn", "amc", "Honduras"),
    country("hr", "eur", "Croatia"),
    country("ht", "amc", "Haiti"),
    country("hu", "eur", "Hungary"),
    country("id", "asi", "Indonesia"),
    country("ie", "eur", "Ireland"),
    country("il", "asi", "Israel"),
    country("im", "eur", "Isle of Man"),
    country("in", "asi", "India"),
    country("io", "asi", "British Indian Ocean Territory"),
    country("iq", "asi", "Iraq"),
    country("ir", "asi", "Iran"),
    country("is", "eur", "Iceland"),
    country("it", "eur", "Italy"),
    country("je", "eur", "Jersey"),
    country("jm", "amc", "Jamaica"),
    country("jo", "asi", "Jordan"),
    country("jp", "asi", "Japan"),
    country("ke", "afr", "Kenya"),
    country("kg", "asi", "Kyrgyzstan"),
    country("kh", "asi", "Cambodia"),
    country("ki", "oce", "Kiribati"),
    country("km", "afr", "Comoros"),
    country("kn", "amc", "St. Kitts & Nevis"),
    country("kp", "asi", "North Korea"),
    country("kr", "asi", "South Korea"),
    country("kw", "asi", "Kuwait"),
    country("ky", "amc", "Cayman Islands"),
    country("kz", "asi", "Kazakhstan"),
    country("la", "asi", "Laos"),
    country("lb", "asi", "Lebanon"),
    country("lc", "amc", "St. Lucia"),
    country("li", "eur", "Liechtenstein"),
    country("lk", "asi", "Sri Lanka"),
    country("lr", "afr", "Liberia"),
    country("ls", "afr", "Lesotho"),
    country("lt", "eur", "Lithuania"),
    country("lu", "eur", "Luxembourg"),
    country("lv", "eur", "Latvia"),
    country("ly", "afr", "Libya"),
    country("ma", "afr", "Morocco"),
    country("mc", "eur", "Monaco"),
    country("md", "eur", "Moldova"),
    country("me", "eur", "Montenegro"),
    country("mf", "amc", "St. Martin"),
    country("mg", "afr", "Madagascar"),
    country("mh", "oce", "Marshall Islands"),
    country("mk", "eur", "North Macedonia"),
    country("ml", "afr", "Mali"),
    country("mm", "asi", "Myanmar (Burma)"),
    country("mn", "asi", "Mongolia"),
    country("mo", "asi", "Macao SAR China"),
    country("mp", "oce", "Northern Mariana Islands"),
    country("mq", "amc", "Martinique"),
    country("mr", "afr", "Mauritania"),
    country("ms", "amc", "Montserrat"),
    country("mt", "eur", "Malta"),
    country("mu", "afr", "Mauritius"),
    country("mv", "asi", "Maldives"),
    country("mw", "afr", "Malawi"),
    country("mx", "amn", "Mexico"),
    country("my", "asi", "Malaysia"),
    country("mz", "afr", "Mozambique"),
    country("na", "afr", "Namibia"),
    country("nc", "oce", "New Caledonia"),
    country("ne", "afr", "Niger"),
    country("nf", "oce", "Norfolk Island"),
    country("ng", "afr", "Nigeria"),
    country("ni", "amc", "Nicaragua"),
    country("nl", "eur", "Netherlands"),
    country("no", "eur", "Norway"),
    country("np", "asi", "Nepal"),
    country("nr", "oce", "Nauru"),
    country("nu", "oce", "Niue"),
    country("nz", "oce", "New Zealand"),
    country("om", "asi", "Oman"),
    country("pa", "amc", "Panama"),
    country("pe", "ams", "Peru"),
    country("pf", "oce", "French Polynesia"),
    country("pg", "oce", "Papua New Guinea"),
    country("ph", "asi", "Philippines"),
    country("pk", "asi", "Pakistan"),
    country("pl", "eur", "Poland"),
    country("pm", "amn", "St. Pierre & Miquelon"),
    country("pn", "oce", "Pitcairn Islands"),
    country("pr", "amc", "Puerto Rico"),
    country("ps", "asi", "Palestinian Territories"),
    country("pt", "eur", "Portugal"),
    country("pw", "oce", "Palau"),
    country("py", "ams", "Paraguay"),
    country("qa", "asi", "Qatar"),
    country("re", "afr", "Réunion"),
    country("ro", "eur", "Romania"),
    country("rs", "eur", "Serbia"),
    country("ru", "eur", "Russia"),
    country("rw", "afr", "Rwanda"),
    country("sa", "asi", "Saudi Arabia"),
    country("sb", "oce", "Solomon Islands"),
    country("sc", "afr", "Seychelles"),
    country("sd", "afr", "Sudan"),
    country("se", "eur", "Sweden"),
    country("sg", "asi", "Singapore"),
    country("sh", "afr", "St. Helena"),
    country("si", "eur", "Slovenia"),
    country("sj", "eur", "Svalbard & Jan Mayen"),
    country("sk", "eur", "Slovakia"),
    country("sl", "afr", "Sierra Leone"),
    country("sm", "eur", "San Marino"),
    country("sn", "afr", "Senegal"),
    country("so", "afr", "Somalia"),
    country("sr", "ams", "Suriname"),
    country("ss", "afr", "South Sudan"),
    country("st", "afr", "São Tomé & Príncipe"),
    country("sv", "amc", "El Salvador"),
    country("sx", "amc", "Sint Maarten"),
    country("sy", "asi", "Syria"),
    country("sz", "afr", "Eswatini"),
    country("tc", "amc", "Turks & Caicos Islands"),
    country("td", "afr", "Chad"),
    country("tf", "ant", "French Southern Territories"),
    country("tg", "afr", "Togo"),
    country("th", "asi", "Thailand"),
    country("tj", "asi", "Tajikistan"),
    country("tk", "oce", "Tokelau"),
    country("tl", "asi", "Timor-Leste"),
    country("tm", "asi", "Turkmenistan"),
    country("tn", "afr", "Tunisia"),
    country("to", "oce", "Tonga"),
    country("tr", "eur", "Türkiye"),
    country("tt", "amc", "Trinidad & Tobago"),
    country("tv", "oce", "Tuvalu"),
    country("tw", "asi", "Taiwan"),
    country("tz", "afr", "Tanzania"),
    country("ua", "eur", "Ukraine"),
    country("ug", "afr", "Uganda"),
    country("um", "oce", "U.S. Outlying Islands"),
    country("us", "amn", "United States"),
    country("uy", "ams", "Uruguay"),
    country("uz", "asi", "Uzbekistan"),
    country("va", "eur", "Vatican City"),
    country("vc", "amc", "St. Vincent & Grenadines"),
    country("ve", "ams", "Venezuela"),
    country("vg", "amc", "British Virgin Islands"),
    country("vi", "amc", "U.S. Virgin Islands"),
    country("vn", "asi", "Vietnam"),
    country("vu", "oce", "Vanuatu"),
    country("wf", "oce", "Wallis & Futuna"),
    country("ws", "oce", "Samoa"),
    country("xk", "eur", "Kosovo"),
    country("ye", "asi", "Yemen"),
    country("yt", "afr", "Mayotte"),
    country("za", "afr", "South Africa"),
    country("zm", "afr", "Zambia"),
    country("zw", "afr", "Zimbabwe"),
];

/// Codes that databases of addresses and the tracking of old give to what is
/// no country of the list: alliances, proxies, parts and former countries.
/// Sorted by code.
const SPECIAL: &[Country] = &[
    country("a1", "unk", "Anonymous Proxy"),
    country("a2", "unk", "Satellite Provider"),
    country("ac", "afr", "Ascension Island"),
    country("an", "amc", "Netherlands Antilles"),
    country("ap", "asi", "Asia/Pacific Region"),
    country("cp", "amc", "Clipperton Island"),
    country("cs", "eur", "Serbia and Montenegro"),
    country("dg", "asi", "Diego Garcia"),
    country("ea", "afr", "Ceuta & Melilla"),
    country("eu", "eur", "European Union"),
    country("fx", "eur", "France, Metropolitan"),
    country("ic", "afr", "Canary Islands"),
    country("o1", "unk", "Other Country"),
    country("su", "eur", "USSR"),
    country("ta", "afr", "Tristan da Cunha"),
    country("ti", "asi", "Tibet"),
    country("tp", "asi", "East Timor"),
    country("uk", "eur", "United Kingdom"),
    country("yu", "eur", "Yugoslavia"),
    country("zr", "afr", "Zaire"),
];

/// The two letters of a code; all codes here have two, and numbers compare faster than texts.
pub(crate) fn letters(code: &str) -> Option<u16> {
    code.as_bytes().try_into().map(u16::from_be_bytes).ok()
}

fn row(table: &'static [Country], code: &str) -> Option<&'static Country> {
    let code = Some(letters(code)?);
    let at = table.binary_search_by_key(&code, |row| letters(row.code)).ok()?;
    Some(&table[at])
}

/// The country of today with this code.
pub(crate) fn find_today(code: &str) -> Option<&'static Country> {
    row(COUNTRIES, code)
}

/// The country of today or the special entry with this code.
pub(crate) fn find(code: &str) -> Option<&'static Country> {
    find_today(code).or_else(|| row(SPECIAL, code))
}

/// English name of the country with this lower-case code, "Unknown" for others.
pub fn country_name(code: &str) -> &'static str {
    find(code).map_or("Unknown", |row| row.name)
}

/// Whether `code` (lower case) is a country of today. Special codes are not.
pub fn is_country(code: &str) -> bool {
    find_today(code).is_some()
}

/// Code and English name of all countries of today, sorted by code.
pub fn countries() -> impl Iterator<Item = (&'static str, &'static str)> {
    COUNTRIES.iter().map(|row| (row.code, row.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_complete() {
        for table in [COUNTRIES, SPECIAL] {
            assert!(table.is_sorted_by(|a, b| a.code < b.code));
        }
        // The 249 of ISO 3166-1 and Kosovo.
        assert_eq!(countries().count(), 250);
    }

    #[test]
    fn names_countries() {
        let cases = [
            ("us", "United States"),
            ("tr", "Türkiye"),
            ("ci", "Côte d’Ivoire"),
            ("mm", "Myanmar (Burma)"),
            ("kr", "South Korea"),
            ("ti", "Tibet"),
            ("xx", "Unknown"),
            ("", "Unknown"),
            ("US", "Unknown"),
        ];
        for (code, name) in cases {
            assert_eq!(country_name(code), name, "{code}");
        }
        assert!(is_country("de") && !is_country("eu") && !is_country("xx"));
    }
}
