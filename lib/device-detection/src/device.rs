//! What a detection says about a user agent.

/// The result of one detection. Every part that could not be told is `None` or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// Set when the user agent is a robot; all other parts are then empty.
    pub bot: Option<Bot>,
    /// The program that made the request.
    pub client: Option<Client>,
    /// The operating system.
    pub os: Option<Os>,
    /// The kind of device.
    pub device_type: Option<DeviceType>,
    /// Full brand name, e.g. `Samsung`; empty when unknown.
    pub brand: String,
    /// Matomo's short code of the brand, e.g. `SA`; empty when unknown.
    pub brand_code: String,
    /// Model name, e.g. `Galaxy S9`; empty when unknown.
    pub model: String,
    /// Which rule named the bot, else the device, else the client: `file:pattern number`; empty when none did.
    pub rule: String,
}

impl Device {
    /// True when a rule for robots matched.
    #[must_use]
    pub const fn is_bot(&self) -> bool {
        self.bot.is_some()
    }
}

/// A robot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bot {
    /// Name, e.g. `Googlebot`.
    pub name: String,
    /// Category, e.g. `Search bot`; may be empty.
    pub category: String,
    /// Who runs it; may be empty.
    pub producer: String,
    /// Page that describes it; may be empty.
    pub url: String,
}

/// The program that made the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// What kind of program it is.
    pub kind: ClientKind,
    /// Full name, e.g. `Chrome Mobile`.
    pub name: String,
    /// Matomo's short code for browsers, e.g. `CM`; empty for other kinds.
    pub code: String,
    /// Full version as reported, e.g. `120.0.6099.43`; empty when unknown.
    pub version: String,
    /// Rendering engine of a browser, e.g. `Blink`; may be empty.
    pub engine: String,
    /// Version of the engine; may be empty.
    pub engine_version: String,
    /// Browser family, e.g. `Chrome`; empty when the browser has none.
    pub family: String,
}

impl Client {
    /// The version cut to `major.minor`, the form that web analytics stores.
    #[must_use]
    pub fn version_minor(&self) -> &str {
        truncate_version(&self.version, VERSION_PARTS_STORED)
    }
}

/// The operating system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Os {
    /// Full name, e.g. `Windows`.
    pub name: String,
    /// Matomo's short code, e.g. `WIN`; `UNK` when the name has none.
    pub code: String,
    /// Full version as reported, e.g. `10.15.7`; empty when unknown.
    pub version: String,
    /// Processor platform: `ARM`, `x64`, `x86`, …; may be empty.
    pub platform: String,
    /// Family, e.g. `Android`; empty when the system has none.
    pub family: String,
}

impl Os {
    /// The version cut to `major.minor`, the form that web analytics stores.
    #[must_use]
    pub fn version_minor(&self) -> &str {
        truncate_version(&self.version, VERSION_PARTS_STORED)
    }
}

/// Parts of a version that web analytics keeps: major and minor.
const VERSION_PARTS_STORED: usize = 2;

/// The first `parts` dot-separated parts of a version.
#[must_use]
pub fn truncate_version(version: &str, parts: usize) -> &str {
    version.match_indices('.').nth(parts.saturating_sub(1)).map_or(version, |(at, _)| &version[..at])
}

/// The kinds of program that rules exist for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientKind {
    /// A web browser.
    Browser,
    /// An HTTP library or command-line tool.
    Library,
    /// A reader of feeds and podcasts.
    FeedReader,
    /// A media player.
    MediaPlayer,
    /// A mobile app.
    MobileApp,
    /// A mail or calendar program.
    Pim,
}

impl ClientKind {
    /// Matomo's name of the kind, e.g. `mobile app`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Library => "library",
            Self::FeedReader => "feed reader",
            Self::MediaPlayer => "mediaplayer",
            Self::MobileApp => "mobile app",
            Self::Pim => "pim",
        }
    }
}

/// Kinds of device with Matomo's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum DeviceType {
    /// Desktop or notebook.
    Desktop = 0,
    /// Smartphone.
    Smartphone = 1,
    /// Tablet.
    Tablet = 2,
    /// Feature phone.
    FeaturePhone = 3,
    /// Game console.
    Console = 4,
    /// Television or set-top box.
    Tv = 5,
    /// Browser of a car.
    CarBrowser = 6,
    /// Smart display.
    SmartDisplay = 7,
    /// Camera.
    Camera = 8,
    /// Portable media player.
    PortableMediaPlayer = 9,
    /// Phablet.
    Phablet = 10,
    /// Smart speaker.
    SmartSpeaker = 11,
    /// Wearable.
    Wearable = 12,
    /// Peripheral.
    Peripheral = 13,
}

impl DeviceType {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 14] = [
        Self::Desktop,
        Self::Smartphone,
        Self::Tablet,
        Self::FeaturePhone,
        Self::Console,
        Self::Tv,
        Self::CarBrowser,
        Self::SmartDisplay,
        Self::Camera,
        Self::PortableMediaPlayer,
        Self::Phablet,
        Self::SmartSpeaker,
        Self::Wearable,
        Self::Peripheral,
    ];

    /// Matomo's number.
    #[must_use]
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The kind with Matomo's number `id`.
    #[must_use]
    pub fn from_id(id: u8) -> Option<Self> {
        Self::ALL.get(usize::from(id)).copied()
    }

    /// Matomo's name, e.g. `feature phone`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Smartphone => "smartphone",
            Self::Tablet => "tablet",
            Self::FeaturePhone => "feature phone",
            Self::Console => "console",
            Self::Tv => "tv",
            Self::CarBrowser => "car browser",
            Self::SmartDisplay => "smart display",
            Self::Camera => "camera",
            Self::PortableMediaPlayer => "portable media player",
            Self::Phablet => "phablet",
            Self::SmartSpeaker => "smart speaker",
            Self::Wearable => "wearable",
            Self::Peripheral => "peripheral",
        }
    }

    /// The kind with Matomo's name `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_of_device_types_are_reversible() {
        for kind in DeviceType::ALL {
            assert_eq!(DeviceType::from_id(kind.id()), Some(kind));
            assert_eq!(DeviceType::from_name(kind.name()), Some(kind));
        }
        assert_eq!(DeviceType::from_id(14), None);
        assert_eq!(DeviceType::from_name("toaster"), None);
    }

    #[test]
    fn versions_are_cut_to_major_and_minor() {
        assert_eq!(truncate_version("120.0.6099.43", 2), "120.0");
        assert_eq!(truncate_version("10", 2), "10");
        assert_eq!(truncate_version("", 2), "");
        assert_eq!(truncate_version("1.2.3", 1), "1");
    }
}
