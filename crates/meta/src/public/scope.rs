//! What a public grant shows, and by which way.

use crate::Error;
use serde_json::{Value as Json, json};

macro_rules! names {
    ($(#[$doc:meta])* $kind:ident { $($(#[$own:meta])* $variant:ident $name:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $kind { $($(#[$own])* $variant),+ }

        impl $kind {
            pub const ALL: &[$kind] = &[$($kind::$variant),+];

            pub fn name(self) -> &'static str {
                match self { $($kind::$variant => $name),+ }
            }

            pub fn parse(name: &str) -> Option<$kind> {
                $kind::ALL.iter().copied().find(|kind| kind.name() == name)
            }
        }
    };
}

names! {
    /// What was chosen to be shown.
    PublicWhat {
        /// Every report that may be public at all, as Matomo's "view" for everybody.
        Site "site",
        /// The reports of a dashboard that somebody made, or those of the site's first page.
        Dashboard "dashboard",
        Reports "reports",
        /// Single reports, to be put into other pages.
        Widgets "widgets",
    }
}

names! {
    /// Who may look.
    Channel {
        Open "open",
        /// Who has the link.
        Link "link",
        /// Who has the link and the password.
        Password "password",
    }
}

names! {
    PublicState {
        /// Shows nothing yet: it was asked for, or waits for a second superuser or the end of a cool-off.
        Pending "pending",
        Active "active",
        Paused "paused",
        Expired "expired",
        Revoked "revoked",
    }
}

names! {
    /// What a pending grant waits for.
    WaitsFor {
        Nothing "",
        Activation "activation",
        Approval "approval",
        CoolOff "cool_off",
    }
}

/// A dashboard as it was when it was chosen: what is put on it later is not shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicDashboard {
    /// Whose it is, and its number among theirs.
    pub login: String,
    pub id: i64,
    pub name: String,
    /// Methods of the reports that are shown, as they stand.
    pub columns: Vec<Vec<String>>,
    /// Widgets on it that are not shown.
    pub left_out: Vec<String>,
}

impl PublicDashboard {
    fn written(&self) -> Json {
        json!({ "login": self.login, "id": self.id, "name": self.name, "columns": self.columns,
            "left_out": self.left_out })
    }

    fn read(json: &Json) -> Result<PublicDashboard, Error> {
        let text = |name: &str| json.get(name).and_then(Json::as_str).ok_or_else(|| broken(name)).map(str::to_owned);
        let columns = json.get("columns").and_then(Json::as_array).ok_or_else(|| broken("columns"))?;
        Ok(PublicDashboard {
            login: text("login")?,
            id: json.get("id").and_then(Json::as_i64).ok_or_else(|| broken("dashboard"))?,
            name: text("name")?,
            columns: columns.iter().map(|column| all_texts(column, "columns")).collect::<Result<_, _>>()?,
            left_out: texts(json, "left_out")?,
        })
    }
}

/// What is shown. Each report and field is named, so that nothing that comes later is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicScope {
    pub what: PublicWhat,
    /// Methods of reports, in order of their names.
    pub methods: Vec<String>,
    /// The dashboard that the reports stand on; nothing for those of the site's first page.
    pub dashboard: Option<PublicDashboard>,
    /// Kinds of sensitive facts that are shown on purpose.
    pub shows: Vec<String>,
    /// Months back from the present day.
    pub months: u32,
    /// Which visits count; empty: every visit.
    pub segment: String,
    /// Rows of fewer visits a day are "Others".
    pub visits_min: u32,
    pub channel: Channel,
    /// Origins of other sites that may put it into their pages.
    pub origins: Vec<String>,
}

fn texts(json: &Json, name: &str) -> Result<Vec<String>, Error> {
    all_texts(json.get(name).ok_or_else(|| broken(name))?, name)
}

fn all_texts(list: &Json, name: &str) -> Result<Vec<String>, Error> {
    let list = list.as_array().ok_or_else(|| broken(name))?;
    list.iter().map(|text| text.as_str().map(str::to_owned).ok_or_else(|| broken(name))).collect()
}

