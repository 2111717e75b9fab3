//! What the world outside the stores shows: how the server answers to itself, its files, its machine. Features open no
//! socket and no file; the server does it for them, through this.

use makoto_model::SiteId;
use std::{collections::BTreeMap, future::Future, pin::Pin};

/// What was found out, or why it could not be.
pub type Known<T> = Result<T, String>;
/// Work that takes a while.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a running server can find out and do for features.
pub trait Probes: Send + Sync {
    /// Looks at everything outside the stores, in a few seconds at most.
    fn look(&self) -> Work<'_, Outside>;
    /// Makes a backup, restores it to a temporary folder and compares; what came of it in words.
    fn back_up(&self) -> Work<'_, Known<String>>;
    /// Gives a file of the data folder these rights.
    ///
    /// # Errors
    /// Why that was not possible.
    fn set_mode(&self, path: &str, mode: u32) -> Known<()>;
    /// Writes down what is counted in memory, so that it can be measured.
    fn settle(&self) -> Work<'_, Known<()>>;
    /// The device behind a user agent, and which rules said so.
    fn detect(&self, user_agent: &str, hints: &str) -> Detected;
    /// Every name that the device rules know: kind, code, name.
    fn device_names(&self) -> Vec<(&'static str, String, String)>;
    /// Every key of the configuration: name, value, where it is from, what it means.
    fn configuration(&self) -> Vec<[String; 4]>;
    /// The state of the parts of the server: part, whether it is sound, what there is to say.
    fn system(&self) -> Work<'_, Known<Vec<(String, bool, String)>>>;
    /// What the analytics store holds of each site: site, kind, rows, first and last second since 1970.
    fn stored(&self) -> Work<'_, Known<Vec<StoredRows>>>;
    /// The address under which a page of a site is counted; nothing for what is no address.
    fn counted_as(&self, site: SiteId, url: &str) -> Known<Option<String>>;
    /// The newest requests to the tracker of these sites, the oldest first; asking keeps them being watched.
    fn live(&self, sites: &[u32], after: u64) -> Vec<LiveHit>;
}

/// Everything that a look found out.
#[derive(Clone, Debug)]
pub struct Outside {
    pub web: Known<Web>,
    pub files: Known<Vec<FileMode>>,
    pub process: Known<Process>,
    pub room: Known<Room>,
    pub clock: Known<Clock>,
    pub backup: Known<Backup>,
    /// Addresses that the server was asked to reach, and whether it refused.
    pub outbound: Known<Vec<(String, bool)>>,
    pub release: Known<Release>,
    pub sample: Known<Sample>,
    pub rules: Known<DeviceRules>,
    /// How the mail server answered.
    pub mail: Known<String>,
    /// What receivers of mails can find out of the domain that they are from.
    pub mail_domain: Known<MailDomain>,
    /// Processor time that each part of the look took, in milliseconds, where the system tells.
    pub cpu_ms: BTreeMap<&'static str, i64>,
}

impl Outside {
    /// Nothing could be found out, for this reason.
    pub fn unknown(why: &str) -> Outside {
        fn none<T>(why: &str) -> Known<T> {
            Err(why.to_owned())
        }
        Outside {
            web: none(why),
            files: none(why),
            process: none(why),
            room: none(why),
            clock: none(why),
            backup: none(why),
            outbound: none(why),
            release: none(why),
            sample: none(why),
            rules: none(why),
            mail: none(why),
            mail_domain: none(why),
            cpu_ms: BTreeMap::new(),
        }
    }
}

/// How the server answers requests of its own.
#[derive(Clone, Debug, Default)]
pub struct Web {
    pub base_url: String,
    /// Whether it was reached under `base_url`; else the listener itself was asked.
    pub through_base_url: bool,
    /// Days until the certificate ends; `None` without TLS.
    pub certificate_days: Option<i64>,
    /// What plain HTTP on port 80 of the same name does: `closed`, `redirects` or `answers`.
    pub plain: String,
    /// Seconds for which browsers are told to use TLS.
    pub hsts_s: i64,
    /// The status that a request for another host gets.
    pub foreign_host: u16,
    /// A forwarded address that we made up was believed.
    pub spoofed: bool,
    pub routes: Vec<Route>,
    /// Paths that must not be served, with their statuses.
    pub hidden: Vec<(String, u16)>,
    /// Origins and the data that they may read: origin, path, the header's value.
    pub shared: Vec<(String, String, String)>,
    /// Sites that were asked about without any session or token, and those of them that answered.
    pub asked_sites: usize,
    pub public_sites: Vec<String>,
    /// What the opt-out form does; `None` when it could not be asked for.
    pub opt_out: Option<OptOut>,
    /// A session's cookie as it reaches browsers, without a secret; empty when none did.
    pub cookie: String,
}

/// The domain that mails are from, with its records of SPF and DMARC.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MailDomain {
    pub domain: String,
    pub spf: Option<String>,
    pub dmarc: Option<String>,
}

