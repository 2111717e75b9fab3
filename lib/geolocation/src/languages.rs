//! Languages: ISO 639-1 code and English name, and the labels of reports.

use crate::accept_language::guess_country;
use crate::countries::{country_name, letters};
use std::borrow::Cow;

/// Code of a language nobody knows.
pub const UNKNOWN_LANGUAGE: &str = "xx";

/// Code and English name, sorted by code.
const LANGUAGES: &[(&str, &str)] = &[
    ("aa", "Afar"),
    ("ab", "Abkhazian"),
    ("ae", "Avestan"),
    ("af", "Afrikaans"),
    ("ak", "Akan"),
    ("am", "Amharic"),
    ("an", "Aragonese"),
    ("ar", "Arabic"),
    ("as", "Assamese"),
    ("av", "Avaric"),
    ("ay", "Aymara"),
    ("az", "Azerbaijani"),
    ("ba", "Bashkir"),
    ("be", "Belarusian"),
    ("bg", "Bulgarian"),
    ("bi", "Bislama"),
    ("bm", "Bambara"),
    ("bn", "Bangla"),
    ("bo", "Tibetan"),
    ("br", "Breton"),
    ("bs", "Bosnian"),
    ("ca", "Catalan"),
    ("ce", "Chechen"),
    ("ch", "Chamorro"),
    ("co", "Corsican"),
    ("cr", "Cree"),
    ("cs", "Czech"),
    ("cu", "Church Slavic"),
    ("cv", "Chuvash"),
    ("cy", "Welsh"),
    ("da", "Danish"),
    ("de", "German"),
    ("dv", "Divehi"),
    ("dz", "Dzongkha"),
    ("ee", "Ewe"),
    ("el", "Greek"),
    ("en", "English"),
    ("eo", "Esperanto"),
    ("es", "Spanish"),
    ("et", "Estonian"),
    ("eu", "Basque"),
    ("fa", "Persian"),
    ("ff", "Fula"),
    ("fi", "Finnish"),
    ("fj", "Fijian"),
    ("fo", "Faroese"),
    ("fr", "French"),
    ("fy", "Western Frisian"),
    ("ga", "Irish"),
    ("gd", "Scottish Gaelic"),
    ("gl", "Galician"),
    ("gn", "Guarani"),
    ("gu", "Gujarati"),
    ("gv", "Manx"),
    ("ha", "Hausa"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("ho", "Hiri Motu"),
    ("hr", "Croatian"),
    ("ht", "Haitian Creole"),
    ("hu", "Hungarian"),
    ("hy", "Armenian"),
    ("hz", "Herero"),
    ("ia", "Interlingua"),
    ("id", "Indonesian"),
    ("ie", "Interlingue"),
    ("ig", "Igbo"),
    ("ii", "Sichuan Yi"),
    ("ik", "Inupiaq"),
    ("io", "Ido"),
    ("is", "Icelandic"),
    ("it", "Italian"),
    ("iu", "Inuktitut"),
    ("ja", "Japanese"),
    ("jv", "Javanese"),
    ("ka", "Georgian"),
    ("kg", "Kongo"),
    ("ki", "Kikuyu"),
    ("kj", "Kuanyama"),
    ("kk", "Kazakh"),
    ("kl", "Kalaallisut"),
    ("km", "Khmer"),
    ("kn", "Kannada"),
    ("ko", "Korean"),
    ("kr", "Kanuri"),
    ("ks", "Kashmiri"),
    ("ku", "Kurdish"),
    ("kv", "Komi"),
    ("kw", "Cornish"),
    ("ky", "Kyrgyz"),
    ("la", "Latin"),
    ("lb", "Luxembourgish"),
    ("lg", "Ganda"),
    ("li", "Limburgish"),
    ("ln", "Lingala"),
    ("lo", "Lao"),
    ("lt", "Lithuanian"),
    ("lu", "Luba-Katanga"),
    ("lv", "Latvian"),
    ("mg", "Malagasy"),
    ("mh", "Marshallese"),
    ("mi", "Māori"),
    ("mk", "Macedonian"),
    ("ml", "Malayalam"),
    ("mn", "Mongolian"),
    ("mr", "Marathi"),
    ("ms", "Malay"),
    ("mt", "Maltese"),
    ("my", "Burmese"),
    ("na", "Nauru"),
    ("nb", "Norwegian Bokmål"),
    ("nd", "North Ndebele"),
    ("ne", "Nepali"),
    ("ng", "Ndonga"),
    ("nl", "Dutch"),
    ("nn", "Norwegian Nynorsk"),
    ("no", "Norwegian"),
    ("nr", "South Ndebele"),
    ("nv", "Navajo"),
    ("ny", "Nyanja"),
    ("oc", "Occitan"),
    ("oj", "Ojibwa"),
    ("om", "Oromo"),
    ("or", "Odia"),
    ("os", "Ossetic"),
    ("pa", "Punjabi"),
    ("pi", "Pali"),
    ("pl", "Polish"),
    ("ps", "Pashto"),
    ("pt", "Portuguese"),
    ("qu", "Quechua"),
    ("rm", "Romansh"),
    ("rn", "Rundi"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("rw", "Kinyarwanda"),
    ("sa", "Sanskrit"),
    ("sc", "Sardinian"),
    ("sd", "Sindhi"),
    ("se", "Northern Sami"),
    ("sg", "Sango"),
    ("sh", "Serbo-Croatian"),
    ("si", "Sinhala"),
    ("sk", "Slovak"),
    ("sl", "Slovenian"),
    ("sm", "Samoan"),
    ("sn", "Shona"),
    ("so", "Somali"),
    ("sq", "Albanian"),
    ("sr", "Serbian"),
    ("ss", "Swati"),
    ("st", "Southern Sotho"),
    ("su", "Sundanese"),
    ("sv", "Swedish"),
    ("sw", "Swahili"),
    ("ta", "Tamil"),
    ("te", "Telugu"),
    ("tg", "Tajik"),
    ("th", "Thai"),
    ("ti", "Tigrinya"),
    ("tk", "Turkmen"),
    ("tl", "Tagalog"),
    ("tn", "Tswana"),
    ("to", "Tongan"),
    ("tr", "Turkish"),
    ("ts", "Tsonga"),
    ("tt", "Tatar"),
    ("tw", "Twi"),
    ("ty", "Tahitian"),
    ("ug", "Uyghur"),
    ("uk", "Ukrainian"),
    ("ur", "Urdu"),
    ("uz", "Uzbek"),
    ("ve", "Venda"),
    ("vi", "Vietnamese"),
    ("vo", "Volapük"),
    ("wa", "Walloon"),
    ("wo", "Wolof"),
    ("xh", "Xhosa"),
    ("yi", "Yiddish"),
    ("yo", "Yoruba"),
    ("za", "Zhuang"),
    ("zh", "Chinese"),
    ("zu", "Zulu"),
];

/// The country where most readers of a language live, for those that one
/// country dominates. Sorted by language.
const MAIN_COUNTRIES: &[(&str, &str)] = &[
    ("bg", "bg"),
    ("ca", "es"),
    ("cs", "cz"),
    ("da", "dk"),
    ("de", "de"),
    ("el", "gr"),
    ("en", "us"),
    ("es", "es"),
    ("et", "ee"),
    ("fa", "ir"),
    ("fi", "fi"),
    ("fr", "fr"),
    ("he", "il"),
    ("hr", "hr"),
    ("hu", "hu"),
    ("id", "id"),
    ("is", "is"),
    ("it", "it"),
    ("ja", "jp"),
    ("ko", "kr"),
    ("lt", "lt"),
    ("lv", "lv"),
    ("mk", "mk"),
    ("ms", "my"),
    ("nb", "no"),
    ("nl", "nl"),
    ("nn", "no"),
    ("no", "no"),
    ("pl", "pl"),
    ("pt", "pt"),
    ("ro", "ro"),
    ("ru", "ru"),
    ("sk", "sk"),
    ("sl", "si"),
    ("sq", "al"),
    ("sr", "rs"),
    ("sv", "se"),
    ("th", "th"),
    ("tr", "tr"),
    ("uk", "ua"),
    ("vi", "vn"),
    ("zh", "cn"),
];

fn find(table: &'static [(&str, &str)], code: &str) -> Option<&'static str> {
    let code = Some(letters(code)?);
    let at = table.binary_search_by_key(&code, |(known, _)| letters(known)).ok()?;
    Some(table[at].1)
}

/// The country a language without a region hints at.
pub(crate) fn main_country(language: &str) -> Option<&'static str> {
    find(MAIN_COUNTRIES, language)
}

/// Whether `code` (lower case, without region) is a known language.
pub fn is_language(code: &str) -> bool {
    find(LANGUAGES, code).is_some()
}

/// English name of the language of `code`; a region is ignored. "Unknown" for others.
pub fn language_name(code: &str) -> &'static str {
    let language = code.split_once('-').map_or(code, |(language, _)| language);
    find(LANGUAGES, language).unwrap_or("Unknown")
}

/// Code and English name of all languages, sorted by code.
pub fn languages() -> impl Iterator<Item = (&'static str, &'static str)> {
    LANGUAGES.iter().copied()
}

/// The code under which reports by language and region count a visit recorded
/// with `visit_language`: with the country it hints at, unless that one has
/// the code of the language (`ja` → `ja-jp`, `fr-fr` → `fr`, `ar` → `ar`).
pub fn report_language(visit_language: &str) -> Cow<'_, str> {
    let language = visit_language.split_once('-').map_or(visit_language, |(language, _)| language);
    if !is_language(language) {
        return Cow::Borrowed(UNKNOWN_LANGUAGE);
    }
    match guess_country(visit_language) {
        Some(country) if country != language => Cow::Owned(format!("{language}-{country}")),
        _ => Cow::Borrowed(language),
    }
}

