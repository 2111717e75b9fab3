//! One batch: hits folded one after the other, and the delta they come to.

use super::allowance::{OTHERS, Record, Verdict, is_limited};
use super::dictionary::{Text, next};
use super::page_views::{self, action_id};
use super::partition::{HELD_S, Partition, Place, int};
use super::recognise::{Recognised, past};
use super::{Fold, conversion::CONVERSION_ID, row, visit};
use crate::{Error, order};
use makoto_catalog::columns::{NAMES, REFERRER_URLS, TITLES, URLS, USERS, VISITORS, dictionary_number};
use makoto_catalog::{Keep, Stored};
use makoto_model::{
    Act, ActionKind, Cell, Day, Delta, Hit, NewText, PackedRow, Referrer, ReferrerKind, Row, SiteId, ValueRef, Values,
    VisitorId,
};
use std::collections::{BTreeMap, BTreeSet};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// What the hits of a batch have changed so far.
pub struct Batch {
    texts: Vec<NewText>,
    /// In the order of their numbers, as the engine stores them.
    changed: BTreeMap<u64, (Place, bool)>,
    /// In the order of their numbers, which grow by one.
    actions: Vec<PackedRow>,
    /// New versions of actions of earlier batches, by their numbers.
    changed_actions: BTreeMap<i64, PackedRow>,
    pub(super) conversions: Vec<Row>,
    /// New versions of conversions of earlier batches, by their numbers.
    changed_conversions: BTreeMap<i64, Row>,
    pub(super) items: Vec<Row>,
    touched: BTreeSet<(SiteId, Day)>,
    /// Where the hit that is being folded belongs; its new texts are counted there.
    place: Place,
    /// Its position in the journal.
    position: u64,
    scratch: Vec<u8>,
}

impl Default for Batch {
    fn default() -> Batch {
        Batch {
            texts: Vec::new(),
            changed: BTreeMap::new(),
            actions: Vec::new(),
            changed_actions: BTreeMap::new(),
            conversions: Vec::new(),
            changed_conversions: BTreeMap::new(),
            items: Vec::new(),
            touched: BTreeSet::new(),
            place: (SiteId(0), Day(0)),
            position: 0,
            scratch: Vec::new(),
        }
    }
}

impl Batch {
    /// Whether the hit that is being folded brought as many facts as there are columns for them, or none at all.
    fn check(&self, facts: &Values, found: usize, expected: usize) -> Result<(), Error> {
        match found == expected || facts.is_empty() {
            true => Ok(()),
            false => Err(Error::Schema { position: self.position, found, expected }),
        }
    }

    /// Puts a new version of an action in place of the one before.
    fn put_action(&mut self, row: PackedRow) {
        let id = action_id(&row);
        let first = self.actions.first().map_or(i64::MAX, action_id);
        match usize::try_from(id - first).ok().and_then(|at| self.actions.get_mut(at)) {
            Some(own) => *own = row,
            None => _ = self.changed_actions.insert(id, row),
        }
    }

    /// Puts a new version of a conversion in place of the one before, whose items go.
    pub(super) fn put_conversion(&mut self, row: Row) {
        let id = int(&row, CONVERSION_ID);
        self.items.retain(|item| int(item, CONVERSION_ID) != id);
        match self.conversions.iter_mut().find(|own| int(own, CONVERSION_ID) == id) {
            Some(own) => *own = row,
            None => _ = self.changed_conversions.insert(id, row),
        }
    }
}

fn packed(rows: impl IntoIterator<Item = Row>, scratch: &mut Vec<u8>) -> Vec<PackedRow> {
    rows.into_iter().map(|row| PackedRow::pack(&row, scratch)).collect()
}

