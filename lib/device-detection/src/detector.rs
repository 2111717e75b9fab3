//! Asks the rules in Matomo's order: bot, operating system, program, device.

mod browser;
mod engine;
mod hardware;
mod program;
mod system;
mod version;

use crate::device::{Bot, Client, Device, Os};
use crate::hints::ClientHints;
use crate::matcher::machine::{Budget, Captures};
use crate::matcher::prefilter::Prefilter;
use crate::matcher::scan::{Found, Matcher, Scan};
use crate::names::Names;
use crate::pack::{PackError, read_rules};
use crate::rules::{Fragment, RuleList, RuleSet, Span};

/// Longest user agent looked at. Browsers stay below 300 bytes; apps that append lists are cut.
pub const USER_AGENT_BYTES_MAX: usize = 512;
/// Most steps of one detection: bounds its time for hostile input to well below a millisecond.
pub const DETECTION_STEPS_MAX: u32 = 150_000;

/// Detects devices. Cheap to share between threads; nothing in it changes.
#[derive(Debug)]
pub struct Detector {
    matcher: Matcher,
    rules: RuleSet,
    names: Names,
}

/// A detection with what it cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The result.
    pub device: Device,
    /// Steps taken of [`DETECTION_STEPS_MAX`]; the last attempt may overdraw them by one instruction.
    pub steps: u32,
}

impl Detector {
    /// Reads a pack.
    ///
    /// # Errors
    /// When the bytes are no pack, one of another version, or damaged.
    pub fn from_pack(pack: &[u8]) -> Result<Self, PackError> {
        let mut rules = read_rules(pack)?;
        let program = std::mem::take(&mut rules.program);
        let needles = std::mem::take(&mut rules.needles);
        let damaged = PackError::Damaged("its tables contradict each other");
        let Some(prefilter) = Prefilter::new(needles, program.alternatives.len()) else { return Err(damaged) };
        let Some(matcher) = Matcher::new(program, prefilter) else { return Err(damaged) };
        if !rules.is_sound(matcher.pattern_count()) {
            return Err(damaged);
        }
        let names = Names::new(std::mem::take(&mut rules.names));
        Ok(Self { matcher, rules, names })
    }

    /// The tables of codes and names.
    #[must_use]
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// Engine that a browser uses today, by the browser's full name; `None` when its rules name none.
    #[must_use]
    pub fn browser_engine(&self, browser: &str) -> Option<&str> {
        let rule = self.rules.browsers.rules.iter().find(|rule| rule.name == browser)?;
        let latest = rule.engine_from.last().map_or(&rule.engine, |(_, engine)| engine);
        Some(latest.as_str()).filter(|engine| !engine.is_empty())
    }

    /// Detects bot, program, operating system and device.
    #[must_use]
    pub fn detect(&self, user_agent: &str, hints: &ClientHints) -> Device {
        self.detect_measured(user_agent, hints).device
    }

    /// Like [`Self::detect`], with the number of steps that it took.
    #[must_use]
    pub fn detect_measured(&self, user_agent: &str, hints: &ClientHints) -> Measured {
        let user_agent = cut(user_agent);
        if hints.is_empty() && !user_agent.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return Measured { device: Device::default(), steps: 0 };
        }
        let mut detection = Detection::new(self, user_agent, hints);
        let device = detection.run();
        Measured { device, steps: detection.steps() }
    }
}

fn cut(user_agent: &str) -> &str {
    let mut end = user_agent.len().min(USER_AGENT_BYTES_MAX);
    while !user_agent.is_char_boundary(end) {
        end -= 1;
    }
    &user_agent[..end]
}

/// One detection under way.
struct Detection<'d> {
    detector: &'d Detector,
    hints: &'d ClientHints,
    scan: Scan<'d>,
    /// The user agent with the model put back that the browser left out, when hints give it.
    restored: Option<Scan<'d>>,
}

impl<'d> Detection<'d> {
    fn new(detector: &'d Detector, user_agent: &str, hints: &'d ClientHints) -> Self {
        let budget = Budget::new(DETECTION_STEPS_MAX);
        let scan = Scan::new(&detector.matcher, user_agent, budget);
        Self { detector, hints, scan, restored: None }
    }

    /// Steps taken so far.
    fn steps(&self) -> u32 {
        let left = |scan: &Scan| scan.budget().left();
        let left = left(&self.scan) + self.restored.as_ref().map_or(0, left);
        DETECTION_STEPS_MAX.saturating_add_signed(-left)
    }

    fn run(&mut self) -> Device {
        if let Some((bot, rule)) = self.bot() {
            return Device { bot: Some(bot), rule, ..Device::default() };
        }
        self.restore();
        let os = self.system();
        let client = self.client();
        let (client, client_rule) = client.unzip();
        let mut device = self.hardware(os.as_ref(), client.as_ref());
        if device.rule.is_empty() {
            device.rule = client_rule.unwrap_or_default();
        }
        Device { os, client, ..device }
    }

