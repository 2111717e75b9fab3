//! What a promised mail says, from its kind and data.

use super::{
    language::{self, Language},
    page::{Block, Page, plain},
};
use makoto_meta::{Letter, MailKind};
use serde_json::Value as Json;

/// Entries of one list that a mail shows; the page has them all.
const LIST_ENTRIES_MAX: usize = 50;

/// What a reader is told of an act's details, in this order; the rest means nothing to them.
const DETAILS: &[&str] = &[
    "name",
    "description",
    "setting",
    "role",
    "site",
    "sites",
    "users",
    "logins",
    "before",
    "after",
    "email",
    "domain",
    "country",
    "network",
    "addresses",
    "count",
    "failures",
    "failed",
    "usual",
    "left",
    "days",
    "place",
    "fault",
    "shown",
    "tokens_left",
    "channel",
    "origins",
    "segment",
    "until",
    "reason",
    "method",
];

/// What is around a mail.
pub struct Surroundings<'a> {
    pub base_url: &'a str,
    /// Names the device behind a user agent; nothing when it is unknown. What the agent itself says is never shown: a
    /// stranger may have chosen it.
    pub device: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// Names the country of an address.
    pub country: &'a (dyn Fn(&str) -> Option<String> + Sync),
}

impl Surroundings<'_> {
    /// Host and port as people see them.
    pub fn host(&self) -> &str {
        self.base_url.split_once("://").map_or(self.base_url, |(_, host)| host)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}

struct Writer<'a> {
    letter: &'a Letter,
    around: &'a Surroundings<'a>,
    words: &'static Language,
    host: String,
    blocks: Vec<Block>,
}

/// Composes a mail.
pub fn compose(letter: &Letter, around: &Surroundings<'_>) -> Page {
    let writer = Writer {
        letter,
        around,
        words: language::of(&letter.language),
        host: around.host().to_owned(),
        blocks: Vec::new(),
    };
    match letter.kind {
        MailKind::Event => writer.event(),
        MailKind::PasswordReset => writer.password_reset(),
        MailKind::Invitation => writer.invitation(),
        MailKind::InvitationAnswer => writer.invitation_answer(),
        MailKind::InactiveAccounts => writer.inactive_accounts(),
        MailKind::ReviewDue => writer.review_due(),
        MailKind::Test => writer.test(),
        MailKind::AuditHead => writer.audit_head(),
        MailKind::PublicReminder => writer.public_reminder(),
        MailKind::Checkup => writer.checkup(),
        MailKind::TrackingFailures => writer.tracking_failures(),
    }
}

/// A text of the data, made harmless.
fn field(data: &Json, name: &str) -> String {
    data.get(name).map(shown).unwrap_or_default()
}

/// A value in a line: lists with commas, names with their values.
fn shown(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => plain(text),
        Json::Array(items) => plain(&items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) => plain(
            &fields.iter().map(|(name, value)| format!("{name}: {}", shown(value))).collect::<Vec<_>>().join(", "),
        ),
        other => other.to_string(),
    }
}

fn number(data: &Json, name: &str) -> Option<i64> {
    data.get(name).and_then(Json::as_i64)
}