impl Fold {
    pub(super) fn fold(&mut self, batch: &mut Batch, position: u64, hit: &Hit) -> Result<(), Error> {
        if let Act::Conversion { goal, params } = &hit.act {
            return self.fold(batch, position, &order::upgraded(hit, *goal, params));
        }
        let place = (hit.site, hit.day);
        (batch.place, batch.position) = (place, position);
        // Page views, which are most, are checked while their facts are read: all of them are.
        if !matches!(hit.act, Act::Action { kind: ActionKind::PageView, .. }) {
            batch.check(&hit.visit_facts, hit.visit_facts.len(), self.schema.visit.len())?;
            batch.check(&hit.action_facts, hit.action_facts.len(), self.schema.action.len())?;
        }
        let is_ping = matches!(hit.act, Act::Ping);
        match self.recognise(place, hit)? {
            Recognised::Running(id, mut row) => {
                let before = int(&row, row::VISITOR) as u32;
                self.update(batch, hit, &mut row)?;
                batch.changed.entry(id).or_insert((place, false));
                self.keep(batch, place, &row, before)
            }
            // A sign of life opens no visit.
            Recognised::Returning(..) | Recognised::Unknown if is_ping => Ok(()),
            recognised => {
                let mut row = self.begin(batch, position, hit, &recognised)?;
                self.report(batch, hit, &mut row, true)?;
                let visitor = int(&row, row::VISITOR) as u32;
                batch.changed.insert(int(&row, row::ID).cast_unsigned(), (place, true));
                self.keep(batch, place, &row, visitor)
            }
        }
    }

    /// Puts a changed visit where the next hits find it.
    fn keep(&mut self, batch: &mut Batch, place: Place, row: &Row, before: u32) -> Result<(), Error> {
        let visitor = int(row, row::VISITOR) as u32;
        if before != visitor {
            self.visitors.give_away(&self.store, before, place.0, int(row, row::ID).cast_unsigned())?;
        }
        self.visitors.remember(&self.store, visitor, place.0, past(row))?;
        let partition = self.partition(place)?;
        partition.put(row);
        if !partition.stored {
            partition.stored = true;
            self.store.keep_partition(place.0, place.1)?;
        }
        batch.touched.insert(place);
        Ok(())
    }

    /// A new visit, before its hit is reported in it.
    fn begin(&mut self, batch: &mut Batch, position: u64, hit: &Hit, who: &Recognised) -> Result<Row, Error> {
        let visitor = match (who, hit.who.visitor) {
            (_, Some(id)) => self.visitor(batch, id)?,
            (Recognised::Returning(_, visitor), None) => *visitor,
            (_, None) => self.visitor(batch, VisitorId(xxh3_64_with_seed(&position.to_le_bytes(), hit.who.config)))?,
        };
        self.counters.visit += 1;
        let mut row: Row = vec![Cell::Null; self.schema.visit_columns].into();
        let mut set = |at: usize, n: i64| row[at] = Cell::Int(n);
        set(row::SITE, i64::from(hit.site.0));
        set(row::ID, self.counters.visit.cast_signed());
        set(row::VISITOR, i64::from(visitor));
        set(row::CONFIG, hit.who.config.cast_signed());
        set(row::DAY, i64::from(hit.day.0));
        set(row::FIRST_S, hit.time_s);
        set(row::LAST_S, hit.time_s);
        let counted = [row::LENGTH_S, row::ACTIONS, row::INTERACTIONS, row::SEARCHES, row::EVENTS];
        for zero in counted.into_iter().chain([row::CONVERTED, row::BUYER]) {
            set(zero, 0);
        }
        let (returning, count, since_first_s, since_last_s) = match who {
            Recognised::Returning(past, _) => {
                let since_last_s = (hit.time_s - past.first_s).max(0);
                (1, past.count + 1, past.since_first_s + since_last_s, since_last_s)
            }
            Recognised::Running(..) | Recognised::Unknown => (0, 1, 0, 0),
        };
        set(row::RETURNING, returning);
        set(row::COUNT, count);
        set(row::SINCE_FIRST_S, since_first_s);
        set(row::SINCE_LAST_S, since_last_s);
        if returning == 1 {
            row[row::SINCE_ORDER_S] = self.since_order(visitor, hit.site, hit.time_s)?;
            // A customer is who had ordered before the visit that came before this one, as Matomo has it.
            if int(&row, row::SINCE_ORDER_S) > since_last_s {
                row[row::RETURNING] = Cell::Int(2);
            }
        }
        self.refer(batch, &hit.referrer, &mut row)?;
        if let Some(user) = &hit.who.user_id {
            row[row::USER] = self.number(batch, Text::of(USERS, user))?;
        }
        let mut facts = hit.visit_facts.present();
        for (at, value) in &mut facts {
            let Some((stored, _)) = self.schema.visit.get(at).copied() else { continue };
            row[row::OWN + at] = self.cell(batch, stored, value)?;
        }
        batch.check(&hit.visit_facts, facts.passed(), self.schema.visit.len())?;
        Ok(row)
    }