fn broken(name: &str) -> Error {
    Error::Corrupt(format!("a public grant has no readable {name}"))
}

impl PublicScope {
    /// As it is stored.
    pub fn written(&self) -> Json {
        let dashboard = self.dashboard.as_ref().map(PublicDashboard::written);
        json!({ "what": self.what.name(), "methods": self.methods, "dashboard": dashboard, "shows": self.shows, "months": self.months,
            "segment": self.segment, "visits_min": self.visits_min, "channel": self.channel.name(),
            "origins": self.origins })
    }

    pub(crate) fn read(text: &str) -> Result<PublicScope, Error> {
        let json: Json = serde_json::from_str(text).map_err(|_| broken("scope"))?;
        let text = |name: &str| json.get(name).and_then(Json::as_str).ok_or_else(|| broken(name));
        let number = |name: &str| {
            json.get(name).and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok()).ok_or_else(|| broken(name))
        };
        Ok(PublicScope {
            what: PublicWhat::parse(text("what")?).ok_or_else(|| broken("what"))?,
            methods: texts(&json, "methods")?,
            dashboard: match json.get("dashboard") {
                None | Some(Json::Null) => None,
                Some(dashboard) => Some(PublicDashboard::read(dashboard)?),
            },
            shows: texts(&json, "shows")?,
            months: number("months")?,
            segment: text("segment")?.to_owned(),
            visits_min: number("visits_min")?,
            channel: Channel::parse(text("channel")?).ok_or_else(|| broken("channel"))?,
            origins: texts(&json, "origins")?,
        })
    }

    /// Whether everything that this shows, and everybody to whom, is in `other` too.
    pub fn is_within(&self, other: &PublicScope) -> bool {
        let all_in = |own: &[String], others: &[String]| own.iter().all(|one| others.contains(one));
        let open = |channel: Channel| match channel {
            Channel::Open => 2,
            Channel::Link => 1,
            Channel::Password => 0,
        };
        all_in(&self.methods, &other.methods)
            && all_in(&self.shows, &other.shows)
            && self.months <= other.months
            && (self.segment == other.segment || other.segment.is_empty())
            && self.visits_min >= other.visits_min
            && open(self.channel) <= open(other.channel)
            && all_in(&self.origins, &other.origins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> PublicScope {
        PublicScope {
            what: PublicWhat::Reports,
            methods: vec!["A.get".into(), "B.get".into()],
            dashboard: None,
            shows: vec!["fullUrls".into()],
            months: 13,
            segment: String::new(),
            visits_min: 3,
            channel: Channel::Link,
            origins: vec!["https://a.example".into()],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(PublicScope::read(&scope().written().to_string()).unwrap(), scope());
        let dashboard = PublicDashboard {
            login: "ada".into(),
            id: 2,
            name: "Board".into(),
            columns: vec![vec!["A.get".into()], Vec::new(), vec!["B.get".into()]],
            left_out: vec!["Live.getLastVisitsDetails".into()],
        };
        let boarded = PublicScope { what: PublicWhat::Dashboard, dashboard: Some(dashboard), ..scope() };
        assert_eq!(PublicScope::read(&boarded.written().to_string()).unwrap(), boarded);
        assert!(PublicScope::read("{}").is_err());
    }

    #[test]
    fn whatever_shows_more_is_wider() {
        let narrower: [fn(&mut PublicScope); 6] = [
            |scope| drop(scope.methods.pop()),
            |scope| scope.shows.clear(),
            |scope| scope.months = 1,
            |scope| scope.visits_min = 20,
            |scope| scope.channel = Channel::Password,
            |scope| scope.origins.clear(),
        ];
        for change in narrower {
            let mut changed = scope();
            change(&mut changed);
            assert!(changed.is_within(&scope()) && !scope().is_within(&changed), "{changed:?}");
        }
        let segmented = PublicScope { segment: "countryCode==de".into(), ..scope() };
        let other = PublicScope { segment: "countryCode==fr".into(), ..scope() };
        assert!(segmented.is_within(&scope()) && !scope().is_within(&segmented) && !other.is_within(&segmented));
    }
}
