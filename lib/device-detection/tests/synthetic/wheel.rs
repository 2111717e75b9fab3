//! A wheel with few rules.

use device_detection::pack::build_pack;
use device_detection::{ClientHints, Detector, Device};

const RULES: [(&str, &str); 20] = [
    (
        "bots.yml",
        "- {regex: '(Crawly|Spidery)(?:/\\d+)?', name: '\\g<1>', category: 'Crawler', producer: {name: 'Crawl Inc'}}",
    ),
    ("oss.yml", SYSTEMS),
    ("client/feed_readers.yml", "- {regex: 'Feedly[/ ]([\\d.]+)?', name: 'Feedly', version: '\\g<1>'}"),
    ("client/mobile_apps.yml", "- {regex: 'ChatApp/(\\d+[.\\d]*)', name: 'Chat', version: '\\g<1>'}"),
    ("client/mediaplayers.yml", "- {regex: 'Playa', name: 'Playa', version: ''}"),
    ("client/pim.yml", "- {regex: 'Maily', name: 'Maily', version: ''}"),
    ("client/libraries.yml", "- {regex: 'curl(?:/(\\d+[.\\d]+))?', name: 'curl', version: '\\g<1>'}"),
    ("client/browsers.yml", BROWSERS),
    ("client/browser_engine.yml", "- {regex: 'Gecko', name: 'Gecko'}\n- {regex: 'WebKit', name: 'WebKit'}"),
    ("device/televisions.yml", "Telly: {regex: 'Telly', device: 'tv', model: 'One'}"),
    ("device/shell_tv.yml", "Shelly: {regex: 'Shelly Shell', device: 'tv', model: ''}"),
    ("device/notebooks.yml", "Booky: {regex: 'FBMD/Booky', device: 'desktop', model: 'Pro'}"),
    ("device/consoles.yml", "Gamey: {regex: 'Gamey', device: 'console', model: 'X'}"),
    ("device/car_browsers.yml", "Carry: {regex: 'Carry', device: 'car browser', model: 'Car'}"),
    ("device/cameras.yml", "Cammy: {regex: 'Cammy', device: 'camera', model: 'Cam'}"),
    ("device/portable_media_player.yml", "Poddy: {regex: 'Poddy', device: 'portable media player', model: 'Pod'}"),
    ("device/mobiles.yml", MOBILES),
    ("vendorfragments.yml", "Vendy: ['VEND(?:JS)?']"),
    ("client/hints/browsers.yml", "'org.fast.browser': 'Fast'"),
    ("client/hints/apps.yml", "'org.chat': 'Chat'"),
];
const SYSTEMS: &str = r"
- {regex: 'Windows NT 10|Windows 10', name: 'Windows', version: '10'}
- {regex: 'FireThing', name: 'Fire OS', version: ''}
- {regex: 'Android[ /-](\d+[.\d]*)?', name: 'Android', version: '\g<1>'}
- regex: 'Mac[ _]?OS(?:X)?'
  name: 'Mac'
  version: ''
  versions:
    - {regex: 'OS X (\d+(?:[_.]\d+)*)', version: '\g<1>'}
- {regex: 'CPU iPhone OS (\d+[_\d]*)', name: 'iOS', version: '\g<1>'}
- {regex: 'Linux', name: 'GNU/Linux', version: ''}
";
const BROWSERS: &str = r"
- {regex: 'OPR/(\d+[.\d]+)', name: 'Opera', version: '\g<1>', engine: {default: 'Blink'}}
- {regex: 'Chrome/(\d+[.\d]+) Mobile', name: 'Chrome Mobile', version: '\g<1>', engine: {default: 'WebKit', versions: {28: 'Blink'}}}
- {regex: 'Chrome/(\d+[.\d]+)', name: 'Chrome', version: '\g<1>', engine: {default: 'WebKit', versions: {28: 'Blink'}}}
- {regex: 'Firefox/(\d+[.\d]+)', name: 'Firefox', version: '\g<1>'}
";
const MOBILES: &str = r"
Apple:
  regex: 'iPhone'
  device: 'smartphone'
  model: 'iPhone'