    /// A hit of a running visit.
    fn update(&mut self, batch: &mut Batch, hit: &Hit, row: &mut Row) -> Result<(), Error> {
        let came_straight = int(row, row::REFERRER_KIND) == ReferrerKind::Direct as i64;
        if came_straight && hit.referrer.kind != ReferrerKind::Direct {
            self.refer(batch, &hit.referrer, row)?;
        }
        // A visit recognised by its fingerprint is from now on that of the id.
        if let Some(id) = hit.who.visitor {
            row[row::VISITOR] = Cell::Int(i64::from(self.visitor(batch, id)?));
        }
        if let Some(user) = &hit.who.user_id {
            row[row::USER] = self.number(batch, Text::of(USERS, user))?;
        }
        let mut facts = hit.visit_facts.present();
        for (at, value) in &mut facts {
            if let Some((stored, Keep::Latest)) = self.schema.visit.get(at).copied() {
                row[row::OWN + at] = self.cell(batch, stored, value)?;
            }
        }
        batch.check(&hit.visit_facts, facts.passed(), self.schema.visit.len())?;
        let last_s = row[row::LAST_S];
        visit::prolong(row, hit.time_s, !matches!(hit.act, Act::Ping));
        let moved_to = std::mem::replace(&mut row[row::LAST_S], last_s);
        // What the hit reports still sees when the visit's last action was.
        self.report(batch, hit, row, false)?;
        row[row::LAST_S] = moved_to;
        Ok(())
    }

    /// What the hit reports in its visit.
    fn report(&mut self, batch: &mut Batch, hit: &Hit, row: &mut Row, opens: bool) -> Result<(), Error> {
        self.complete_page_view(batch, hit, row)?;
        match &hit.act {
            // Conversions of older programs were upgraded before.
            Act::Ping | Act::Conversion { .. } => Ok(()),
            Act::Action { kind, url, title } => {
                let url = url.as_ref().map(|url| self.number(batch, Text::url(URLS, url)));
                let title = title.as_ref().map(|title| self.number(batch, Text::of(TITLES, title)));
                let (url, title) = (url.transpose()?.unwrap_or_default(), title.transpose()?.unwrap_or_default());
                let action = visit::Action { kind: *kind, url, title };
                let recorded = self.record(batch, hit, &action, row)?;
                action.apply(row, opens);
                self.view(batch, hit, row, recorded)?;
                self.reach(batch, hit, row, (recorded, url), opens)
            }
            Act::Goal { url } => {
                let url = self.conversion_url(batch, url.as_ref())?;
                self.reach(batch, hit, row, (Cell::Null, url), opens)
            }
            Act::Order(order) => self.order(batch, hit, row, order, opens),
        }
    }

    /// Writes an action down and gives its number.
    fn record(&mut self, batch: &mut Batch, hit: &Hit, action: &visit::Action, visit: &Row) -> Result<Cell, Error> {
        let before = action.before(visit, hit.time_s);
        self.counters.action += 1;
        let mut row = vec![Cell::Null; self.schema.action_columns];
        let own = [
            visit[row::SITE],
            visit[row::ID],
            Cell::Int(self.counters.action.cast_signed()),
            visit[row::VISITOR],
            Cell::Int(hit.time_s),
            Cell::Int(action.stored_kind() as i64),
            action.url,
            action.title,
            before.url,
            before.title,
            Cell::Int(before.spent_s),
            Cell::Int(i64::from(before.was_search)),
        ];
        row[..own.len()].copy_from_slice(&own);
        let mut facts = hit.action_facts.present();
        for (at, value) in &mut facts {
            let Some(stored) = self.schema.action.get(at).copied() else { continue };
            row[own.len() + at] = self.cell(batch, stored, value)?;
        }
        batch.check(&hit.action_facts, facts.passed(), self.schema.action.len())?;
        let packed = PackedRow::pack(&row, &mut batch.scratch);
        self.page_views.note(&row, &packed);
        batch.actions.push(packed);
        Ok(Cell::Int(self.counters.action.cast_signed()))
    }

    /// What a hit tells of a page view that was recorded before it.
    fn complete_page_view(&mut self, batch: &mut Batch, hit: &Hit, visit: &Row) -> Result<(), Error> {
        if matches!(hit.act, Act::Action { kind: ActionKind::PageView, .. }) {
            return Ok(());
        }
        let Some(name) = self.page_views.named_by(hit) else { return Ok(()) };
        let told = self.page_views.told_by(hit);
        let cell = |(at, value): (usize, ValueRef)| Ok((at, self.cell(batch, self.schema.action[at], value)?));
        let told: Vec<(usize, Cell)> = told.into_iter().map(cell).collect::<Result<_, Error>>()?;
        if let Some(row) = self.page_views.put((int(visit, row::ID), name), &told) {
            batch.put_action(row);
        }
        Ok(())
    }

