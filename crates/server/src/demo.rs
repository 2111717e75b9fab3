//! A demonstration site: some weeks of made-up visits, sent through the same line as real ones.

use crate::{
    commands::{Command, Failure},
    control,
    instance::Files,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::path::Path;

const SITE_URL: &str = "https://www.paper-lantern.example";
const SITE_NAME: &str = "Paper Lantern (demonstration)";
/// Hits sent at once.
const BULK_HITS: usize = 500;
/// Visits on a middling day.
const VISITS_A_DAY: f64 = 140.0;
const DAY_S: i64 = 86_400;

const PAGES: &[(&str, &str, u32)] = &[
    ("/", "Paper Lantern: slow goods from Kyoto", 30),
    ("/shop/", "Shop", 18),
    ("/shop/lanterns/", "Lanterns", 14),
    ("/shop/lanterns/chochin-red", "Chochin lantern, red", 9),
    ("/shop/lanterns/andon-floor", "Andon floor lamp", 8),
    ("/shop/lanterns/bonbori-small", "Bonbori, small", 5),
    ("/shop/paper/", "Washi paper", 9),
    ("/shop/paper/washi-a4-white", "Washi A4, white", 6),
    ("/shop/paper/washi-indigo", "Washi, indigo dyed", 6),
    ("/shop/tools/", "Tools", 4),
    ("/journal/", "Journal", 10),
    ("/journal/how-washi-is-made", "How washi is made", 12),
    ("/journal/caring-for-paper", "Caring for paper lanterns", 8),
    ("/journal/a-day-with-master-ito", "A day with master Ito", 5),
    ("/about", "About us", 5),
    ("/contact", "Contact", 4),
    ("/help/delivery", "Delivery and returns", 5),
];
const REFERRERS: &[(&str, &str, u32)] = &[
    ("", "", 34),
    ("https://www.google.com/", "", 28),
    ("https://www.bing.com/search?q=paper+lantern", "", 5),
    ("https://duckduckgo.com/", "", 6),
    ("https://www.ecosia.org/search?q=washi+paper", "", 2),
    ("https://www.instagram.com/", "", 6),
    ("https://www.pinterest.com/pin/81234/", "", 4),
    ("https://www.reddit.com/r/japan/", "", 3),
    ("https://craftletter.example/issues/112", "", 4),
    ("https://blog.slowhome.example/lighting", "", 3),
    ("", "utm_source=newsletter&utm_medium=email&utm_campaign=autumn-letter", 5),
    ("https://www.google.com/", "utm_source=google&utm_medium=cpc&utm_campaign=lanterns&utm_term=paper+lamp", 4),
];
const AGENTS: &[(&str, &str, u32)] = &[
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        "1920x1080",
        26,
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
        "390x844",
        24,
    ),
    (
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
        "412x915",
        14,
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
        "384x824",
        10,
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
        "1440x900",
        12,
    ),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", "2560x1440", 8),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0", "1920x1200", 3),
    (
        "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        "820x1180",
        5,
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
        "1536x864",
        8,
    ),
];
const PLACES: &[(&str, &str, u32)] = &[
    ("de", "de-de,de;q=0.9", 22),
    ("us", "en-us,en;q=0.9", 24),
    ("jp", "ja-jp,ja;q=0.9", 12),
    ("gb", "en-gb,en;q=0.9", 11),
    ("fr", "fr-fr,fr;q=0.9", 9),
    ("nl", "nl-nl,nl;q=0.9", 4),
    ("ch", "de-ch,de;q=0.9", 4),
    ("at", "de-at,de;q=0.9", 3),
    ("ca", "en-ca,en;q=0.9", 4),
    ("au", "en-au,en;q=0.9", 3),
    ("br", "pt-br,pt;q=0.9", 2),
    ("se", "sv-se,sv;q=0.9", 2),
    ("in", "en-in,en;q=0.9", 2),
];
const SEARCHES: &[&str] = &["red lantern", "washi", "gift", "paper repair", "indigo", "lamp"];

/// Numbers that look random and are the same at every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to but not including `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn share(&mut self) -> f64 {
        self.below(1 << 32) as f64 / (1u64 << 32) as f64
    }

    fn pick<'a, A, B>(&mut self, choices: &'a [(A, B, u32)]) -> (&'a A, &'a B) {
        let total: u64 = choices.iter().map(|choice| u64::from(choice.2)).sum();
        let mut left = self.below(total);
        for choice in choices {
            if left < u64::from(choice.2) {
                return (&choice.0, &choice.1);
            }
            left -= u64::from(choice.2);
        }
        (&choices[0].0, &choices[0].1)
    }
}

/// Who comes: the same visitor always uses the same machine and lives in the same place.
struct Visitor {
    id: u64,
    agent: &'static str,
    resolution: &'static str,
    country: &'static str,
    language: &'static str,
}

