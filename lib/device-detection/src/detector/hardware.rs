//! The device: brand, model and kind.

use super::version::{compare, major};
use super::{Detection, fill, is_apple_system};
use crate::device::{Client, ClientKind, Device, DeviceType, Os};
use crate::matcher::scan::Scan;
use crate::rules::{BrandRule, Fragment, RuleList};

/// Places of the lists that need a fragment of their own; the pack fixes the order.
const TELEVISIONS: usize = 0;
const SHELL_TELEVISIONS: usize = 1;
const NOTEBOOKS: usize = 2;
const MOBILE_DEVICES: usize = 7;

/// Kinds of device by the form factor that hints name, in the order of preference.
const FORM_FACTORS: [(&str, DeviceType); 7] = [
    ("automotive", DeviceType::CarBrowser),
    ("xr", DeviceType::Wearable),
    ("watch", DeviceType::Wearable),
    ("mobile", DeviceType::Smartphone),
    ("tablet", DeviceType::Tablet),
    ("desktop", DeviceType::Desktop),
    ("eink", DeviceType::Tablet),
];

/// Versions of Android from which browsers leave the model out.
const REDUCED_ANDROID: std::ops::RangeInclusive<u64> = 10..=17;

impl Detection<'_> {
    pub(super) fn hardware(&mut self, os: Option<&Os>, client: Option<&Client>) -> Device {
        let mut device = self.listed_device().unwrap_or_default();
        if device.model.is_empty() {
            device.model.clone_from(&self.hints.model);
        }
        if device.brand.is_empty() {
            device.brand = self.vendor().unwrap_or_default();
        }
        self.correct_apple(&mut device, os);
        self.guess_mobile(&mut device, os);
        self.guess_fixed(&mut device, os, client);
        if device.device_type.is_none() && (self.runs_desktop_system(os, client) || self.is_desktop_system()) {
            device.device_type = Some(DeviceType::Desktop);
        }
        let code = self.detector.names.brand_code(&device.brand).unwrap_or_default();
        code.clone_into(&mut device.brand_code);
        device
    }

    /// What the lists of devices say.
    fn listed_device(&mut self) -> Option<Device> {
        let is_television = self.has_restored(Fragment::HbbTv);
        let is_shell_television = self.has_restored(Fragment::ShellTv);
        let is_notebook = self.has_restored(Fragment::FacebookNotebook);
        let is_nameless = self.is_nameless();
        for (place, list) in self.detector.rules.devices.iter().enumerate() {
            let is_asked = match place {
                TELEVISIONS => is_television,
                SHELL_TELEVISIONS => is_shell_television,
                NOTEBOOKS => is_notebook,
                _ => true,
            };
            if !is_asked {
                continue;
            }
            let mut found = if is_nameless && place == MOBILE_DEVICES { None } else { look_up(list, self.full_scan()) };
            if place == TELEVISIONS || place == SHELL_TELEVISIONS {
                let device = found.get_or_insert_default();
                device.device_type.get_or_insert(DeviceType::Tv);
            }
            if found.is_some() {
                return found;
            }
        }
        self.hinted_device()
    }

    /// True when the user agent can not name a device: browsers left the model out, or it is a plain desktop.
    fn is_nameless(&mut self) -> bool {
        self.hints.model.is_empty() && (is_reduced(self.scan.text()) || self.is_desktop_system())
    }

    /// The kind of device that hints name, when they name a model too.
    fn hinted_device(&self) -> Option<Device> {
        if self.hints.model.is_empty() {
            return None;
        }
        let named = |factor: &str| self.hints.form_factors.iter().any(|named| named == factor);
        let device_type = FORM_FACTORS.iter().find(|(factor, _)| named(factor)).map(|(_, kind)| *kind);
        Some(Device { device_type, ..Device::default() })
    }

    fn vendor(&mut self) -> Option<String> {
        let list = &self.detector.rules.vendors;
        let found = self.scan.find_first(list.patterns.range())?;
        list.rule(found.pattern).cloned()
    }

    /// Apple's systems run on Apple's devices only, and the other way round.
    fn correct_apple(&self, device: &mut Device, os: Option<&Os>) {
        if device.brand == "Apple" && !is_apple_system(os) {
            *device = Device::default();
        }
        if device.brand.is_empty() && is_apple_system(os) {
            device.brand = "Apple".to_owned();
        }
    }

    /// Kinds of mobile devices that no list named.
    fn guess_mobile(&mut self, device: &mut Device, os: Option<&Os>) {
        let (name, family, version) = os.map_or(("", "", ""), |os| (&os.name, &os.family, &os.version));
        let is_android = family == "Android";
        if device.device_type.is_none() && self.has(Fragment::VirtualReality) {
            device.device_type = Some(DeviceType::Wearable);
        }
        if device.device_type.is_none() && is_android && self.has(Fragment::Chrome) {
            let is_phone = self.has(Fragment::Mobile);
            device.device_type = Some(if is_phone { DeviceType::Smartphone } else { DeviceType::Tablet });
        }
        if device.device_type == Some(DeviceType::Smartphone) && self.has(Fragment::PadTablet) {
            device.device_type = Some(DeviceType::Tablet);
        }
        if device.device_type.is_none() && (self.has(Fragment::AndroidTablet) || self.has(Fragment::OperaTablet)) {
            device.device_type = Some(DeviceType::Tablet);
        }
        if device.device_type.is_none() && self.has(Fragment::AndroidMobile) {
            device.device_type = Some(DeviceType::Smartphone);
        }
        if device.device_type.is_none() && name == "Android" && !version.is_empty() {
            device.device_type = match major(version) {
                _ if compare(version, "2.0").is_lt() => Some(DeviceType::Smartphone),
                3 => Some(DeviceType::Tablet),
                _ => None,
            };
        }
        if device.device_type == Some(DeviceType::FeaturePhone) && is_android {
            device.device_type = Some(DeviceType::Smartphone);
        }
        if name == "KaiOS" || (name == "Java ME" && device.device_type.is_none()) {
            device.device_type = Some(DeviceType::FeaturePhone);
        }
        let has_touch_system = name == "Windows RT" || (name == "Windows" && major(version) >= 8);
        if device.device_type.is_none() && has_touch_system && self.has(Fragment::Touch) {
            device.device_type = Some(DeviceType::Tablet);
        }
    }

    /// Kinds that the browser's name or a fragment tells: Puffin's letters, televisions and desktops.
    fn guess_fixed(&mut self, device: &mut Device, os: Option<&Os>, client: Option<&Client>) {
        let puffin = [
            (Fragment::PuffinDesktop, DeviceType::Desktop),
            (Fragment::PuffinPhone, DeviceType::Smartphone),
            (Fragment::PuffinTablet, DeviceType::Tablet),
        ];
        if device.device_type.is_none() {
            let found = puffin.into_iter().find(|(fragment, _)| self.has(*fragment));
            device.device_type = found.map(|(_, kind)| kind);
        }
        if self.has(Fragment::OperaTv) {
            device.device_type = Some(DeviceType::Tv);
        }
        if os.is_some_and(|os| os.name == "Coolita OS") {
            device.device_type = Some(DeviceType::Tv);
            device.brand = "coocaa".to_owned();
        }
        let is_settled =
            matches!(device.device_type, Some(DeviceType::Tv | DeviceType::Peripheral | DeviceType::Wearable));
        if !is_settled && self.has(Fragment::AndroidTv) {
            device.device_type = Some(DeviceType::Tv);
        }
        if device.device_type.is_none() && self.has(Fragment::TizenTv) {
            device.device_type = Some(DeviceType::Tv);
        }
        if client.is_some_and(|client| self.detector.names.is_tv_client(&client.name)) {
            device.device_type = Some(DeviceType::Tv);
        }
        if device.device_type.is_none() && self.has(Fragment::Tv) {
            device.device_type = Some(DeviceType::Tv);
        }
        let says_desktop = self.scan.text().contains("Desktop");
        if device.device_type != Some(DeviceType::Desktop) && says_desktop && self.has(Fragment::NamedDesktop) {
            device.device_type = Some(DeviceType::Desktop);
        }
    }

    fn runs_desktop_system(&self, os: Option<&Os>, client: Option<&Client>) -> bool {
        let names = &self.detector.names;
        let is_mobile_browser = client
            .is_some_and(|client| client.kind == ClientKind::Browser && names.is_mobile_only_browser(&client.code));
        !is_mobile_browser && os.is_some_and(|os| names.is_desktop_family(&os.family))
    }
}

