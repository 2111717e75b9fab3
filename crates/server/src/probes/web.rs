//! How the server answers to itself: asked through `base_url`, so that whatever stands before it is measured too.

use crate::app::App;
use makoto_features::probes::{Known, OptOut, Route, Web};
use makoto_identity::outbound::{self, Outbound};
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream, pki_types::ServerName};
use std::{
    collections::BTreeMap,
    io::Write,
    net::{TcpStream, ToSocketAddrs},
    sync::Arc,
    time::Duration,
};
use ureq::Agent;

/// Longest wait for one answer.
const ANSWER_WAIT_MAX: Duration = Duration::from_millis(1500);
/// A host that is nobody's, and an address that is nobody's.
const STRANGER: &str = "attacker.invalid";
const MADE_UP: &str = "203.0.113.77";
/// Answers whose headers are looked at: page, page of Matomo's address, our API, its description, the tracker's script.
const ROUTES: [&str; 5] = [
    "/",
    "/index.php?module=CoreHome",
    "/api/v1/session",
    "/api/v1/openapi.json",
    "/index.php?module=API&method=API.getMatomoVersion",
];
/// Paths that must not be there, though attackers ask for them.
const HIDDEN: [&str; 20] = [
    "/meta.db",
    "/journal.db",
    "/fold.db",
    "/secret.key",
    "/analytics/1.duckdb",
    "/data/meta.db",
    "/control.sock",
    "/lock",
    "/.env",
    "/.git/config",
    "/config/config.ini.php",
    "/config.toml",
    "/makoto.toml",
    "/backup/manifest.json",
    "/manifest.json.bak",
    "/tmp/",
    "/..%2fmeta.db",
    "/%2e%2e/secret.key",
    "/etc/passwd",
    "/proc/self/environ",
];
/// Origins that must not read answers, and where they try.
const ORIGINS: [&str; 2] = ["https://attacker.invalid", "null"];
const READABLE: [&str; 2] = ["/api/v1/session", "/index.php?module=API&method=API.getMatomoVersion&format=json"];
/// Where a running look finds out under which address it is seen; other callers find nothing there.
pub const MIRROR_PATH: &str = "/api/v1/mirror";
/// The header with the secret of a running look.
pub const MIRROR_HEADER: &str = "x-makoto-look";
/// Sites that are asked about.
const SITES_MAX: usize = 20;
const OPT_OUT: &str = "/index.php?module=CoreAdminHome&action=optOut&language=en";

/// One answer.
struct Reply {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

/// Who asks, and where.
struct Asker {
    agent: Agent,
    base: String,
    /// Named as the host where the listener itself is asked.
    host: Option<String>,
}

/// Longest part of an answer that is read, in bytes.
const BODY_BYTES_MAX: u64 = 64 * 1024;

impl Asker {
    fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Result<Reply, String> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        let named = headers.iter().any(|(name, _)| *name == "host");
        if let Some(host) = self.host.as_deref().filter(|_| !named) {
            request = request.header("host", host);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.call().map_err(|fault| fault.to_string())?;
        let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(BODY_BYTES_MAX).read_to_string().unwrap_or_default();
        Ok(Reply { status, headers, body })
    }