impl Writer<'_> {
    fn text(&mut self, section: &str, key: &str, values: &[(&str, &str)]) {
        let mut all = vec![("host", self.host.as_str())];
        all.extend_from_slice(values);
        let text = self.words.fill(section, key, &all);
        self.blocks.push(Block::Text(text));
    }

    fn note(&mut self, section: &str, key: &str) {
        self.blocks.push(Block::Note(self.words.say(section, key).to_owned()));
    }

    fn button(&mut self, section: &str, key: &str, path: &str) {
        let label = self.words.say(section, key).to_owned();
        let hint = self.words.say("layout", "copy_link").to_owned();
        self.blocks.push(Block::Button { label, url: self.around.url(path), hint });
    }

    fn page(self, subject: String, title: String, security: bool) -> Page {
        let mut footer = vec![self.words.fill("layout", "footer", &[("host", &self.host)])];
        if security {
            footer.push(self.words.say("layout", "no_unsubscribe").to_owned());
        }
        let language = self.words.code.clone();
        Page { language, subject: plain(&subject), title, blocks: self.blocks, footer }
    }

    fn event(mut self) -> Page {
        let data = &self.letter.data;
        let (kind, account) = (field(data, "kind"), field(data, "subject"));
        let what = self.words.event(&kind);
        let own = !account.is_empty() && account.eq_ignore_ascii_case(&self.letter.login);
        let public = kind.starts_with("public.");
        let section = match (own, public) {
            (true, _) => "self",
            (false, true) => "public",
            (false, false) => "superuser",
        };
        self.text(section, "lead", &[("account", &account)]);
        let facts = self.facts(&what, &account);
        self.blocks.push(Block::Facts(facts));
        let shut_out = matches!(kind.as_str(), "user.deleted" | "user.suspended" | "inactive.suspended");
        if own && shut_out {
            self.text("self", "gone", &[]);
        } else if own {
            self.text("self", "fine", &[]);
            self.text("self", "not_me_doing", &[]);
            self.button("self", "not_me", "/admin/personal/security");
            self.note("layout", "link_only_opens");
        } else if public {
            let grant = data.pointer("/detail/grants/0").and_then(Json::as_i64);
            let path = grant.map_or_else(String::new, |grant| format!("?pause={grant}"));
            self.text("public", "doing", &[]);
            self.button("public", "button", &format!("/admin/system/public-reports{path}"));
            self.note("layout", "link_only_opens");
        } else {
            self.text("superuser", "doing", &[]);
            self.button("superuser", "button", "/admin/diagnostic/activity-log");
            self.note("layout", "link_only_opens");
        }
        let subject_key = if own || account.is_empty() { "subject" } else { "subject_about" };
        let subject = self.words.fill(section, subject_key, &[("what", &what), ("account", &account)]);
        self.page(subject, what, true)
    }

    /// What, whom, who, when, from where, and what else is known.
    fn facts(&self, what: &str, account: &str) -> Vec<(String, String)> {
        let (data, words) = (&self.letter.data, self.words);
        let mut facts = Vec::new();
        let mut add = |name: &str, value: String| facts.push((words.say("fact", name).to_owned(), value));
        add("what", what.to_owned());
        if !account.is_empty() {
            add("account", account.to_owned());
        }
        add("who", self.who(&field(data, "who")));
        let at_s = number(data, "at_ms").unwrap_or(self.letter.made_s * 1000).div_euclid(1000);
        add("when", words.moment(at_s));
        let address = field(data, "address");
        add(
            "from",
            match (self.around.country)(&address) {
                _ if address.is_empty() => words.say("fact", "no_address").to_owned(),
                Some(country) => format!("{address} ({country})"),
                None => address.clone(),
            },
        );
        let agent = field(data, "agent");
        if !address.is_empty() {
            let device = (self.around.device)(&agent);
            add("device", device.unwrap_or_else(|| words.say("fact", "unknown_device").to_owned()));
        }
        for name in DETAILS {
            let value = data.pointer(&format!("/detail/{name}")).map(shown).unwrap_or_default();
            if !value.is_empty() {
                facts.push((words.say("detail", name).to_owned(), value));
            }
        }
        facts
    }

    fn who(&self, who: &str) -> String {
        let key = match who {
            "operator" => "operator",
            "anonymous" => "anonymous",
            name if name.starts_with("job:") => "job",
            name => return name.to_owned(),
        };
        self.words.say("who", key).to_owned()
    }

    fn password_reset(mut self) -> Page {
        let address = field(&self.letter.data, "address");
        self.text("password_reset", "lead", &[("address", &address)]);
        let path = format!("/reset#{}", field(&self.letter.data, "token"));
        self.button("password_reset", "button", &path);
        self.text("password_reset", "life", &[]);
        self.note("password_reset", "not_me");
        let (subject, title) = self.named("password_reset");
        self.page(subject, title, false)
    }

    fn named(&self, section: &str) -> (String, String) {
        (self.words.say(section, "subject").to_owned(), self.words.say(section, "title").to_owned())
    }

    fn invitation(mut self) -> Page {
        let data = &self.letter.data;
        let (account, inviter) = (field(data, "login"), self.who(&field(data, "inviter")));
        self.text("invitation", "lead", &[("account", &account), ("inviter", &inviter)]);
        self.button("invitation", "button", &format!("/invitation#{}", field(data, "token")));
        if let Some(expires_s) = number(data, "expires_s") {
            let when = self.words.moment(expires_s);
            self.text("invitation", "life", &[("when", &when)]);
        }
        self.note("invitation", "not_me");
        let subject = self.words.fill("invitation", "subject", &[("inviter", &inviter)]);
        let title = self.words.say("invitation", "title").to_owned();
        self.page(subject, title, false)
    }

    fn invitation_answer(mut self) -> Page {
        let data = &self.letter.data;
        let (account, email) = (field(data, "login"), field(data, "email"));
        let answer = if data.get("accepted") == Some(&Json::Bool(true)) { "accepted" } else { "declined" };
        self.text("invitation_answer", &format!("lead_{answer}"), &[("account", &account), ("email", &email)]);
        self.button("invitation_answer", "button", "/admin/system/users");
        let subject = self.words.fill("invitation_answer", &format!("subject_{answer}"), &[("account", &account)]);
        let title = self.words.say("invitation_answer", &format!("title_{answer}")).to_owned();
        self.page(subject, title, false)
    }

    fn inactive_accounts(mut self) -> Page {
        let data = &self.letter.data;
        let days = field(data, "days");
        self.text("inactive_accounts", "lead", &[]);
        for list in ["inactive", "never_used", "pending", "tokens"] {
            let Some(entries) = data.get(list).and_then(Json::as_array).filter(|entries| !entries.is_empty()) else {
                continue;
            };
            let heading = self.words.fill("inactive_accounts", list, &[("days", &days)]);
            self.blocks.push(Block::Heading(heading));
            let mut lines: Vec<String> =
                entries.iter().take(LIST_ENTRIES_MAX).map(|entry| self.unused(entry)).collect();
            if entries.len() > LIST_ENTRIES_MAX {
                let count = (entries.len() - LIST_ENTRIES_MAX).to_string();
                lines.push(self.words.fill("layout", "more", &[("count", &count)]));
            }
            self.blocks.push(Block::List(lines));
        }
        self.button("inactive_accounts", "button", &format!("/admin/system/users?seen={days}"));
        let (subject, title) = self.named("inactive_accounts");
        self.page(subject, title, true)
    }

    fn unused(&self, entry: &Json) -> String {
        let mut parts = vec![field(entry, "login"), field(entry, "email"), field(entry, "description")];
        if entry.get("superuser") == Some(&Json::Bool(true)) {
            parts.push(self.words.say("inactive_accounts", "superuser").to_owned());
        }
        let (key, time_s) = match number(entry, "last_seen_s") {
            Some(seen_s) => ("last_seen", Some(seen_s)),
            None => ("created", number(entry, "created_s")),
        };
        if let Some(time_s) = time_s {
            parts.push(self.words.fill("inactive_accounts", key, &[("date", &self.words.date(time_s))]));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }

    fn review_due(mut self) -> Page {
        self.text("review_due", "lead", &[]);
        match number(&self.letter.data, "last_s") {
            Some(last_s) => {
                let date = self.words.date(last_s);
                self.text("review_due", "last", &[("date", &date)]);
            }
            None => self.text("review_due", "never", &[]),
        }
        self.button("review_due", "button", "/admin/system/access-review");
        let (subject, title) = self.named("review_due");
        self.page(subject, title, true)
    }

    fn public_reminder(mut self) -> Page {
        let data = &self.letter.data;
        let days = field(data, "days");
        self.text("public_reminder", "lead", &[]);
        let entries = data.get("entries").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut lines: Vec<String> =
            entries.iter().take(LIST_ENTRIES_MAX).map(|entry| self.public_grant(entry, &days)).collect();
        if entries.len() > LIST_ENTRIES_MAX {
            let count = (entries.len() - LIST_ENTRIES_MAX).to_string();
            lines.push(self.words.fill("layout", "more", &[("count", &count)]));
        }
        self.blocks.push(Block::List(lines));
        self.button("public_reminder", "button", "/admin/system/public-reports");
        let (subject, title) = self.named("public_reminder");
        self.page(subject, title, true)
    }

    /// One public grant: where, since when, how often looked at, from which pages, until when.
    fn public_grant(&self, entry: &Json, days: &str) -> String {
        let say = |key: &str, values: &[(&str, &str)]| self.words.fill("public_reminder", key, values);
        let state = self.words.say("public_reminder", &field(entry, "state")).to_owned();
        let (views, hosts) = (field(entry, "views"), field(entry, "hosts"));
        let mut parts = vec![format!("{} ({})", field(entry, "site"), state)];
        parts.push(say("age", &[("days", &field(entry, "age_days"))]));
        parts.push(say("views", &[("views", &views), ("days", days)]));
        if !hosts.is_empty() {
            parts.push(say("hosts", &[("hosts", &hosts)]));
        }
        if let Some(left) = number(entry, "days_left") {
            parts.push(say("left", &[("days", &left.to_string())]));
        }
        if let Some(count) = number(entry, "findings").filter(|count| *count > 0) {
            parts.push(say("findings", &[("count", &count.to_string())]));
        }
        parts.join(" · ")
    }

    fn test(mut self) -> Page {
        let who = self.who(&field(&self.letter.data, "who"));
        self.text("test", "lead", &[("who", &who)]);
        let (subject, title) = self.named("test");
        self.page(subject, title, false)
    }

    /// A heading and at most `LIST_ENTRIES_MAX` of its lines; nothing where there are none.
    fn list(&mut self, heading: String, lines: Vec<String>) {
        if lines.is_empty() {
            return;
        }
        self.blocks.push(Block::Heading(heading));
        let more = lines.len().saturating_sub(LIST_ENTRIES_MAX);
        let mut lines: Vec<String> = lines.into_iter().take(LIST_ENTRIES_MAX).collect();
        if more > 0 {
            lines.push(self.words.fill("layout", "more", &[("count", &more.to_string())]));
        }
        self.blocks.push(Block::List(lines));
    }

    fn checkup(mut self) -> Page {
        let data = &self.letter.data;
        let (score, grade) = (field(data, "score"), field(data, "grade"));
        self.text("checkup", "lead", &[("score", &score), ("grade", &grade)]);
        if let Some(before) = number(data, "before") {
            self.text("checkup", "before", &[("before", &before.to_string())]);
        }
        for list in ["fail", "warn", "unknown"] {
            let entries = data.get(list).and_then(Json::as_array);
            let lines = entries.into_iter().flatten().map(shown).collect();
            self.list(self.words.say("checkup", list).to_owned(), lines);
        }
        let accepted = data.get("accepted").and_then(Json::as_array);
        let line = |risk: &Json| {
            let until = self.words.date(number(risk, "until_s").unwrap_or(0));
            format!("{} · {} · {} · {until}", field(risk, "check"), field(risk, "reason"), field(risk, "who"))
        };
        let lines = accepted.into_iter().flatten().map(line).collect();
        self.list(self.words.say("checkup", "accepted").to_owned(), lines);
        self.button("checkup", "button", "/admin/security-checkup");
        let subject = self.words.fill("checkup", "subject", &[("score", &score), ("grade", &grade)]);
        let title = self.words.say("checkup", "title").to_owned();
        self.page(subject, title, true)
    }

    fn tracking_failures(mut self) -> Page {
        let failures = self.letter.data.get("failures").and_then(Json::as_array);
        self.text("tracking_failures", "lead", &[]);
        let line = |failure: &Json| {
            let mut parts = vec![
                self.words.fill("tracking_failures", "site", &[("site", &field(failure, "site"))]),
                field(failure, "problem"),
                self.words.fill("tracking_failures", "times", &[("count", &field(failure, "count"))]),
                field(failure, "url"),
            ];
            parts.retain(|part| !part.is_empty());
            parts.join(" · ")
        };
        let lines = failures.into_iter().flatten().map(line).collect();
        let heading = self.words.say("tracking_failures", "heading").to_owned();
        self.list(heading, lines);
        self.button("tracking_failures", "button", "/admin/diagnostic/tracking-failures");
        let (subject, title) = self.named("tracking_failures");
        self.page(subject, title, false)
    }

    fn audit_head(mut self) -> Page {
        let data = &self.letter.data;
        self.text("audit_head", "lead", &[]);
        let line = field(data, "line");
        let fact = |name: &str, value: String| (self.words.say("audit_head", name).to_owned(), value);
        let facts = vec![
            fact("line", line.clone()),
            fact("hash", field(data, "hash")),
            fact("signature", field(data, "signature")),
            fact("key", field(data, "public_key")),
        ];
        self.blocks.push(Block::Facts(facts));
        self.note("audit_head", "verify");
        let subject = self.words.fill("audit_head", "subject", &[("line", &line)]);
        let title = self.words.say("audit_head", "title").to_owned();
        self.page(subject, title, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{html, text};
    use makoto_meta::{Activity, Tell};
    use serde_json::json;

    /// What people choose to be called, and what they send as their browser's name.
    const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'&\r\nBcc: all@people.example\u{202e}gnp.exe\u{0}\u{1b}[31m";

    fn around<'a>() -> Surroundings<'a> {
        Surroundings {
            base_url: "https://stats.example",
            device: &|agent| agent.contains("Firefox").then(|| "Firefox, GNU/Linux".to_owned()),
            country: &|address| address.starts_with("203.").then(|| "Germany".to_owned()),
        }
    }

    fn letter(kind: MailKind, login: &str, language: &str, data: Json) -> Letter {
        let (address, language) = ("ada@people.example".into(), language.into());
        Letter {
            id: 1,
            kind,
            login: login.into(),
            address,
            language,
            made_s: 1_795_378_596,
            tries: 1,
            data,
            route: None,
        }
    }

    fn event(kind: &str, login: &str, language: &str) -> Letter {
        let data = json!({ "kind": kind, "who": "root", "subject": "ada", "at_ms": 1_795_378_596_000_i64,
            "address": "203.0.113.7", "agent": "Mozilla/5.0 Firefox/140", "detail": { "login": "ada",
            "before": "view", "after": "admin", "token": "never shown" } });
        letter(MailKind::Event, login, language, data)
    }

    fn hostile_data() -> Json {
        let entry = json!({ "login": HOSTILE, "email": HOSTILE, "description": HOSTILE, "superuser": true });
        json!({ "kind": HOSTILE, "who": HOSTILE, "subject": HOSTILE, "at_ms": 0, "address": HOSTILE, "agent": HOSTILE,
            "detail": { "name": HOSTILE, "after": [HOSTILE], "before": { HOSTILE: HOSTILE } }, "login": HOSTILE,
            "email": HOSTILE, "inviter": HOSTILE, "token": HOSTILE, "line": HOSTILE, "hash": HOSTILE,
            "signature": HOSTILE, "inactive": [entry], "tokens": [entry], "days": HOSTILE, "expires_s": 0 })
    }

    #[test]
    fn hostile_text_stays_text() {
        for kind in MailKind::ALL {
            for language in ["en", "de"] {
                let page = compose(&letter(*kind, HOSTILE, language, hostile_data()), &around());
                assert!(!page.subject.chars().any(char::is_control), "{}", page.subject);
                assert!(!page.subject.contains('\u{202e}'));
                let html = html::write(&page);
                assert!(!html.contains("<img") && !html.contains("\"'"), "{html}");
                let text = text::write(&page);
                assert!(!text.contains("\nBcc:") && !text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
            }
        }
    }

    #[test]
    fn promise_16_a_security_mail_says_what_who_when_and_from_where() {
        for (language, words) in [
            ("en", ["Superuser rights were granted", "root", "Sunday, 22 November 2026, 20:16 UTC", "This was not me"]),
            (
                "de",
                [
                    "Superuser-Rechte wurden vergeben",
                    "root",
                    "Sonntag, 22. November 2026, 20:16 Uhr (UTC)",
                    "Das war ich nicht",
                ],
            ),
        ] {
            let page = compose(&event("superuser.granted", "ada", language), &around());
            for written in [html::write(&page), text::write(&page)] {
                for word in words.into_iter().chain([
                    "203.0.113.7 (Germany)",
                    "Firefox, GNU/Linux",
                    "admin",
                    "https://stats.example/admin/personal/security",
                ]) {
                    assert!(written.contains(word), "{word} in {written}");
                }
                assert!(!written.contains("never shown") && !written.contains("Mozilla"));
            }
        }
    }

    #[test]
    fn superusers_are_led_to_the_log_and_the_shut_out_nowhere() {
        let superuser = text::write(&compose(&event("user.deleted", "root", "en"), &around()));
        assert!(superuser.contains("https://stats.example/admin/diagnostic/activity-log"));
        let own = text::write(&compose(&event("user.deleted", "ada", "en"), &around()));
        assert!(!own.contains("https://") && own.contains("no longer sign in"));
    }

    #[test]
    fn promise_16_every_event_that_is_mailed_has_a_page_without_gaps() {
        for kind in Activity::ALL.iter().filter(|kind| kind.tell() != Tell::Nobody) {
            for (login, language) in [("ada", "en"), ("root", "en"), ("ada", "de"), ("root", "de")] {
                let page = compose(&event(kind.name(), login, language), &around());
                assert!(!page.subject.is_empty() && !page.subject.contains(kind.name()), "{}", page.subject);
                let text = text::write(&page);
                assert!(!text.contains("  .") && !text.contains('{'), "{text}");
            }
        }
    }

    #[test]
    fn links_carry_their_token_behind_the_hash_alone() {
        let data = json!({ "token": "kingfisher", "login": "ada", "inviter": "root", "expires_s": 1_795_378_596 });
        for (kind, url) in [
            (MailKind::PasswordReset, "https://stats.example/reset#kingfisher"),
            (MailKind::Invitation, "https://stats.example/invitation#kingfisher"),
        ] {
            let page = compose(&letter(kind, "ada", "en", data.clone()), &around());
            assert!(text::write(&page).contains(&format!("\n{url}\n")));
            assert!(html::write(&page).contains(&format!("href=\"{url}\"")));
            assert!(!page.subject.contains("kingfisher"));
        }
    }
}
