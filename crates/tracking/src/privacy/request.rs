//! A request without what must not be kept of it, before anything is read from it: whatever a feature captures, it
//! captures from this.

use super::{Privacy, ResolutionDetail, Salts};
use makoto_model::Params;
use std::borrow::Cow;

/// Characters of a user id that are kept.
pub const USER_ID_CHARS_MAX: usize = 200;
/// Parameters whose values are addresses of pages.
const URLS: [&str; 7] = ["url", "urlref", "link", "download", "_ref", "c_t", "c_p"];
/// Whether a parameter is no text of the page: a number, a secret that is never kept, or an identity that has rules
/// of its own.
fn is_no_text(name: &str) -> bool {
    matches!(
        name,
        "idsite"
            | "rec"
            | "apiv"
            | "rand"
            | "r"
            | "h"
            | "m"
            | "s"
            | "res"
            | "_id"
            | "cid"
            | "uid"
            | "cip"
            | "ua"
            | "uadata"
            | "lang"
            | "token_auth"
            | "cdt"
            | "cdo"
            | "pv_id"
            | "gt_ms"
            | "send_image"
            | "new_visit"
            | "ping"
            | "bots"
            | "ca"
            | "cookie"
            | "pdf"
            | "qt"
            | "realp"
            | "wma"
            | "fla"
            | "java"
            | "ag"
            | "lat"
            | "long"
            | "country"
            | "_idts"
            | "_idvc"
            | "ec_id"
    )
}

/// What a browser remembers of its visitor.
const REMEMBERED: [&str; 6] = ["_id", "_idts", "_idvc", "_viewts", "_refts", "_ects"];

impl Privacy {
    /// The request without what must not be kept.
    pub fn request<'a>(&self, params: &'a Params, salts: &Salts) -> Cow<'a, Params> {
        let kept = |(name, value): (&str, &str)| -> Option<String> { self.parameter(name, value, salts) };
        let Some(first) = params.iter().position(|pair| kept(pair).is_some()) else { return Cow::Borrowed(params) };
        let mut out = Params::default();
        for (nth, (name, value)) in params.iter().enumerate() {
            match kept((name, value)).filter(|_| nth >= first) {
                Some(changed) => out.push(name, &changed),
                None => out.push(name, value),
            }
        }
        Cow::Owned(out)
    }

    /// The new value of a parameter; nothing when it stays.
    fn parameter(&self, name: &str, value: &str, salts: &Salts) -> Option<String> {
        if value.is_empty() {
            return None;
        }
        let changed = match name {
            "uid" => self.pseudonymous_users.then(|| salts.user(value)),
            "ec_id" => self.anonymous_orders.then(|| salts.order(value.trim())),
            "res" => match self.resolution {
                ResolutionDetail::Exact => None,
                detail => Some(detail.apply(value)),
            },
            _ if self.cookieless && REMEMBERED.contains(&name) => Some(String::new()),
            _ if is_no_text(name) || self.texts.is_off() => None,
            _ if URLS.contains(&name) => changed(self.texts.url(value)),
            _ => changed(self.texts.text(value)),
        };
        changed.filter(|changed| changed != value)
    }
}

fn changed(text: Cow<'_, str>) -> Option<String> {
    match text {
        Cow::Owned(text) => Some(text),
        Cow::Borrowed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::TextMask;
    use super::*;

    fn params(text: &str) -> Params {
        let mut params = Params::default();
        assert!(crate::query::read_into(&mut params, text.as_bytes()));
        params
    }

    #[test]
    fn a_request_loses_what_must_not_be_kept() {
        let strict = Privacy {
            pseudonymous_users: true,
            anonymous_orders: true,
            cookieless: true,
            resolution: ResolutionDetail::Rounded,
            texts: TextMask { emails: true, ..TextMask::default() },
            ..Privacy::default()
        };
        let salts = Salts::new([3; 32]);
        let sent = params(
            "uid=ann&ec_id=A-7&_id=0123456789abcdef&res=1367x769&e_n=a@b.example&idsite=1&dimension3=a@b.example",
        );
        let kept = strict.request(&sent, &salts);
        let get = |name| kept.get(name).unwrap_or_default();
        assert_eq!((get("_id"), get("res"), get("idsite")), ("", "1400x800", "1"));
        assert_eq!((get("e_n"), get("dimension3")), ("[email]", "[email]"));
        assert_eq!((get("uid").len(), get("ec_id").len()), (37, 37));
        assert_ne!(get("uid"), salts.order("ann"));
        assert_eq!(get("uid"), salts.user(" ann "));
        assert_eq!(salts.user(get("uid")), get("uid"));
        assert!(matches!(Privacy::default().request(&sent, &salts), Cow::Borrowed(_)));
    }
}