    fn status(&self, path: &str, headers: &[(&str, &str)]) -> u16 {
        self.ask(path, headers).map_or(0, |reply| reply.status)
    }
}

fn agent() -> Result<Agent, String> {
    Ok(Agent::new_with_config(outbound::plain_config(ANSWER_WAIT_MAX, false)?))
}

/// Through `base_url` if it answers, else at the listener under its name.
fn asker(app: &App) -> Result<(Asker, bool), String> {
    let base = app.config.base_url.clone();
    let through = Asker { agent: agent()?, base: base.clone(), host: None };
    if through.status("/health", &[]) == 200 {
        return Ok((through, true));
    }
    let port = app.config.listen.rsplit_once(':').map_or("8080", |(_, port)| port);
    let host = base.split_once("://").map_or(base.as_str(), |(_, rest)| rest).to_owned();
    let direct = Asker { agent: agent()?, base: format!("http://127.0.0.1:{port}"), host: Some(host) };
    match direct.status("/health", &[]) {
        200 => Ok((direct, false)),
        _ => Err("the server could not reach itself".to_owned()),
    }
}

/// Asks everything. Blocks for some seconds at most.
///
/// # Errors
/// When the server cannot reach itself.
pub fn look(app: &App) -> Known<Web> {
    let (asker, through_base_url) = asker(app)?;
    let route = |path: &str| -> Result<Route, String> {
        let Reply { status, headers, .. } = asker.ask(path, &[])?;
        Ok(Route { path: path.to_owned(), status, headers })
    };
    let routes = ROUTES.iter().map(|path| route(path)).collect::<Result<Vec<Route>, String>>()?;
    let hsts = routes.first().and_then(|route| route.headers.get("strict-transport-security"));
    let hidden = HIDDEN.iter().map(|path| ((*path).to_owned(), served(&asker, path))).collect();
    let mut shared = Vec::new();
    for (origin, path) in ORIGINS.iter().flat_map(|origin| READABLE.iter().map(move |path| (*origin, *path))) {
        let reply = asker.ask(path, &[("origin", origin)])?;
        let allowed = reply.headers.get("access-control-allow-origin").cloned().unwrap_or_default();
        shared.push((origin.to_owned(), path.to_owned(), allowed));
    }
    let (asked_sites, public_sites) = public_sites(app, &asker);
    let (spoofed, cookie) = mirrored(app, &asker)?;
    Ok(Web {
        base_url: app.config.base_url.clone(),
        through_base_url,
        certificate_days: certificate_days(&app.config.base_url),
        plain: plain(&app.config.base_url),
        hsts_s: hsts.and_then(|value| max_age_s(value)).unwrap_or(0),
        foreign_host: asker.status("/", &[("host", STRANGER)]),
        spoofed,
        routes,
        hidden,
        shared,
        asked_sites,
        public_sites,
        opt_out: opt_out(app, &asker),
        cookie,
    })
}

/// The status of a path that must not be served. The pages' own program answers unknown paths with itself, which hands
/// nothing out.
fn served(asker: &Asker, path: &str) -> u16 {
    match asker.ask(path, &[]) {
        Ok(reply) if reply.status == 200 && reply.body.contains("<div id=\"root\"") => 404,
        Ok(reply) if (400..500).contains(&reply.status) => 404,
        Ok(reply) => reply.status,
        Err(_) => 0,
    }
}

fn is_frameable(headers: &BTreeMap<String, String>) -> bool {
    let policy = headers.get("content-security-policy").map_or("", String::as_str);
    !headers.contains_key("x-frame-options") && !policy.contains("frame-ancestors 'none'")
}

fn max_age_s(value: &str) -> Option<i64> {
    value.split(';').find_map(|part| part.trim().strip_prefix("max-age=")?.parse().ok())
}

/// The opt-out form, and what becomes of a choice in it.
fn opt_out(app: &App, asker: &Asker) -> Option<OptOut> {
    let form = asker.ask(OPT_OUT, &[]).ok()?;
    let request = asker.agent.post(format!("{}{OPT_OUT}", asker.base)).header("origin", &app.config.base_url);
    let request = match asker.host.as_deref() {
        Some(host) => request.header("host", host),
        None => request,
    };
    let chosen = request.send_form([("choice", "out")]).ok()?;
    let cookies = chosen.headers().get_all("set-cookie").iter();
    let kept = cookies.filter_map(|value| value.to_str().ok()).any(|value| value.starts_with("matomo_ignore=1;"));
    Some(OptOut { status: form.status, framed: is_frameable(&form.headers), kept })
}

/// Whether a made-up address was believed, and a session's cookie as it came through.
fn mirrored(app: &App, asker: &Asker) -> Result<(bool, String), String> {
    let secret = app.mirror.open()?;
    let headers = [("x-forwarded-for", MADE_UP), (MIRROR_HEADER, secret.as_str())];
    let reply = asker.ask(MIRROR_PATH, &headers);
    app.mirror.close(&secret);
    let reply = reply?;
    match reply.status {
        200 => Ok((reply.body.contains(MADE_UP), reply.headers.get("set-cookie").cloned().unwrap_or_default())),
        status => Err(format!("the mirror answered {status}")),
    }
}

fn public_sites(app: &App, asker: &Asker) -> (usize, Vec<String>) {
    let sites: Vec<u32> = app.services.meta.snapshot().sites.keys().map(|site| site.0).take(SITES_MAX).collect();
    let answers = |site: &&u32| {
        let path =
            format!("/index.php?module=API&method=VisitsSummary.get&format=json&period=day&date=today&idSite={site}");
        asker.ask(&path, &[]).is_ok_and(|reply| reply.status == 200 && !reply.body.contains("\"result\":\"error\""))
    };
    (sites.len(), sites.iter().filter(answers).map(ToString::to_string).collect())
}

/// What port 80 of the same name does.
fn plain(base_url: &str) -> String {
    let Some(rest) = base_url.strip_prefix("https://") else { return "answers".to_owned() };
    let host = rest.split(['/', ':']).next().unwrap_or(rest);
    let Ok(agent) = agent() else { return "unknown".to_owned() };
    let asker = Asker { agent, base: format!("http://{host}"), host: None };
    match asker.ask("/", &[]) {
        Ok(reply) if (300..400).contains(&reply.status) => {
            let to = reply.headers.get("location").map_or("", String::as_str);
            if to.starts_with("https://") { "redirects" } else { "answers" }.to_owned()
        }
        Ok(_) => "answers".to_owned(),
        Err(_) => "closed".to_owned(),
    }
}

/// Days until the certificate at this address ends; nothing without TLS, or with one that is not trusted.
fn certificate_days(base_url: &str) -> Option<i64> {
    let rest = base_url.strip_prefix("https://")?;
    let authority = rest.split('/').next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, 443),
    };
    let target = (host, port).to_socket_addrs().ok()?.next()?;
    let mut socket = TcpStream::connect_timeout(&target, ANSWER_WAIT_MAX).ok()?;
    socket.set_read_timeout(Some(ANSWER_WAIT_MAX)).ok()?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(outbound::roots().ok()?);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let mut connection = ClientConnection::new(Arc::new(config), name).ok()?;
    Stream::new(&mut connection, &mut socket).flush().ok()?;
    let end_s = not_after_s(connection.peer_certificates()?.first()?)?;
    Some((end_s - makoto_features::services::now_s()).div_euclid(24 * 60 * 60))
}