    fn bot(&mut self) -> Option<(Bot, String)> {
        let list = &self.detector.rules.bots;
        let found = self.scan.find_first(list.patterns.range())?;
        let rule = list.rule(found.pattern)?;
        let bot = Bot {
            name: fill(&rule.name, &self.scan, &found.captures),
            category: rule.category.clone(),
            producer: rule.producer.clone(),
            url: rule.url.clone(),
        };
        Some((bot, list.label(found.pattern)))
    }

    fn client(&mut self) -> Option<(Client, String)> {
        self.app().or_else(|| self.browser()).or_else(|| self.library())
    }

    /// The user agent as systems and devices are looked up in it.
    fn full_scan(&mut self) -> &mut Scan<'d> {
        self.restored.as_mut().unwrap_or(&mut self.scan)
    }

    /// True when a fixed pattern matches the user agent as received.
    fn has(&mut self, fragment: Fragment) -> bool {
        self.scan.has(self.detector.rules.fragments.start + fragment as u32)
    }

    /// True when a fixed pattern matches the restored user agent.
    fn has_restored(&mut self, fragment: Fragment) -> bool {
        let pattern = self.detector.rules.fragments.start + fragment as u32;
        self.full_scan().has(pattern)
    }

    /// Puts the model from the hints where browsers write a placeholder today.
    fn restore(&mut self) {
        if self.hints.model.is_empty() {
            return;
        }
        let mut text = self.scan.text().to_owned();
        if hardware::is_reduced(&text) {
            text = hardware::with_model(&text, &self.hints.platform_version, &self.hints.model);
        }
        if self.is_desktop_system() {
            let replacement = format!("X11; Linux x86_64; {}", self.hints.model);
            text = text.replacen("X11; Linux x86_64", &replacement, 1);
        }
        if text != self.scan.text() {
            let budget = self.scan.split_budget();
            self.restored = Some(Scan::new(&self.detector.matcher, cut(&text), budget));
        }
    }

    /// True when the user agent names a desktop system and nothing that speaks against it.
    fn is_desktop_system(&mut self) -> bool {
        self.has(Fragment::DesktopSystem) && !self.has(Fragment::NotDesktop)
    }
}

/// Fills the groups of a match into an answer.
fn fill(template: &str, scan: &Scan, captures: &Captures) -> String {
    if !template.bytes().any(is_group_mark) {
        return template.trim().to_owned();
    }
    let mut filled = String::with_capacity(template.len() + 16);
    for part in template.chars() {
        match u8::try_from(part) {
            Ok(byte) if is_group_mark(byte) => filled.push_str(&scan.group(captures, usize::from(byte))),
            _ => filled.push(part),
        }
    }
    filled.trim().to_owned()
}

/// Control characters 1 to 9 stand for the groups of a match.
const fn is_group_mark(byte: u8) -> bool {
    byte >= 1 && byte <= 9
}

/// Fills an answer that is a version.
fn fill_version(template: &str, scan: &Scan, found: &Found) -> String {
    version::clean(&fill(template, scan, &found.captures))
}

impl<R> RuleList<R> {
    /// The rule that a pattern chooses.
    fn rule(&self, pattern: u32) -> Option<&R> {
        self.rules.get(pattern.checked_sub(self.patterns.start)? as usize)
    }

    /// A name for the rule in messages.
    fn label(&self, pattern: u32) -> String {
        format!("{}:{}", self.source, pattern.saturating_sub(self.patterns.start))
    }

    fn is_sound(&self, pattern_count: usize) -> bool {
        self.patterns.is_sound(pattern_count) && self.patterns.indexes().len() == self.rules.len()
    }
}

impl Span {
    fn is_sound(self, pattern_count: usize) -> bool {
        self.start <= self.end && self.end as usize <= pattern_count
    }
}

impl RuleSet {
    /// True when every list of patterns exists and has as many rules.
    fn is_sound(&self, pattern_count: usize) -> bool {
        let fits = |span: Span, rules: usize| span.is_sound(pattern_count) && span.indexes().len() == rules;
        let clients = self.apps.iter().map(|(_, list)| list).chain([&self.libraries, &self.browsers, &self.engines]);
        fits(self.fragments, crate::rules::FRAGMENT_PATTERNS.len())
            && self.bots.is_sound(pattern_count)
            && self.vendors.is_sound(pattern_count)
            && self.systems.is_sound(pattern_count)
            && self.systems.rules.iter().all(|rule| fits(rule.finer, rule.finer_answers.len()))
            && clients.into_iter().all(|list| list.is_sound(pattern_count))
            && self.devices.iter().all(|list| {
                list.is_sound(pattern_count) && list.rules.iter().all(|rule| fits(rule.models, rule.model_rules.len()))
            })
    }
}

/// True when the name is one of Apple's systems.
fn is_apple_system(os: Option<&Os>) -> bool {
    os.is_some_and(|os| matches!(os.name.as_str(), "iPadOS" | "tvOS" | "watchOS" | "iOS" | "Mac"))
}
