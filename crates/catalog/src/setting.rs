/// A value that is stored and can change while the server runs.
pub struct Setting<T: 'static> {
    /// `Feature.name`.
    pub key: &'static str,
    pub level: Level,
    pub default: fn() -> T,
    /// Says what is wrong and what to do.
    pub check: fn(&T) -> Result<(), String>,
    pub title: &'static str,
    pub doc: &'static str,
    pub control: Control,
    /// Masked in the API, the records and debug output, and encrypted at rest.
    pub secret: bool,
    /// Superusers are told by mail when it changes, and refused changes are recorded.
    pub security: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    Instance,
    /// Of the instance; a site may have its own value instead.
    Site,
    User,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Control {
    Checkbox,
    Number,
    Text,
    Lines,
    Select(&'static [&'static str]),
}

/// How a setting's value is written down.
pub trait SettingText: Clone + Send + Sync + 'static {
    /// # Errors
    /// Says what the text should be.
    fn read(text: &str) -> Result<Self, String>;
    fn write(&self) -> String;
}

impl SettingText for bool {
    fn read(text: &str) -> Result<bool, String> {
        match text {
            "1" | "true" => Ok(true),
            "0" | "false" => Ok(false),
            _ => Err("write 0 or 1".to_owned()),
        }
    }
    fn write(&self) -> String {
        u8::from(*self).to_string()
    }
}

impl SettingText for u32 {
    fn read(text: &str) -> Result<u32, String> {
        text.parse().map_err(|_| "write a whole number of 0 or more".to_owned())
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl SettingText for String {
    fn read(text: &str) -> Result<String, String> {
        Ok(text.to_owned())
    }
    fn write(&self) -> String {
        self.clone()
    }
}

/// One entry a line; a comma separates as well.
impl SettingText for Vec<String> {
    fn read(text: &str) -> Result<Vec<String>, String> {
        Ok(text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect())
    }
    fn write(&self) -> String {
        self.join(",")
    }
}

/// The untyped face of a setting: for forms, storage and records.
pub trait AnySetting: Sync {
    fn key(&self) -> &'static str;
    fn level(&self) -> Level;
    fn title(&self) -> &'static str;
    fn doc(&self) -> &'static str;
    fn control(&self) -> Control;
    fn secret(&self) -> bool;
    fn security(&self) -> bool;
    fn default_text(&self) -> String;
    /// Checks a text and gives the form in which it is stored.
    ///
    /// # Errors
    /// Says what is wrong and what to do.
    fn admit(&self, text: &str) -> Result<String, String>;
    /// The value for records and pages.
    fn shown(&self, text: &str) -> String {
        if self.secret() { "•••".to_owned() } else { text.to_owned() }
    }
}

impl<T: SettingText> AnySetting for Setting<T> {
    fn key(&self) -> &'static str {
        self.key
    }
    fn level(&self) -> Level {
        self.level
    }
    fn title(&self) -> &'static str {
        self.title
    }
    fn doc(&self) -> &'static str {
        self.doc
    }
    fn control(&self) -> Control {
        self.control
    }
    fn secret(&self) -> bool {
        self.secret
    }
    fn security(&self) -> bool {
        self.security
    }
    fn default_text(&self) -> String {
        (self.default)().write()
    }
    fn admit(&self, text: &str) -> Result<String, String> {
        let value = T::read(text).map_err(|why| format!("{}: {why}", self.key))?;
        (self.check)(&value).map_err(|why| format!("{}: {why}", self.key))?;
        Ok(value.write())
    }
}