/// The end of a certificate's validity: the second time of the first pair of times in it. In DER a UTCTime is
/// `17 0D YYMMDDhhmmssZ`, a GeneralizedTime `18 0F YYYYMMDDhhmmssZ`.
fn not_after_s(der: &[u8]) -> Option<i64> {
    let time_at = |at: usize| -> Option<(i64, usize)> {
        let (digits, century) = match der.get(at..at + 2)? {
            [0x17, 0x0d] => (der.get(at + 2..at + 14)?, ""),
            [0x18, 0x0f] => (der.get(at + 2..at + 16)?, "full"),
            _ => return None,
        };
        let text = std::str::from_utf8(digits).ok()?;
        let text = match century {
            "" if text < "50" => format!("20{text}"),
            "" => format!("19{text}"),
            _ => text.to_owned(),
        };
        Some((seconds(&text)?, at + 3 + digits.len()))
    };
    (0..der.len()).find_map(|at| {
        let (_, next) = time_at(at)?;
        time_at(next).map(|(end_s, _)| end_s)
    })
}

/// `YYYYMMDDhhmmss` in seconds since 1970.
fn seconds(text: &str) -> Option<i64> {
    let part = |from: usize, until: usize| text.get(from..until)?.parse::<i64>().ok();
    let day = makoto_model::Day::parse(&format!("{}-{}-{}", text.get(0..4)?, text.get(4..6)?, text.get(6..8)?))?;
    Some(i64::from(day.0) * 86_400 + part(8, 10)? * 3600 + part(10, 12)? * 60 + part(12, 14)?)
}

/// Looks that may be under way at once; an older one is forgotten.
const LOOKS_MAX: usize = 16;

/// Answers running looks, and nobody else, under which address they are seen.
#[derive(Default)]
pub struct Mirror(std::sync::Mutex<Vec<String>>);

impl Mirror {
    fn hold(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Begins a look; its secret.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    fn open(&self) -> Result<String, String> {
        let bytes = makoto_identity::fresh_bytes::<16>().map_err(|fault| fault.to_string())?;
        let secret = makoto_meta::hex(&bytes);
        let mut looks = self.hold();
        if looks.len() >= LOOKS_MAX {
            looks.remove(0);
        }
        looks.push(secret.clone());
        Ok(secret)
    }

    fn close(&self, secret: &str) {
        self.hold().retain(|known| known != secret);
    }

    /// Whether a look with this secret is under way.
    pub fn knows(&self, secret: &str) -> bool {
        self.hold().iter().any(|known| known == secret)
    }
}

/// Which inner addresses can be reached by what somebody typed: each with whether it was refused.
pub fn outbound(app: &App) -> Known<Vec<(String, bool)>> {
    let agent = Outbound::of(&app.services.meta.snapshot())?.agent(ANSWER_WAIT_MAX)?;
    let port = app.config.listen.rsplit_once(':').map_or("8080", |(_, port)| port);
    let targets = [format!("127.0.0.1:{port}"), format!("[::1]:{port}"), "169.254.169.254".to_owned()];
    let tried = targets.map(|target| {
        let refused = match agent.get(format!("http://{target}/health")).call() {
            Ok(_) => false,
            Err(fault) => outbound::was_refused(&fault),
        };
        (target, refused)
    });
    Ok(tried.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_the_second_time_in_it() {
        let mut der = vec![0x30, 0x1e, 0x17, 0x0d];
        der.extend(b"260101000000Z");
        der.extend([0x17, 0x0d]);
        der.extend(b"270102030405Z");
        assert_eq!(not_after_s(&der), Some(1_798_859_045));
        let mut long = vec![0x18, 0x0f];
        long.extend(b"20260101000000Z");
        long.extend([0x18, 0x0f]);
        long.extend(b"20270102030405Z");
        assert_eq!(not_after_s(&long), Some(1_798_859_045));
        assert_eq!(not_after_s(&der[..10]), None);
    }
}