    /// Sees to it that page views from before the fold was opened can be completed as well.
    pub(super) fn recall_page_views(&mut self) -> Result<(), Error> {
        if self.page_views.complete {
            return Ok(());
        }
        let after = self.counters.action.saturating_sub(page_views::ACTIONS_MAX);
        let mut rows = BTreeMap::new();
        if self.counters.action > 0 {
            let stored = self.history.page_views(after).map_err(Error::History)?;
            let deltas = self.store.deltas(self.history.applied(), usize::MAX)?;
            let later = deltas.into_iter().flat_map(|delta| delta.actions.into_iter().chain(delta.changed_actions));
            let stored = stored.into_iter().map(PackedRow::from);
            rows.extend(stored.chain(later).map(|row| (action_id(&row), row)));
        }
        for row in rows.values() {
            check_width(row.width(), self.schema.action_columns, "an action")?;
            self.page_views.note(&row.unpack(), row);
        }
        self.page_views.complete = true;
        Ok(())
    }

    fn refer(&mut self, batch: &mut Batch, referrer: &Referrer, row: &mut Row) -> Result<(), Error> {
        let mut text = |dictionary, text: &str| match text {
            "" => Ok(Cell::Null),
            text => self.number(batch, Text::of(dictionary, text)),
        };
        row[row::REFERRER_KIND] = Cell::Int(referrer.kind as i64);
        row[row::REFERRER_NAME] = text(NAMES, &referrer.name)?;
        row[row::REFERRER_KEYWORD] = text(NAMES, &referrer.keyword)?;
        row[row::REFERRER_URL] = text(REFERRER_URLS, &referrer.url)?;
        Ok(())
    }

    /// The number of a text. A new one that the day of the site has no place for gets that of the others.
    pub(super) fn number(&mut self, batch: &mut Batch, text: Text) -> Result<Cell, Error> {
        let dictionary = text.dictionary;
        let number = match self.dictionaries.find(&self.store, text)? {
            Some(number) => number,
            None if is_limited(dictionary) && !self.admits(batch.place, dictionary)? => {
                let others = Text { dictionary, prefix: None, text: OTHERS };
                self.dictionaries.number(&self.store, &mut self.counters.texts, &mut batch.texts, others)?
            }
            None => self.dictionaries.add(&mut self.counters.texts, &mut batch.texts, text),
        };
        Ok(Cell::Int(i64::from(number)))
    }

    /// Whether the day of the site has a place for one more new text.
    fn admits(&mut self, place: Place, dictionary: u8) -> Result<bool, Error> {
        let max = self.new_texts_max;
        match self.partition(place)?.brought.take(dictionary, max) {
            Verdict::Welcome => Ok(true),
            Verdict::Folded { is_first } => {
                self.overflows.note(place, dictionary, is_first);
                Ok(false)
            }
        }
    }

    /// The number of a visitor, who may be new.
    fn visitor(&mut self, batch: &mut Batch, id: VisitorId) -> Result<u32, Error> {
        if let Some(number) = self.visitors.number(&self.store, id)? {
            return Ok(number);
        }
        let dictionary = dictionary_number(VISITORS).unwrap_or_default();
        let number = next(&mut self.counters.texts, dictionary);
        self.visitors.add(number, id);
        batch.texts.push(NewText { dictionary, id: number, prefix: None, text: id.to_string().into() });
        Ok(number)
    }

    /// A captured value as it is stored.
    fn cell(&mut self, batch: &mut Batch, stored: Stored, value: ValueRef<'_>) -> Result<Cell, Error> {
        use ValueRef::{Float, Int, Null, Text as Words};
        Ok(match (stored, value) {
            (Stored::Text(dictionary), Words(text)) => self.number(batch, Text::of(dictionary, text))?,
            (Stored::Int, Int(n)) => Cell::Int(n),
            (Stored::Int, Float(n)) => Cell::Int(n as i64),
            (Stored::Float, Int(n)) => Cell::Float(n as f64),
            (Stored::Float, Float(n)) => Cell::Float(n),
            (Stored::Text(_), Int(_) | Float(_)) | (Stored::Int | Stored::Float, Words(_)) => Cell::Null,
            (_, Null) => Cell::Null,
        })
    }

