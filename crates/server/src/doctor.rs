//! Is everything stored sound, and does it fit together?

use crate::{
    commands::{Failure, operator},
    config::Config,
    instance::{Files, Instance},
    pipeline,
    serve::{Running, open_engine},
};
use makoto_engine::Engine;
use makoto_meta::{Activity, Meta};
use serde_json::json;
use std::path::Path;

/// The faults of an installation that no server has open, in words.
///
/// # Errors
/// When it cannot be examined at all.
pub async fn examine_closed(dir: &Path) -> Result<Vec<String>, Failure> {
    if !Files::new(dir).meta().exists() {
        return Ok(vec![format!("{} holds no installation; name the directory that makoto serve uses", dir.display())]);
    }
    let config = Config::load(None, [], [])?;
    let instance = Instance::open(dir).await?;
    let mut faults = meta_faults(&instance.meta).await?;
    // A server tries its backups so too, and others must not wait for the thread meanwhile.
    faults.extend(tokio::task::block_in_place(|| store_faults(&instance, &config))?);
    instance.meta.close().await;
    Ok(faults)
}

/// Faults of what is tracked: the analytics store, the fold and the journal, and how they fit together.
fn store_faults(instance: &Instance, config: &Config) -> Result<Vec<String>, Failure> {
    let engine = open_engine(instance, config)?;
    let mut faults = engine_faults(&engine)?;
    let fold = pipeline::open_fold(&instance.files.fold(), &instance.catalog, &engine)?;
    if engine.applied() > fold.last_delta() {
        faults.push(format!(
            "the analytics store is at delta {} but the fold at {}; they are of different backups",
            engine.applied(),
            fold.last_delta()
        ));
    }
    if instance.files.journal().exists() {
        match makoto_journal::check(&instance.files.journal()) {
            Ok(summary) if summary.trimmed.get() > fold.position() => faults.push(format!(
                "the journal begins after {} but the fold stands at {}; restore both from one backup",
                summary.trimmed,
                fold.position()
            )),
            Ok(_) => {}
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    drop(fold);
    engine.close()?;
    Ok(faults)
}

/// The faults of a running installation, in words.
///
/// # Errors
/// When it cannot be examined at all.
pub async fn examine_running(running: &Running) -> Result<Vec<String>, Failure> {
    let mut faults = meta_faults(&running.instance.meta).await?;
    let engine = running.app.engine.clone();
    let checked = tokio::task::spawn_blocking(move || engine_faults(&engine)).await;
    faults.extend(checked.map_err(|fault| Failure::Data(fault.to_string()))??);
    if !faults.is_empty() {
        let detail = json!({ "faults": faults.len(), "first": faults.first() });
        running.instance.meta.record(&operator(), Activity::DoctorFoundFaults, detail).await?;
    }
    Ok(faults)
}

/// Faults of the relational store, and of the record of acts in it.
async fn meta_faults(meta: &Meta) -> Result<Vec<String>, Failure> {
    let mut faults = meta.check().await?;
    let findings = meta.verify_record(&[]).await?;
    faults.extend(findings.iter().map(|finding| format!("the activity log, {finding}")));
    Ok(faults)
}

fn engine_faults(engine: &Engine) -> Result<Vec<String>, Failure> {
    let faults = engine.check()?;
    Ok(faults.into_iter().map(|fault| format!("{} rows of {}: {}", fault.rows, fault.table, fault.what)).collect())
}

/// What the operator reads; an error when there are faults, so that the program ends with a status other than 0.
///
/// # Errors
/// The faults.
pub fn report(faults: &[String]) -> Result<String, Failure> {
    match faults.is_empty() {
        true => Ok("everything is sound".to_owned()),
        false => Err(Failure::Data(faults.join("\n"))),
    }
}
