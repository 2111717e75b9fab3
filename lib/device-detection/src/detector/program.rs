//! Programs that are no browsers: feed readers, apps, players, mail programs and libraries.

use super::{Detection, fill, fill_version};
use crate::device::{Client, ClientKind};
use crate::rules::{ClientRule, RuleList};

impl Detection<'_> {
    /// Programs that are asked for before browsers.
    pub(super) fn app(&mut self) -> Option<(Client, String)> {
        for (kind, list) in &self.detector.rules.apps {
            let kind = kind_of(*kind)?;
            let found = self.listed(kind, list);
            let answer = if kind == ClientKind::MobileApp { self.app_with_hint(found) } else { found };
            if answer.is_some() {
                return answer;
            }
        }
        None
    }

    /// Libraries, which are asked for last.
    pub(super) fn library(&mut self) -> Option<(Client, String)> {
        self.listed(ClientKind::Library, &self.detector.rules.libraries)
    }

    fn listed(&mut self, kind: ClientKind, list: &RuleList<ClientRule>) -> Option<(Client, String)> {
        let found = self.scan.find_first(list.patterns.range())?;
        let rule = list.rule(found.pattern)?;
        let name = fill(&rule.name, &self.scan, &found.captures);
        let version = fill_version(&rule.version, &self.scan, &found);
        Some((client(kind, name, version), list.label(found.pattern)))
    }

    /// The app that embeds the browser wins when hints name it. Its version is then unknown.
    fn app_with_hint(&self, found: Option<(Client, String)>) -> Option<(Client, String)> {
        let named = self.detector.names.app_of_app(&self.hints.app);
        match (named, found) {
            (Some(name), Some((client, rule))) if client.name == name => Some((client, rule)),
            (Some(name), _) => {
                Some((client(ClientKind::MobileApp, name.to_owned(), String::new()), "client/hints/apps".to_owned()))
            }
            (None, found) => found.filter(|(client, _)| !client.name.is_empty()),
        }
    }
}

fn client(kind: ClientKind, name: String, version: String) -> Client {
    Client {
        kind,
        name,
        version,
        code: String::new(),
        engine: String::new(),
        engine_version: String::new(),
        family: String::new(),
    }
}

/// The kind with the number that the pack holds.
fn kind_of(number: u8) -> Option<ClientKind> {
    [ClientKind::FeedReader, ClientKind::MobileApp, ClientKind::MediaPlayer, ClientKind::Pim]
        .into_iter()
        .find(|kind| *kind as u8 == number)
}