impl Visitor {
    fn new(number: u64) -> Visitor {
        let mut chance = Chance(number.wrapping_mul(77) + 5);
        let (agent, resolution) = chance.pick(AGENTS);
        let (country, language) = chance.pick(PLACES);
        Visitor { id: chance.next(), agent, resolution, country, language }
    }

    fn hit(&self, site: &str, time_s: i64) -> Map<String, Value> {
        let fields = json!({ "idsite": site, "rec": 1, "_id": format!("{:016x}", self.id), "ua": self.agent,
            "res": self.resolution, "country": self.country, "lang": self.language, "cdt": time_s, "cookie": 1,
            "cip": format!("198.51.{}.{}", self.id % 100, (self.id >> 8) % 250) });
        match fields {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }
}

/// The hits of one visit that begins at this moment.
fn visit(chance: &mut Chance, site: &str, begin_s: i64, until_s: i64, hits: &mut Vec<Map<String, Value>>) {
    // A third of the visits come from a small circle of regulars.
    let number = if chance.below(3) == 0 { chance.below(260) } else { 1000 + chance.below(6000) };
    let visitor = Visitor::new(number);
    let pages = match chance.below(10) {
        0..4 => 1,
        4..8 => 2 + chance.below(3),
        _ => 5 + chance.below(6),
    };
    let (referrer, campaign) = chance.pick(REFERRERS);
    let mut time_s = begin_s;
    for page in 0..pages {
        if time_s >= until_s {
            return;
        }
        let (path, title) = chance.pick(PAGES);
        let mut hit = visitor.hit(site, time_s);
        let query = if page == 0 && !campaign.is_empty() { format!("?{campaign}") } else { String::new() };
        hit.insert("url".into(), json!(format!("{SITE_URL}{path}{query}")));
        hit.insert("action_name".into(), json!(title));
        if page == 0 && !referrer.is_empty() {
            hit.insert("urlref".into(), json!(referrer));
        }
        hits.push(hit);
        time_s += 8 + chance.below(150) as i64;
        if time_s < until_s {
            extra(chance, &visitor, site, time_s, path, hits);
        }
    }
}

/// Now and then something other than a page: a download, a link outward, a search, an event.
fn extra(
    chance: &mut Chance,
    visitor: &Visitor,
    site: &str,
    time_s: i64,
    path: &str,
    hits: &mut Vec<Map<String, Value>>,
) {
    let mut hit = visitor.hit(site, time_s);
    hit.insert("url".into(), json!(format!("{SITE_URL}{path}")));
    match chance.below(40) {
        0 => hit.insert("download".into(), json!(format!("{SITE_URL}/files/care-guide.pdf"))),
        1 => hit.insert("link".into(), json!("https://www.kyoto-crafts.example/workshops")),
        2 | 3 => {
            let keyword = SEARCHES[chance.below(SEARCHES.len() as u64) as usize];
            hit.insert("search_count".into(), json!(chance.below(9)));
            hit.insert("search".into(), json!(keyword))
        }
        4 | 5 => {
            hit.insert("e_c".into(), json!("Gallery"));
            hit.insert("e_n".into(), json!(path));
            hit.insert("e_a".into(), json!("Open"))
        }
        _ => return,
    };
    hits.push(hit);
}

/// How busy a moment is: nights are quiet, evenings and Sundays are not, and the shop grows.
fn busyness(day: i64, days: i64, hour: i64) -> f64 {
    let hours = [2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 10, 10, 11, 10, 9, 9, 9, 10, 11, 13, 14, 12, 8, 4];
    let week = [0.95, 1.0, 1.0, 1.05, 0.9, 1.05, 1.25];
    let weekday = (day + 3).rem_euclid(7) as usize;
    let growth = 0.8 + 0.4 * (days as f64 - 1.0).max(0.0).recip();
    f64::from(hours[hour as usize]) / 165.0 * week[weekday] * growth.min(1.2)
}

/// Everything up to now, the oldest first.
fn hits(site: &str, weeks: u32, now_s: i64) -> Vec<Map<String, Value>> {
    let (mut chance, mut hits) = (Chance(2026), Vec::new());
    let days = i64::from(weeks) * 7;
    for day in (now_s / DAY_S - days)..=(now_s / DAY_S) {
        for hour in 0..24 {
            let expected = VISITS_A_DAY * busyness(day, days, hour);
            let visits = (expected * (0.6 + 0.8 * chance.share())).round() as u64;
            for _ in 0..visits {
                let begin_s = day * DAY_S + hour * 3600 + chance.below(3600) as i64;
                visit(&mut chance, site, begin_s, now_s, &mut hits);
            }
        }
    }
    for back in 0..12 {
        visit(&mut chance, site, now_s - 1700 + back * 140, now_s, &mut hits);
    }
    hits.sort_by_key(|hit| hit.get("cdt").and_then(Value::as_i64));
    hits
}

/// Fills the demonstration site of the server that owns this directory, unless it is filled already; what was done.
///
/// # Errors
/// When no server runs, or it refuses the hits.
pub async fn fill(data_dir: &Path, weeks: u32) -> Result<String, Failure> {
    let socket = Files::new(data_dir).control();
    let ask = |command: Command| {
        let socket = socket.clone();
        async move {
            let answer = tokio::task::spawn_blocking(move || control::ask(&socket, &command)).await;
            let answer = answer.map_err(|fault| Failure::Data(fault.to_string()))??;
            answer.ok_or_else(|| Failure::Refused("no server owns this directory; start makoto serve first".to_owned()))
        }
    };
    let site = ask(Command::SiteEnsure { name: SITE_NAME.to_owned(), url: SITE_URL.to_owned() }).await?;
    let marker = data_dir.join(format!("demo-site-{site}"));
    let send = |bulk: String| ask(Command::Track { bulk });
    match send_rest(&marker, &site, weeks, send).await? {
        None => Ok(format!("site {site} is filled already")),
        Some((count, weeks)) => Ok(format!("site {site} filled with {count} hits of {weeks} weeks")),
    }
}

/// How far the filling of a site has come. A file of nothing says that it is done.
#[derive(Serialize, Deserialize)]
struct Progress {
    weeks: u32,
    /// Up to when hits are made; with it they are the same again.
    until_s: i64,
    bulks_sent: usize,
}

impl Progress {
    /// Written whole or not at all, wherever it is cut short.
    fn note(marker: &Path, text: &str) -> Result<(), Failure> {
        let draft = marker.with_extension("writing");
        std::fs::write(&draft, text).map_err(|fault| Failure::file(&draft, fault))?;
        std::fs::rename(&draft, marker).map_err(|fault| Failure::file(marker, fault))
    }
}

/// Sends what was not sent yet: how many hits there are altogether, of how many weeks. Nothing when all are there.
async fn send_rest(
    marker: &Path,
    site: &str,
    weeks: u32,
    mut send: impl AsyncFnMut(String) -> Result<String, Failure>,
) -> Result<Option<(usize, u32)>, Failure> {
    let mut progress = match std::fs::read_to_string(marker) {
        Ok(text) if text.is_empty() => return Ok(None),
        Ok(text) => serde_json::from_str(&text)
            .map_err(|fault| Failure::Data(format!("{}: {fault}; delete it to begin anew", marker.display())))?,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
            Progress { weeks, until_s: makoto_features::services::now_s(), bulks_sent: 0 }
        }
        Err(fault) => return Err(Failure::file(marker, fault)),
    };
    let hits = hits(site, progress.weeks, progress.until_s);
    for some in hits.chunks(BULK_HITS).skip(progress.bulks_sent) {
        send(json!({ "requests": some }).to_string()).await?;
        progress.bulks_sent += 1;
        Progress::note(marker, &json!(progress).to_string())?;
    }
    Progress::note(marker, "")?;
    Ok(Some((hits.len(), progress.weeks)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demonstration_is_the_same_at_every_run_and_ends_now() {
        let now_s = 1_790_000_000;
        let first = hits("1", 2, now_s);
        assert_eq!(first, hits("1", 2, now_s));
        assert!(first.len() > 3000, "{} hits", first.len());
        assert!(first.iter().all(|hit| hit["cdt"].as_i64().is_some_and(|time_s| time_s < now_s)));
    }

    #[tokio::test]
    async fn what_was_cut_short_goes_on_where_it_ended() {
        let dir = tempfile::tempdir().unwrap();
        let marker = dir.path().join("demo-site-1");
        let mut sent = Vec::new();
        let broken = send_rest(&marker, "1", 2, async |bulk: String| match sent.len() {
            3 => Err(Failure::Refused("the server stops".to_owned())),
            _ => {
                sent.push(bulk);
                Ok(String::new())
            }
        });
        assert!(broken.await.is_err());
        let until_s = serde_json::from_str::<Progress>(&std::fs::read_to_string(&marker).unwrap()).unwrap().until_s;
        // The weeks of the first try stand.
        let rest = send_rest(&marker, "1", 9, async |bulk: String| {
            sent.push(bulk);
            Ok(String::new())
        });
        let expected = hits("1", 2, until_s);
        assert_eq!(rest.await.unwrap(), Some((expected.len(), 2)));
        let hits_of =
            |bulk: &String| serde_json::from_str::<Value>(bulk).unwrap()["requests"].as_array().unwrap().clone();
        assert_eq!(json!(sent.iter().flat_map(hits_of).collect::<Vec<_>>()), json!(expected));
        let nobody = async |_: String| -> Result<String, Failure> { panic!("all is sent") };
        assert_eq!(send_rest(&marker, "1", 2, nobody).await.unwrap(), None);
    }
}