Acme:
  regex: 'Acme[ _]|(?:AC-[A-Z]\d{3}|TAB[ _]?[78])(?:[);/ ]|$)'
  device: 'smartphone'
  models:
    - {regex: 'TAB[ _]?([78])', model: 'Tab \g<1>', device: 'tablet'}
    - {regex: 'AC-X(\d+)', model: 'X_\g<1>_TD', brand: 'Acme Sub'}
    - {regex: 'AC-([A-Z]\d+)', model: '\g<1>'}
Oldy:
  regex: '(?<!not )Oldy(?! TV)'
  device: 'feature phone'
  model: 'Old'
";
const SETTINGS: &str = "
AVAILABLE_BROWSERS = {'CH': 'Chrome', 'CM': 'Chrome Mobile', 'CR': 'Chromium', 'FF': 'Firefox', 'OP': 'Opera', 'FB': 'Fast'}
BROWSER_FAMILIES = {'Chrome': ('CH', 'CM', 'CR', 'FB'), 'Firefox': ('FF',), 'Opera': ('OP',)}
MOBILE_ONLY_BROWSERS = {'FB'}
OPERATING_SYSTEMS = {'AND': 'Android', 'ADR': 'Android TV', 'FIR': 'Fire OS', 'WIN': 'Windows', 'MAC': 'Mac', 'IOS': 'iOS', 'LIN': 'GNU/Linux'}
OS_FAMILIES = {'Android': ['AND', 'FIR', 'ADR'], 'Windows': ('WIN',), 'Mac': ('MAC',), 'iOS': ('IOS',), 'GNU/Linux': ('LIN',)}
DESKTOP_OS = {'Windows', 'Mac', 'GNU/Linux'}
APP_TO_CLIENT_HINT_MAPPING = {'Chrome': ['Google Chrome']}
OS_CLIENT_HINT_MAPPING = {'GNU/Linux': ['Linux'], 'Mac': ['macOS']}
FIREOS_VERSION_MAPPING = {'11': '8'}
LINEAGEOS_VERSION_MAPPING = {'12': '19.0'}
ANDROID_APPS = {'org.tv.app'}
TV_CLIENTS = {'Playa'}
";
const BRANDS: &str = "\nDEVICE_BRANDS = {'AC': 'Acme', 'AP': 'Apple', 'AS': 'Acme Sub', 'VY': 'Vendy'}\n";

/// Packs the rules.
pub fn pack() -> Vec<u8> {
    let mut files: Vec<(String, &str)> =
        RULES.iter().map(|(name, text)| (format!("device_detector/regexes/upstream/{name}"), *text)).collect();
    files.push(("device_detector/parser/settings.py".into(), SETTINGS));
    files.push(("device_detector/parser/device/base.py".into(), BRANDS));
    build_pack(&zip(&files)).expect("the rules are valid")
}

/// A detector with the rules.
pub fn detector() -> Detector {
    Detector::from_pack(&pack()).expect("the pack is valid")
}

/// Detects without hints.
pub fn detect(user_agent: &str) -> Device {
    detector().detect(user_agent, &ClientHints::default())
}

/// A zip file that stores the files as they are.
fn zip(files: &[(String, &str)]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let place = (zip.len() as u32).to_le_bytes();
        let size = (text.len() as u32).to_le_bytes();
        let name_size = (name.len() as u16).to_le_bytes();
        let common = [&[0; 6], &[0; 8][..], &size, &size, &name_size, &[0; 2]].concat();
        zip.extend([b"PK\x03\x04", &common[..], name.as_bytes(), text.as_bytes()].concat());
        directory.extend([b"PK\x01\x02\0\0", &common[..], &[0; 10], &place, name.as_bytes()].concat());
    }
    let count = (files.len() as u16).to_le_bytes();
    let size = (directory.len() as u32).to_le_bytes();
    let place = (zip.len() as u32).to_le_bytes();
    let end = [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &place, &[0; 2]].concat();
    [zip, directory, end].concat()
}
