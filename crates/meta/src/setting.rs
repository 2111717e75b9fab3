use crate::{ALLOWED_DOMAINS, Activity, Error, Meta};
use makoto_access::Caller;
use serde_json::json;

impl Meta {
    /// Checks and stores a setting; in force when this returns.
    ///
    /// # Errors
    /// `NotFound` for a key that nothing declares, `Refused` for a value that its check refuses.
    pub async fn set_setting(&self, caller: &Caller, key: &str, text: &str) -> Result<(), Error> {
        let setting = self.catalog.setting(key).ok_or_else(|| {
            Error::NotFound(format!("there is no setting {key}; see the list of settings for its name"))
        })?;
        let value = setting.admit(text).map_err(Error::Refused)?;
        let (before, _) = self.snapshot().setting_text(setting);
        let detail = json!({ "setting": key, "before": setting.shown(&before), "after": setting.shown(&value) });
        let kind = if key == ALLOWED_DOMAINS { Activity::DomainsChanged } else { Activity::SettingSet };
        let mut act = self.begin(caller, kind, detail).await?;
        if key == ALLOWED_DOMAINS {
            act.refuse_lockout(&value).await?;
        }
        sqlx::query(
            "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(key)
        .bind(value)
        .execute(&mut *act.tx)
        .await?;
        self.commit(act).await
    }
}
