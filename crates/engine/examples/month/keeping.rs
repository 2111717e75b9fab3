//! How long it takes to take a visitor out of the month, and the whole month, as the server does it.

use crate::{Failure, data, report};
use makoto_catalog::columns::{DICTIONARIES, VISITORS, dictionary_number};
use makoto_engine::{Chosen, Engine, Options};
use makoto_model::SiteId;
use std::{collections::BTreeSet, path::Path, time::Instant};

const SITE: SiteId = SiteId(data::SITE as u32);
/// Visitors taken out one after the other.
const VISITORS_ERASED: u32 = 5;
/// Texts dropped at once.
const TEXTS_MAX: usize = 50_000;

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Takes some visitors out, each with all visits and the texts that only they needed.
pub fn erase(dir: &Path, options: Options) -> Result<(), Failure> {
    let engine = Engine::open(dir, data::catalog()?, options)?;
    report(&engine, "before")?;
    let nobody = Chosen::Visits { site: SITE, visits: Vec::new() };
    for visitor in 0..VISITORS_ERASED {
        let visits = engine.visits_left(&BTreeSet::from([1_000 + visitor * 7_919]), &nobody)?;
        let chosen = Chosen::Visits { site: SITE, visits: visits.iter().map(|visit| visit.visit as i64).collect() };
        let start = Instant::now();
        let mut unused = Vec::new();
        for (dictionary, ids) in engine.texts_of(&chosen)? {
            if Some(dictionary) == dictionary_number(VISITORS) {
                engine.visits_left(&ids, &chosen)?;
            }
            unused.push((dictionary, engine.unused_of(dictionary, ids, &chosen)?));
        }
        let looked_ms = ms(start);
        let removed = engine.remove(&chosen)?;
        for (dictionary, texts) in unused.iter().filter(|(_, texts)| !texts.is_empty()) {
            engine.drop_texts(*dictionary, &texts.iter().map(|text| text.id).collect())?;
        }
        println!(
            "{} visits, {:?}: looked for texts in {looked_ms:.0} ms, gone after {:.0} ms",
            visits.len(),
            removed.rows,
            ms(start)
        );
    }
    Ok(engine.close()?)
}

/// Takes the whole month out, day by day, then what no row needs, and gives the space back.
pub fn purge(dir: &Path, options: Options) -> Result<(), Failure> {
    let engine = Engine::open(dir, data::catalog()?, options)?;
    report(&engine, "before")?;
    let start = Instant::now();
    let mut slowest_ms = 0f64;
    for day in 0..=data::DAYS {
        let from_s = data::START_S + day * 86_400;
        let step = Instant::now();
        engine.remove(&Chosen::Span { site: SITE, from_s, until_s: from_s + 86_400 })?;
        slowest_ms = slowest_ms.max(ms(step));
    }
    println!("rows gone after {:.1} s, the slowest day took {slowest_ms:.0} ms", ms(start) / 1e3);
    for dictionary in 0..DICTIONARIES.len() as u8 {
        loop {
            let texts = engine.unused(dictionary, TEXTS_MAX)?;
            if texts.is_empty() {
                break;
            }
            engine.drop_texts(dictionary, &texts.iter().map(|text| text.id).collect())?;
        }
    }
    println!("texts gone after {:.1} s", ms(start) / 1e3);
    engine.compact()?;
    println!("space given back after {:.1} s", ms(start) / 1e3);
    report(&engine, "after")?;
    Ok(engine.close()?)
}