/// The opt-out form as a visitor meets it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OptOut {
    pub status: u16,
    /// Other sites may show it in a frame.
    pub framed: bool,
    /// A choice is answered with the cookie that keeps it.
    pub kept: bool,
}

/// A path with the status and headers of its answer.
#[derive(Clone, Debug, Default)]
pub struct Route {
    pub path: String,
    pub status: u16,
    pub headers: BTreeMap<String, String>,
}

/// A file and who may read and write it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileMode {
    /// Below the data folder; `.` is the folder itself.
    pub path: String,
    /// The last nine bits: rights of owner, group and others.
    pub mode: u32,
    pub is_folder: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Process {
    pub uid: u32,
    pub no_new_privileges: bool,
    pub root_read_only: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Room {
    pub free_bytes: u64,
    pub whole_bytes: u64,
    /// What the stores grew by in a day, as far as it was seen; `None` before that.
    pub growth_bytes: Option<u64>,
    /// Whether an acknowledged hit is on the disk.
    pub synced: bool,
    /// What is wrong with the log of hits; empty when all is well.
    pub journal_fault: String,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Clock {
    /// How far the clock is off, in milliseconds, and by whom that is known.
    pub off_ms: i64,
    pub source: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backup {
    /// The folder that is written to; nothing when none is named.
    pub folder: String,
    /// When the newest whole backup was made, in seconds since 1970.
    pub made_s: Option<i64>,
    /// Whether it lies on another file system than the data, and of which kind that is.
    pub elsewhere: bool,
    pub file_system: String,
    /// When one was last restored for trial and equal, and what was wrong at the last trial.
    pub drilled_s: Option<i64>,
    pub drill_fault: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Release {
    pub running: String,
    /// The newest release, and the oldest one without a known hole.
    pub newest: String,
    pub secure: String,
    /// Advisories that concern a package of this program.
    pub advisories: Vec<String>,
}

/// What the newest stored visits hold.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sample {
    pub visits: usize,
    /// Addresses whose masked part is not empty, by how many bytes must be.
    pub whole_addresses: usize,
    /// User ids that read like e-mail addresses or names: they are no pseudonyms.
    pub plain_user_ids: usize,
    pub user_ids: usize,
    /// Order ids that are no pseudonyms, of so many.
    pub plain_orders: usize,
    pub orders: usize,
    /// Referrers with a query.
    pub referrer_queries: usize,
    /// Visits without a known browser.
    pub unknown_devices: usize,
    /// The oldest row of each site, in seconds since 1970.
    pub oldest_s: BTreeMap<u32, i64>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceRules {
    pub version: String,
    /// When they were made, in seconds since 1970.
    pub made_s: Option<i64>,
    /// Devices of the self-test, and how many were known.
    pub tried: usize,
    pub right: usize,
}

/// What the device rules say of a user agent.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Detected {
    /// Names and values, in the order in which they are shown.
    pub facts: Vec<(&'static str, String)>,
    /// Which list of rules each part is from.
    pub rules: Vec<(&'static str, String)>,
}

/// Rows of a site in the analytics store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredRows {
    pub site: u32,
    pub kind: &'static str,
    pub rows: u64,
    pub first_s: Option<i64>,
    pub last_s: Option<i64>,
}

/// A request to the tracker on its way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LiveHit {
    pub number: u64,
    pub at_ms: i64,
    pub site: u32,
    /// The address of the page without its query.
    pub page_url: String,
    /// Names of the parameters that were sent.
    pub parameters: Vec<String>,
    /// Each step with what came of it.
    pub steps: Vec<(&'static str, String)>,
    pub counted: bool,
}
