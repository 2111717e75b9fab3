use super::{ReviewLine, read_line};
use crate::{Act, Activity, Error, Meta, RoleChange, record};
use makoto_access::{Caller, InstanceGrant, Role};
use makoto_model::SiteId;
use serde_json::json;

/// What a line's user holds now: a role's name, `superuser` or `noaccess`.
async fn held(act: &mut Act, line: &ReviewLine) -> Result<String, Error> {
    let name: Option<String> = match line.site {
        0 => {
            let sql = "SELECT 'superuser' FROM user WHERE login = ? AND superuser = 1";
            sqlx::query_scalar(sql).bind(&line.login).fetch_optional(&mut *act.tx).await?
        }
        site => {
            let sql = "SELECT role FROM role WHERE login = ? AND site_id = ?";
            sqlx::query_scalar(sql).bind(&line.login).bind(site).fetch_optional(&mut *act.tx).await?
        }
    };
    Ok(name.unwrap_or_else(|| "noaccess".to_owned()))
}

impl Act {
    async fn review_line(&mut self, review: i64, line: i64) -> Result<ReviewLine, Error> {
        let sql = "SELECT * FROM review_line WHERE id = ? AND review_id = ?";
        let row = sqlx::query(sql).bind(line).bind(review).fetch_optional(&mut *self.tx).await?;
        read_line(&row.ok_or_else(|| Error::NotFound(format!("there is no line {line} in this review")))?)
    }

    pub(super) async fn put_verdict(
        &mut self,
        caller: &Caller,
        line: i64,
        verdict: &str,
        after: &str,
        now_s: i64,
    ) -> Result<(), Error> {
        let sql = "UPDATE review_line SET verdict = ?, after = ?, decided_by = ?, decided_s = ? WHERE id = ?";
        sqlx::query(sql)
            .bind(verdict)
            .bind(after)
            .bind(caller.principal.name())
            .bind(now_s)
            .bind(line)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Notes of every line without a verdict whose user no longer holds the role that it is gone, or shows the role that
    /// they hold instead; how many show another role now.
    pub(super) async fn refresh_lines(&mut self, caller: &Caller, review: i64, now_s: i64) -> Result<usize, Error> {
        let sql = "SELECT * FROM review_line WHERE review_id = ?";
        let rows = sqlx::query(sql).bind(review).fetch_all(&mut *self.tx).await?;
        let mut changed = 0;
        for row in &rows {
            let line = read_line(row)?;
            let now = held(self, &line).await?;
            let decided = if line.verdict.is_empty() { &line.role } else { &line.after };
            if now == *decided {
                continue;
            }
            match now.as_str() {
                "noaccess" => self.put_verdict(caller, line.id, "gone", "noaccess", now_s).await?,
                now => {
                    changed += 1;
                    let sql = "UPDATE review_line SET role = ?, verdict = '', after = '', decided_by = '', \
                               decided_s = NULL WHERE id = ?";
                    sqlx::query(sql).bind(now).bind(line.id).execute(&mut *self.tx).await?;
                }
            }
        }
        Ok(changed)
    }
}

impl Meta {
    /// Confirms roles as the review shows them.
    ///
    /// # Errors
    /// `NotFound` for an unknown line; `Refused` for a signed review, and for a role that has changed since: the line
    /// shows it after `refresh_review`.
    pub async fn confirm_review_lines(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        review: i64,
        lines: &[i64],
        now_s: i64,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        act.open_review(review).await?;
        for id in lines {
            let line = act.review_line(review, *id).await?;
            let now = held(&mut act, &line).await?;
            if now != line.role {
                let why = format!("{} holds {now} now and not {}; look at the review again", line.login, line.role);
                return Err(Error::Refused(why));
            }
            let detail = json!({ "login": line.login, "review": review, "site": line.site, "role": line.role });
            record::insert(&mut act, caller, Activity::ReviewConfirmed, &detail).await?;
            act.put_verdict(caller, *id, "confirmed", &line.role, now_s).await?;
        }
        self.commit_quietly(act).await
    }

    /// Lowers a role, or takes it (`None`). Superuser rights can only be taken.
    ///
    /// # Errors
    /// As `confirm_review_lines`; `Refused` also for a role that is not lower and for the last superuser.
    pub async fn lower_review_line(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        (review, line): (i64, i64),
        after: Option<Role>,
        now_s: i64,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        act.open_review(review).await?;
        let line = act.review_line(review, line).await?;
        let before = held(&mut act, &line).await?;
        let name = after.map_or("noaccess", Role::name);
        let detail =
            json!({ "login": line.login, "review": review, "site": line.site, "before": before, "after": name });
        match Role::parse(&before) {
            None if before == "superuser" && after.is_none() => {
                act.keep_a_superuser(&line.login).await?;
                record::insert(&mut act, caller, Activity::SuperuserRevoked, &detail).await?;
                let sql = "UPDATE user SET superuser = 0, superuser_since_s = 0 WHERE login = ?";
                sqlx::query(sql).bind(&line.login).execute(&mut *act.tx).await?;
                act.end_sessions_of(&line.login).await?;
            }
            Some(role) if after < Some(role) => {
                let site = SiteId(u32::try_from(line.site).map_err(|fault| Error::Corrupt(fault.to_string()))?);
                let change = RoleChange { login: line.login.clone(), site, before: Some(role), after };
                act.put_roles(caller, &[change]).await?;
            }
            _ => return Err(Error::Refused(format!("{name} is not less than {before}; a review only lowers roles"))),
        }
        record::insert(&mut act, caller, Activity::ReviewLowered, &detail).await?;
        act.put_verdict(caller, line.id, "lowered", name, now_s).await?;
        self.commit(act).await
    }

    /// Brings an open review up to date with roles that were given, changed or taken since it was begun.
    ///
    /// # Errors
    /// `NotFound` for an unknown review, `Refused` for a signed one.
    pub async fn refresh_review(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        review: i64,
        now_s: i64,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        act.open_review(review).await?;
        act.refresh_lines(caller, review, now_s).await?;
        act.add_lines(review).await?;
        self.commit_quietly(act).await
    }
}
