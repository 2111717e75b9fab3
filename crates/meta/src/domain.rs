//! The domains that e-mail addresses of users may have.

use crate::{Act, Error, Snapshot};
use makoto_catalog::SettingText;
use sqlx::Row;
use std::collections::BTreeSet;

/// The setting that holds the list.
pub const ALLOWED_DOMAINS: &str = "UsersManager.allowedEmailDomains";

/// Longest address, in bytes (RFC 5321, a path).
const ADDRESS_BYTES_MAX: usize = 254;
/// Domains at most, so that every sign-in can look through them.
const DOMAINS_MAX: usize = 1_000;

/// Domains in ASCII and small letters. None: every domain is allowed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Domains(BTreeSet<String>);

/// A domain in the form in which it is compared. Only its own two spellings are read, in ASCII and in Unicode: what
/// merely looks like it, such as full-width letters and dots, is not.
fn plain(domain: &str) -> Option<String> {
    let lower = domain.to_lowercase();
    let ascii = idna::domain_to_ascii_strict(&lower).ok()?;
    let (unicode, read) = idna::domain_to_unicode(&ascii);
    let own = lower == ascii || (read.is_ok() && lower == unicode);
    let names = ascii.split('.').count() >= 2 && ascii.split('.').all(|part| !part.is_empty());
    (own && names).then_some(ascii)
}

impl Domains {
    /// The domain of an address, in the form in which it is compared.
    ///
    /// # Errors
    /// Says what an address looks like. Quoted names are no addresses here: what stands in quotes can hold an `@`.
    pub fn of_address(address: &str) -> Result<String, String> {
        let wrong = || "write the e-mail address as name@example.org".to_owned();
        let (name, domain) = address.split_once('@').ok_or_else(wrong)?;
        let odd = |c: char| c.is_whitespace() || c.is_control() || "\"(),:;<>[\\]@".contains(c);
        let fine = !name.is_empty() && !name.chars().any(odd) && address.len() <= ADDRESS_BYTES_MAX;
        plain(domain).filter(|_| fine).ok_or_else(wrong)
    }

    /// Whether users may have addresses of this domain, which `of_address` gave.
    pub fn allow(&self, domain: &str) -> bool {
        self.0.is_empty() || self.0.contains(domain)
    }

    /// Whether a user may have this address.
    pub fn allow_address(&self, address: &str) -> bool {
        // Addresses of users that an older program let in count as long as nothing is forbidden.
        self.0.is_empty() || Domains::of_address(address).is_ok_and(|domain| self.allow(&domain))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One domain a line, also as `@example.org`; a comma separates as well.
impl SettingText for Domains {
    fn read(text: &str) -> Result<Domains, String> {
        let entries = text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty());
        let read = |entry: &str| {
            let domain = entry.strip_prefix('@').unwrap_or(entry);
            plain(domain).ok_or_else(|| format!("{entry} is no domain; write it as example.org"))
        };
        let domains = entries.map(read).collect::<Result<BTreeSet<String>, String>>()?;
        if domains.len() > DOMAINS_MAX {
            return Err(format!("write at most {DOMAINS_MAX} domains"));
        }
        Ok(Domains(domains))
    }

    fn write(&self) -> String {
        self.0.iter().map(String::as_str).collect::<Vec<_>>().join(",")
    }
}

impl Snapshot {
    /// The domains in force. A stored list was checked when it was set.
    pub fn domains(&self) -> &Domains {
        &self.domains
    }
}

impl Act {
    /// Superusers beside `login` who are active and whose domain is allowed, as this act finds them.
    pub(crate) async fn other_superusers(&mut self, login: &str, domains: &Domains) -> Result<usize, Error> {
        let sql = "SELECT email FROM user WHERE superuser = 1 AND state = 'active' AND login <> ?";
        let rows = sqlx::query(sql).bind(login).fetch_all(&mut *self.tx).await?;
        let mut count = 0;
        for row in rows {
            count += usize::from(domains.allow_address(row.try_get("email")?));
        }
        Ok(count)
    }

    /// The domains in force, as this act finds them.
    pub(crate) async fn domains(&mut self) -> Result<Domains, Error> {
        let stored: Option<String> = sqlx::query_scalar("SELECT value FROM setting WHERE key = ?")
            .bind(ALLOWED_DOMAINS)
            .fetch_optional(&mut *self.tx)
            .await?;
        Domains::read(&stored.unwrap_or_default()).map_err(Error::Corrupt)
    }

    /// Refuses a list of domains under which no superuser could sign in.
    pub(crate) async fn refuse_lockout(&mut self, value: &str) -> Result<(), Error> {
        let domains = Domains::read(value).map_err(Error::Refused)?;
        let superusers: i64 = sqlx::query_scalar("SELECT count(*) FROM user WHERE superuser = 1 AND state = 'active'")
            .fetch_one(&mut *self.tx)
            .await?;
        if superusers > 0 && self.other_superusers("", &domains).await? == 0 {
            let why = "no superuser could sign in under this list; add the domain of one of them to it";
            return Err(Error::Refused(why.into()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(list: &str, address: &str) -> bool {
        Domains::read(list).unwrap().allow_address(address)
    }

    #[test]
    fn promise_13_domains_match_exactly() {
        for fine in ["a@good.com", "A.B+c@GOOD.com", "a@bücher.example", "a@xn--bcher-kva.example", "a@BÜCHER.example"]
        {
            assert!(allowed("good.com, @Bücher.example", fine), "{fine}");
        }
        for wrong in [
            "a@good.com.evil.io",
            "a@sub.good.com",
            "a@evilgood.com",
            "a@good.co",
            "\"x@good.com\"@evil.io",
            "\"x@evil.io\"@good.com",
            "a@evil.io@good.com",
            "a@good.com@evil.io",
            "a@good。com",
            "a@good．com",
            "a@good｡com",
            "a@ｇood.com",
            "a@good\u{200b}.com",
            "a@good.com.",
            "a@good.com\u{0}.evil.io",
            "a@good.com\n",
            "a@gооd.com",
            "@good.com",
            "good.com",
            "a@",
            "a(x@good.com)@evil.io",
            "a@[good.com]",
        ] {
            assert!(!allowed("good.com", wrong), "{wrong}");
        }
        assert!(allowed("", "a@anything.example"));
    }

    #[test]
    fn promise_13_lists_are_kept_in_the_form_in_which_they_are_compared() {
        assert_eq!(
            Domains::read("Bücher.example\n@GOOD.com,good.com").unwrap().write(),
            "good.com,xn--bcher-kva.example"
        );
        for wrong in ["good", "*.good.com", "a@good.com", ".good.com", "good..com", "good.com/", "gооd。com"] {
            assert!(Domains::read(wrong).is_err(), "{wrong}");
        }
    }
}
