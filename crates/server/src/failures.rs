//! Requests to the tracker that made no hit, counted in memory until they are written down. Nothing is kept that could
//! tell who sent them: addresses without their queries, names of parameters without their values.

use makoto_meta::{Error, Meta, NewFailure};
use makoto_model::Params;
use makoto_tracking::Refused;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Pairs of site and cause that are counted at once.
const PAIRS_MAX: usize = 2_000;
/// Numbers of sites that do not exist, counted apart; the rest counts as site 0.
const UNKNOWN_MAX: usize = 100;
/// Longest address, in characters.
const URL_CHARS_MAX: usize = 300;
/// Parameters that are named at most.
const NAMES_MAX: usize = 60;
/// Parameters whose values say nothing of anybody.
const PLAIN: [&str; 8] = ["idsite", "rec", "apiv", "send_image", "bots", "idgoal", "ca", "new_visit"];
/// Longest value of those, in characters.
const VALUE_CHARS_MAX: usize = 20;

/// An address without its query and fragment, and without what reads like an e-mail address or a long number.
pub fn masked_url(url: &str) -> String {
    let plain: String = url.split(['?', '#']).next().unwrap_or("").chars().filter(|c| !c.is_control()).collect();
    let piece = |piece: &str| {
        let digits = piece.chars().filter(char::is_ascii_digit).count();
        let personal = piece.contains('@') || piece.contains("%40") || digits >= 8;
        if personal { "…".to_owned() } else { piece.to_owned() }
    };
    let Some((scheme, rest)) = plain.split_once("://") else {
        return plain.split('/').map(piece).collect::<Vec<_>>().join("/").chars().take(URL_CHARS_MAX).collect();
    };
    // User and password stand before the host.
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or(host);
    let path: Vec<String> = path.split('/').map(piece).collect();
    format!("{scheme}://{host}/{}", path.join("/")).chars().take(URL_CHARS_MAX).collect()
}

/// The names of the parameters, with the values of those that say nothing of anybody.
pub fn masked_request(params: &Params) -> String {
    let short = |text: &str, most: usize| -> String { text.chars().filter(|c| !c.is_control()).take(most).collect() };
    let one = |(name, value): (&str, &str)| match PLAIN.contains(&name) {
        true => format!("{name}={}", short(value, VALUE_CHARS_MAX)),
        false => format!("{}=…", short(name, VALUE_CHARS_MAX)),
    };
    params.iter().take(NAMES_MAX).map(one).collect::<Vec<_>>().join("&")
}

/// The cause of a refusal, as it is counted.
pub fn cause(refused: Refused) -> &'static str {
    match refused {
        Refused::Dropped(reason) => reason.name(),
        Refused::Invalid(invalid) => invalid.name(),
    }
}

/// What was refused since the last time.
#[derive(Default)]
pub struct Failures(Mutex<HashMap<(i64, &'static str), NewFailure>>);

impl Failures {
    /// Counts a refused request. `host` is under which the tracker was asked.
    pub fn note(&self, params: &Params, refused: Refused, host: &str, site_exists: bool, now_s: i64) {
        let cause = cause(refused);
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = params.int("idsite").unwrap_or(0);
        let is_crowded = || failures.keys().filter(|(_, known)| *known == cause).count() >= UNKNOWN_MAX;
        let is_own = site_exists || failures.contains_key(&(asked, cause)) || !is_crowded();
        let site = if is_own { asked } else { 0 };
        if let Some(known) = failures.get_mut(&(site, cause)) {
            known.times += 1;
            known.last_s = now_s;
            return;
        }
        if failures.len() >= PAIRS_MAX {
            return;
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || ".:-[]".contains(c);
        let host: String = host.chars().filter(|c| plain(*c)).take(URL_CHARS_MAX).collect();
        let failure = NewFailure {
            site,
            cause,
            page_url: masked_url(params.get("url").unwrap_or("")),
            tracking_url: format!("{host}/matomo.php"),
            request: masked_request(params),
            first_s: now_s,
            last_s: now_s,
            times: 1,
        };
        failures.insert((site, cause), failure);
    }

    /// Writes down what was refused.
    ///
    /// # Errors
    /// When the store cannot be written; what was not written is forgotten.
    pub async fn save(&self, meta: &Meta, now_s: i64) -> Result<(), Error> {
        let failures = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let failures: Vec<NewFailure> = failures.into_values().collect();
        if failures.is_empty() {
            return Ok(());
        }
        meta.add_failures(&failures, now_s).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_tracking::Invalid;

    #[test]
    fn nothing_personal_is_kept_of_a_refused_request() {
        let url = "https://ada:pw@shop.example/u/ada@people.example/4111111111111111/x?mail=a@b.c#t";
        assert_eq!(masked_url(url), "https://shop.example/u/…/…/x");
        let params = Params::new(vec![
            ("idsite".into(), "7".into()),
            ("uid".into(), "ada@people.example".into()),
            ("token_auth".into(), "secret".into()),
        ]);
        assert_eq!(masked_request(&params), "idsite=7&uid=…&token_auth=…");
    }

    #[test]
    fn every_cause_has_words_and_what_to_do() {
        use makoto_features::diagnostics::failures::cause_of;
        use makoto_tracking::Reason;
        let dropped = Reason::ALL.iter().map(|reason| reason.name());
        for name in dropped.chain(Invalid::ALL.iter().map(|invalid| invalid.name())) {
            assert!(cause_of(name).is_some_and(|cause| !cause.solution.is_empty()), "{name}");
        }
    }

    #[test]
    fn a_flood_of_unknown_sites_is_one_line() {
        let failures = Failures::default();
        for n in 0..5_000_i64 {
            let params = Params::new(vec![("idsite".into(), n.to_string().into())]);
            failures.note(&params, Refused::Invalid(Invalid::UnknownSite), "x", false, n);
        }
        let held = failures.0.lock().unwrap();
        assert!(held.len() <= UNKNOWN_MAX + 1, "{}", held.len());
        assert_eq!(held.values().map(|failure| failure.times).sum::<i64>(), 5_000);
    }
}