/// The first brand of a list that matches, with its first model that matches.
fn look_up(list: &RuleList<BrandRule>, scan: &mut Scan) -> Option<Device> {
    let found = scan.find_first(list.patterns.range())?;
    let rule = list.rule(found.pattern)?;
    let mut device = Device {
        brand: rule.brand.clone(),
        device_type: rule.device.and_then(DeviceType::from_id),
        model: rule.model.as_ref().map(|model| model_name(&fill(model, scan, &found.captures))).unwrap_or_default(),
        rule: list.label(found.pattern),
        ..Device::default()
    };
    if let Some(found) = scan.find_first(rule.models.range()) {
        let model = rule.model_rules.get((found.pattern - rule.models.start) as usize)?;
        device.model = model_name(&fill(&model.model, scan, &found.captures));
        if !model.brand.is_empty() {
            device.brand.clone_from(&model.brand);
        }
        device.device_type = model.device.and_then(DeviceType::from_id).or(device.device_type);
    }
    Some(device)
}

/// A model as rules give it: spaces for underscores, without the suffix of test devices.
fn model_name(model: &str) -> String {
    let model = model.replace('_', " ");
    let model = match model.len().checked_sub(3).and_then(|at| model.split_at_checked(at)) {
        Some((rest, suffix)) if suffix.eq_ignore_ascii_case(" td") => rest,
        _ => &model,
    };
    if model == "Build" { String::new() } else { model.trim().to_owned() }
}

