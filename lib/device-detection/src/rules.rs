//! The rules as the pack holds them.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::matcher::prefilter::Needles;
use crate::matcher::program::Program;

/// A range of patterns or of rules.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub(crate) const fn range(self) -> Range<u32> {
        self.start..self.end
    }

    pub(crate) const fn indexes(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Fixed patterns that are no rules of their own: hints at the kind of device or platform. The order is that of
/// [`FRAGMENT_PATTERNS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Fragment {
    PlatformArm,
    PlatformLoongArch,
    PlatformMips,
    PlatformSuperH,
    PlatformSparc,
    PlatformX64,
    PlatformX86,
    HbbTv,
    ShellTv,
    FacebookNotebook,
    DesktopSystem,
    NotDesktop,
    Chrome,
    Mobile,
    VirtualReality,
    PadTablet,
    AndroidTablet,
    OperaTablet,
    AndroidMobile,
    Touch,
    PuffinDesktop,
    PuffinPhone,
    PuffinTablet,
    OperaTv,
    AndroidTv,
    TizenTv,
    Tv,
    NamedDesktop,
    JavaScriptDriven,
}

/// Patterns of [`Fragment`], in its order.
pub(crate) const FRAGMENT_PATTERNS: [&str; 29] = [
    "arm[ _;)ev]|.*arm$|.*arm64|aarch64|Apple ?TV|Watch ?OS|Watch1,[12]",
    "loongarch64",
    "mips",
    "sh4",
    "sparc64",
    "64-?bit|WOW64|(?:Intel)?x64|WINDOWS_64|win64|.*amd64|.*x86_?64",
    ".*32bit|.*win32|(?:i[0-9]|x)86|i86pc",
    r"(?:HbbTV|SmartTvA)/[1-9](?:\.[0-9]){1,2}",
    r"[a-z]+[ _]Shell[ _]\w{6}|tclwebkit\d+[.\d]*",
    "FBMD/",
    "Windows (?:NT|IoT)|X11; Linux x86_64",
    "CE-HTML| Mozilla/|Andr[o0]id|Tablet|Mobile|iPhone|Windows Phone|ricoh|OculusBrowser|PicoBrowser|Lenovo\
     |compatible; MSIE|Trident/|Tesla/|XBOX|FBMD/|ARM; ?[^)]+",
    "Chrome/[.0-9]*",
    "Mobile|eliboM",
    "Android(?: [.0-9]+)?; Mobile VR;| VR ",
    "Pad/APad",
    r"Android(?: [.0-9]+)?; Tablet;|Tablet(?! PC)|.*-tablet$",
    "Opera Tablet",
    "Android(?: [.0-9]+)?; Mobile;|.*-mobile$",
    "Touch",
    r"Puffin/\d+[.\d]+[LMW]D",
    r"Puffin/\d+[.\d]+[AIFLW]P",
    r"Puffin/\d+[.\d]+[AILW]T",
    "Opera TV Store| OMI/",
    r"Andr0id|(?:Android(?: UHD)?|Google) TV|\(lite\) TV|BRAVIA|Firebolt|.* TV$",
    "SmartTV|Tizen.+ TV .+$",
    r"\(TV;",
    "Desktop(?: (?:x(?:32|64)|WOW64))?;",
    "Cypress|PhantomJS",
];

/// A rule that names a robot.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BotRule {
    pub name: String,
    pub category: String,
    pub producer: String,
    pub url: String,
}

/// A rule that names a program or an engine.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ClientRule {
    pub name: String,
    pub version: String,
    /// Engine that the rule names; empty to ask the engine rules.
    pub engine: String,
    /// Engines from a version on, in order.
    pub engine_from: Vec<(String, String)>,
}

/// A rule that names an operating system. Its finer patterns may give another name or version.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OsRule {
    pub name: String,
    pub version: String,
    /// Patterns of the finer rules.
    pub finer: Span,
    /// Name and version of each finer rule.
    pub finer_answers: Vec<(Option<String>, Option<String>)>,
}

/// A rule that names a brand.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BrandRule {
    pub brand: String,
    /// Number of the device type; `None` when the rule names none.
    pub device: Option<u8>,
    pub model: Option<String>,
    /// Patterns of the models.
    pub models: Span,
    /// Answers in the same order.
    pub model_rules: Vec<ModelRule>,
}

/// A rule that names a model.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ModelRule {
    pub model: String,
    /// Another brand than the rule's, or empty.
    pub brand: String,
    pub device: Option<u8>,
}

/// Rules of one kind with the patterns that choose among them: pattern `patterns.start + n` chooses rule `n`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RuleList<R> {
    /// File that the rules come from.
    pub source: String,
    pub patterns: Span,
    pub rules: Vec<R>,
}

/// Codes and names that the rules refer to.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct NameTables {
    pub browsers: BTreeMap<String, String>,
    /// Family by browser code.
    pub browser_families: BTreeMap<String, String>,
    pub browsers_mobile_only: Vec<String>,
    pub systems: BTreeMap<String, String>,
    /// Family by system code.
    pub system_families: BTreeMap<String, String>,
    pub brands: BTreeMap<String, String>,
    /// Families of systems that run on desktops.
    pub desktop_families: Vec<String>,
    /// Browser name by the brand that hints give, lower case.
    pub browser_by_hint: BTreeMap<String, String>,
    /// System name by the platform that hints give, lower case.
    pub system_by_hint: BTreeMap<String, String>,
    /// Browser name by app id.
    pub browser_by_app: BTreeMap<String, String>,
    /// App name by app id.
    pub app_by_app: BTreeMap<String, String>,
    pub fire_os_versions: BTreeMap<String, String>,
    pub lineage_os_versions: BTreeMap<String, String>,
    /// Apps that run on Android televisions only.
    pub android_tv_apps: Vec<String>,
    /// Programs that run on televisions only.
    pub tv_clients: Vec<String>,
}

/// Everything a pack holds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RuleSet {
    pub program: Program,
    pub needles: Needles,
    /// Patterns of [`Fragment`].
    pub fragments: Span,
    pub bots: RuleList<BotRule>,
    pub systems: RuleList<OsRule>,
    /// Programs other than browsers, by the number of their kind, in the order in which they are asked.
    pub apps: Vec<(u8, RuleList<ClientRule>)>,
    pub libraries: RuleList<ClientRule>,
    pub browsers: RuleList<ClientRule>,
    pub engines: RuleList<ClientRule>,
    /// Brands of televisions, shell televisions, notebooks, consoles, cars, cameras, players and mobile devices.
    pub devices: Vec<RuleList<BrandRule>>,
    /// Vendors that leave a fragment in the user agent: brand names.
    pub vendors: RuleList<String>,
    pub names: NameTables,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_meet_their_patterns() {
        let pattern = |fragment: Fragment| FRAGMENT_PATTERNS[fragment as usize];
        assert_eq!(pattern(Fragment::PlatformMips), "mips");
        assert_eq!(pattern(Fragment::FacebookNotebook), "FBMD/");
        assert_eq!(pattern(Fragment::PadTablet), "Pad/APad");
        assert_eq!(pattern(Fragment::Touch), "Touch");
        assert_eq!(pattern(Fragment::OperaTv), "Opera TV Store| OMI/");
        assert_eq!(Fragment::JavaScriptDriven as usize, FRAGMENT_PATTERNS.len() - 1);
    }
}