    /// The delta of a batch; `None` when nothing changed.
    pub(super) fn finish(&mut self, mut batch: Batch) -> Result<Option<Delta>, Error> {
        for place in &batch.touched {
            if let Some(brought) = self.partition(*place)?.brought.take_changes() {
                let brought = postcard::to_allocvec(brought)?;
                self.store.keep_brought(place.0, place.1, &brought)?;
            }
        }
        let scratch = &mut batch.scratch;
        let mut delta = Delta {
            number: self.counters.delta + 1,
            texts: batch.texts,
            actions: batch.actions,
            changed_actions: batch.changed_actions.into_values().collect(),
            conversions: packed(batch.conversions, scratch),
            touched: batch.touched.into_iter().collect(),
            changed_conversions: packed(batch.changed_conversions.into_values(), scratch),
            items: packed(batch.items, scratch),
            ..Delta::default()
        };
        for (id, (place, is_new)) in batch.changed {
            if let Some(row) = self.partition(place)?.row(id).cloned() {
                if is_new { delta.new_visits.push(row) } else { delta.changed_visits.push(row) }
            }
        }
        Ok((!delta.is_empty()).then_some(delta))
    }

    /// The partition with as many of its visits as are held; hits look for theirs once it is `load`ed as far as they reach.
    pub(super) fn partition(&mut self, place: Place) -> Result<&mut Partition, Error> {
        if self.partitions.get(place).is_none() {
            self.load(place, i64::MIN)?;
        }
        // Just loaded, and nothing goes before the batch ends.
        self.partitions.get(place).ok_or(Error::Stopped)
    }

    /// Sees to it that the visits of a partition are held that end at this moment or later: as the engine has them, and as
    /// later deltas left them.
    pub(super) fn load(&mut self, place: Place, from_s: i64) -> Result<(), Error> {
        let is_held = match self.partitions.get(place) {
            Some(held) if held.reaches(from_s) => return Ok(()),
            held => held.is_some(),
        };
        let mut partition = Partition::default();
        if let Some(brought) = self.store.partition(place.0, place.1)? {
            // Others are a little late; who asks for more than is held is so late that all are read.
            let since_s = if is_held { i64::MIN } else { from_s.saturating_sub(HELD_S) };
            partition = Partition::since(since_s);
            partition.stored = true;
            if !brought.is_empty() {
                partition.brought = postcard::from_bytes::<Record>(&brought)?.into();
            }
            self.read_stored(&mut partition, place, since_s)?;
            self.read_pending(&mut partition, place)?;
        }
        self.partitions.put(place, partition)
    }

    /// Takes in the visits that the engine has.
    fn read_stored(&self, partition: &mut Partition, place: Place, since_s: i64) -> Result<(), Error> {
        let (mut after, most) = (0, self.partitions.read_at_once());
        loop {
            let rows = self.history.partition(place.0, place.1, since_s, after, most).map_err(Error::History)?;
            for row in &rows {
                self.take(partition, row)?;
            }
            self.partitions.make_room(partition)?;
            match rows.last() {
                Some(last) if rows.len() >= most as usize => after = int(last, row::ID),
                _ => return Ok(()),
            }
        }
    }

    /// Takes in the visits of deltas that the engine lacks yet.
    fn read_pending(&self, partition: &mut Partition, place: Place) -> Result<(), Error> {
        let here = [Cell::Int(i64::from(place.0.0)), Cell::Int(i64::from(place.1.0))];
        let mut after = self.history.applied();
        while let Some(delta) = self.store.deltas(after, 1)?.pop() {
            let rows = delta.new_visits.iter().chain(&delta.changed_visits).map(PackedRow::unpack);
            for row in rows.filter(|row| [row[row::SITE], row[row::DAY]] == here) {
                self.take(partition, &row)?;
            }
            self.partitions.make_room(partition)?;
            after = delta.number;
        }
        Ok(())
    }

    fn take(&self, partition: &mut Partition, row: &Row) -> Result<(), Error> {
        check_width(row.len(), self.schema.visit_columns, "a visit")?;
        partition.put_over(row)
    }
}

fn check_width(width: usize, expected: usize, what: &str) -> Result<(), Error> {
    if width == expected {
        return Ok(());
    }
    let message = format!("{what} has {width} values where the catalog has {expected}");
    Err(Error::History(message.into()))
}