/// Finds the placeholder that browsers on Android write for the model: where it starts and ends.
fn find_placeholder(user_agent: &str) -> Option<(usize, usize)> {
    let folded = user_agent.to_ascii_lowercase();
    folded.match_indices("android ").find_map(|(at, token)| {
        let start = at + token.len();
        let rest = &folded[start..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits != 2 || !REDUCED_ANDROID.contains(&major(rest)) {
            return None;
        }
        if rest[digits..].starts_with(") applewebkit") {
            return Some((start, start + digits));
        }
        let version = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        rest[version..].starts_with("; k) applewebkit").then_some((start, start + version + "; k".len()))
    })
}

/// True when the browser left the model out of its user agent.
pub(super) fn is_reduced(user_agent: &str) -> bool {
    find_placeholder(user_agent).is_some()
}

/// Puts version and model in the place of the placeholder.
pub(super) fn with_model(user_agent: &str, version: &str, model: &str) -> String {
    let Some((start, end)) = find_placeholder(user_agent) else { return user_agent.to_owned() };
    let version = if version.is_empty() { "10" } else { version };
    format!("{}{version}; {model}{}", &user_agent[..start], &user_agent[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_placeholder_gives_way_to_the_model() {
        let reduced = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36";
        assert!(is_reduced(reduced));
        assert_eq!(
            with_model(reduced, "13", "SM-A515F"),
            "Mozilla/5.0 (Linux; Android 13; SM-A515F) AppleWebKit/537.36"
        );
        let bare = "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36";
        assert_eq!(with_model(bare, "", "Pixel"), "Mozilla/5.0 (Linux; Android 10; Pixel) AppleWebKit/537.36");
        let full = "Mozilla/5.0 (Linux; Android 10; K10) AppleWebKit/537.36";
        assert_eq!(with_model(full, "13", "SM-A515F"), full);
    }

    #[test]
    fn models_are_cleaned() {
        assert_eq!(model_name("D510_TD"), "D510");
        assert_eq!(model_name("Build"), "");
        assert_eq!(model_name("Galaxy_S"), "Galaxy S");
    }
}