/// English label of a code of such a report: `English - United States (en-us)`,
/// `German (de)`, `Unknown (xx)`.
pub fn language_label(code: &str) -> String {
    let name = language_name(code);
    match code.split_once('-') {
        Some((_, region)) => format!("{name} - {} ({code})", country_name(region)),
        None => format!("{name} ({code})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::countries::is_country;

    #[test]
    fn tables_are_sorted_and_agree() {
        assert!(LANGUAGES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(MAIN_COUNTRIES.is_sorted_by(|a, b| a.0 < b.0));
        for (language, country) in MAIN_COUNTRIES {
            assert!(is_language(language) && is_country(country), "{language} {country}");
        }
    }

    #[test]
    fn labels_are_those_recorded() {
        let cases = [
            ("", "Unknown (xx)"),
            ("*", "Unknown (xx)"),
            ("xx", "Unknown (xx)"),
            ("ar", "Arabic (ar)"),
            ("zh-cn", "Chinese - China (zh-cn)"),
            ("zh-tw", "Chinese - Taiwan (zh-tw)"),
            ("nl", "Dutch (nl)"),
            ("en-au", "English - Australia (en-au)"),
            ("en-us", "English - United States (en-us)"),
            ("fr-fr", "French (fr)"),
            ("fr-ca", "French - Canada (fr-ca)"),
            ("de", "German (de)"),
            ("de-at", "German - Austria (de-at)"),
            ("he-il", "Hebrew - Israel (he-il)"),
            ("it-it", "Italian (it)"),
            ("ja", "Japanese - Japan (ja-jp)"),
            ("ko-kr", "Korean - South Korea (ko-kr)"),
            ("nb-no", "Norwegian Bokmål - Norway (nb-no)"),
            ("pt-br", "Portuguese - Brazil (pt-br)"),
            ("sr", "Serbian - Serbia (sr-rs)"),
            ("es-mx", "Spanish - Mexico (es-mx)"),
            ("sv-se", "Swedish - Sweden (sv-se)"),
            ("tr", "Turkish (tr)"),
        ];
        for (recorded, label) in cases {
            assert_eq!(language_label(&report_language(recorded)), label, "{recorded}");
        }
        assert_eq!(language_name("sr-latn"), "Serbian");
        assert_eq!(language_name(""), "Unknown");
    }
}
