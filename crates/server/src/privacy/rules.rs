//! The settings of privacy as the rules by which tracking keeps.

use makoto_features::privacy_manager::settings;
use makoto_meta::Snapshot;
use makoto_model::SiteId;
use makoto_tracking::{IpMask, LanguageDetail, PlaceDetail, Privacy, ReferrerDetail, ResolutionDetail, TextMask};

/// How much of a referrer is kept, by the setting's text.
pub fn referrer(text: &str) -> ReferrerDetail {
    match text {
        "exclude_query" => ReferrerDetail::NoQuery,
        "exclude_path" => ReferrerDetail::HostOnly,
        "exclude_all" => ReferrerDetail::KindOnly,
        _ => ReferrerDetail::Whole,
    }
}

/// How much of a resolution is kept, by the setting's text.
pub fn resolution(text: &str) -> ResolutionDetail {
    match text {
        "rounded" => ResolutionDetail::Rounded,
        "none" => ResolutionDetail::Nothing,
        _ => ResolutionDetail::Exact,
    }
}

/// How much of a language is kept, by the setting's text.
pub fn language(text: &str) -> LanguageDetail {
    match text {
        "language" => LanguageDetail::LanguageOnly,
        "none" => LanguageDetail::Nothing,
        _ => LanguageDetail::Exact,
    }
}

/// How much of a place is kept, by the setting's text.
pub fn place(text: &str) -> PlaceDetail {
    match text {
        "region" => PlaceDetail::Region,
        "country" => PlaceDetail::Country,
        "none" => PlaceDetail::Nothing,
        _ => PlaceDetail::City,
    }
}

/// What may be kept of a site's visitors, as the settings say now.
pub fn rules(snapshot: &Snapshot, site: SiteId) -> Privacy {
    let on = |setting| snapshot.setting_at(site, setting);
    let text = |setting| snapshot.setting_at(site, setting);
    let bytes = match on(&settings::MASK_ENABLED) {
        true => snapshot.setting_at(site, &settings::MASK_BYTES).min(4) as u8,
        false => 0,
    };
    let parameters = snapshot.setting_at(site, &settings::PARAMETERS);
    Privacy {
        ip_mask: IpMask { bytes },
        referrer: referrer(&text(&settings::REFERRER)),
        enrich_with_full_address: !on(&settings::MASK_FOR_ENRICHMENT),
        heed_do_not_track: on(&settings::DO_NOT_TRACK),
        heed_global_privacy_control: on(&settings::GLOBAL_PRIVACY_CONTROL),
        pseudonymous_users: on(&settings::USER_IDS),
        anonymous_orders: on(&settings::ORDER_IDS),
        cookieless: on(&settings::COOKIELESS),
        texts: TextMask {
            parameters: parameters.iter().map(|name| name.to_lowercase()).collect(),
            emails: on(&settings::EMAILS),
            cards: on(&settings::CARDS),
            tokens: on(&settings::TOKENS),
        },
        resolution: resolution(&text(&settings::RESOLUTION)),
        language: language(&text(&settings::LANGUAGE)),
        place: place(&text(&settings::LOCATION)),
    }
}
