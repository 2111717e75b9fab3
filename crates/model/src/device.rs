use serde::{Deserialize, Serialize};

/// What a hit's user agent and client hints say about the machine and program behind it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Device {
    pub bot: Option<String>,
    pub client: Option<Client>,
    /// Matomo's short code ("WIN"), empty when unknown.
    pub os_code: String,
    pub os_version: String,
    /// Matomo's number of the device type (desktop 0, smartphone 1, …).
    pub device_type: Option<u8>,
    pub brand_code: String,
    pub brand: String,
    pub model: String,
}

/// The program that sent the hit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Client {
    pub kind: ClientKind,
    pub name: String,
    /// Matomo's short code ("CH"); the name for clients that have none.
    pub code: String,
    pub version: String,
    pub engine: String,
}

/// Numbers as in Matomo's client type column.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ClientKind {
    Browser = 1,
    Library = 2,
    FeedReader = 3,
    MediaPlayer = 4,
    MobileApp = 5,
    Pim = 6,
}

/// Where a hit came from. Empty texts where nothing is known.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    /// ISO 3166-1 alpha-2 in lower case, or "xx".
    pub country: String,
    /// ISO 3166-2 without the country ("CA").
    pub region: String,
    pub city: String,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}
