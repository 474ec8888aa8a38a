//! Questions to the index: which condition leads the way, and the SQL that follows from it.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params, params_from_iter};

use super::index::{Index, IndexError, Kind, SPAN};
use super::sought::{DECISIONS, Sought, SoughtSource, Strand};
use super::{Direction, Window};

/// A condition that holds for fewer events than this leads the way, even where its events have to be sorted.
const FEW: i64 = 5_000;

/// What the index answers, and its own end when it did so.
pub(super) struct Answer<T> {
    pub(super) end: Option<u64>,
    pub(super) what: T,
}

/// A condition on a row `e` of `event`.
struct Condition {
    sql: String,
    values: Vec<Value>,
    led: Led,
}

/// Whether a condition can lead the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Led {
    /// By an index in which its events come in order.
    InOrder(&'static str),
    /// By an index that must be sorted.
    Sorted(&'static str),
    /// Not at all.
    No,
}

/// What events are looked for for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// They have to come in order, so that the first of them are the ones.
    Listing,
    Counting,
}

/// Rows of one `SELECT`.
struct Select {
    /// The table that leads the way: its positions come in order.
    leads: char,
    from: String,
    conditions: Vec<String>,
    values: Vec<Value>,
}

/// Where a strand's events are found in order.
struct Way {
    leads: char,
    from: &'static str,
    conditions: Vec<Condition>,
}

/// Nothing can satisfy the filter, or the selects whose union does.
enum Plan {
    Nothing,
    Union(Vec<Select>),
}

impl Index {
    /// At most `window.limit` and one more.
    pub(super) fn positions(&self, sought: &Sought, window: Window, bounds: (u64, u64)) -> Result<Answer<Vec<u64>>, IndexError> {
        self.at_once(|index| {
            let Plan::Union(selects) = index.plan(sought, bounds, For::Listing)? else { return Ok(Vec::new()) };
            let (sql, mut values) = union(selects);
            let order = match window.direction {
                Direction::OldestFirst => "ASC",
                Direction::NewestFirst => "DESC",
            };
            values.push(Value::Integer(i64::try_from(window.limit.saturating_add(1)).unwrap_or(i64::MAX)));
            let mut statement = index.connection.prepare(&format!("{sql} ORDER BY position {order} LIMIT ?"))?;
            let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<Vec<u64>>>()?)
        })
    }

    pub(super) fn count(&self, sought: &Sought, until: u64) -> Result<Answer<u64>, IndexError> {
        self.at_once(|index| {
            if sought.is_everything_shown() {
                return index.count_shown(sought, until);
            }
            let Plan::Union(selects) = index.plan(sought, (0, until), For::Counting)? else { return Ok(0) };
            let (sql, values) = union(selects);
            Ok(index.connection.query_row(&format!("SELECT count(*) FROM ({sql})"), params_from_iter(values), |row| row.get(0))?)
        })
    }

    /// Positions are dense, so that only what is hidden has to be counted, and that is little.
    fn count_shown(&self, sought: &Sought, until: u64) -> Result<u64, IndexError> {
        let number = |sql: &str| -> Result<u64, IndexError> { Ok(self.connection.query_row(sql, [integer(until)], |row| row.get(0))?) };
        let all = number("SELECT coalesce(max(position) + 1, 0) FROM event WHERE position <= ?")?;
        let Some(condition) = self.hidden(sought)? else { return Ok(all) };
        let hidden = number(&format!("SELECT count(*) FROM event AS e WHERE ({condition}) AND e.position <= ?"))?;
        Ok(all.saturating_sub(hidden))
    }

    /// Which rows are not shown to whoever asks. Keys and positions are numbers, and stand in the text as such.
    fn hidden(&self, sought: &Sought) -> Result<Option<String>, IndexError> {
        let sight = &sought.filter.sight;
        let mut keys = Vec::new();
        for stream in sight.hidden_streams() {
            keys.extend(self.key(Kind::Stream, &stream.to_string())?.map(|key| key.to_string()));
        }
        let positions: Vec<String> = sight.hidden_positions().map(|position| position.to_string()).collect();
        let parts = [("e.stream", keys), ("e.position", positions)];
        let parts = parts.iter().filter(|(_, values)| !values.is_empty());
        let parts: Vec<String> = parts.map(|(column, values)| format!("{column} IN ({})", values.join(", "))).collect();
        Ok((!parts.is_empty()).then(|| parts.join(" OR ")))
    }

    /// Its end and the answer are of one moment, whoever writes meanwhile.
    fn at_once<T>(&self, ask: impl FnOnce(&Index) -> Result<T, IndexError>) -> Result<Answer<T>, IndexError> {
        let _one_moment = self.connection.unchecked_transaction()?;
        let end = self.connection.query_row("SELECT position FROM head", [], |row| row.get(0)).optional()?;
        Ok(Answer { end, what: ask(self)? })
    }

    fn plan(&self, sought: &Sought, (low, high): (u64, u64), wanted: For) -> Result<Plan, IndexError> {
        let Some(conditions) = self.conditions(sought)? else { return Ok(Plan::Nothing) };
        let Some((low, high)) = self.narrow(sought, low, high)? else { return Ok(Plan::Nothing) };
        let within = |leads: char| Condition::plain(&format!("{leads}.position BETWEEN ? AND ?"), vec![integer(low), integer(high)]);
        let said = |sql: &str| sought.text.as_ref().map(|text| Condition::plain(sql, vec![Value::Text(text.clone())]));
        let said_by_event = said("EXISTS (SELECT 1 FROM words AS w WHERE w.position = e.position AND instr(w.text, ?) > 0)");
        let Some(strands) = &sought.timeline else {
            let few = self.few(&conditions, &within('e'))?;
            let (leads, from, said) = match (few.or_else(|| many(&conditions, wanted)), said("instr(w.text, ?) > 0")) {
                (Some(index), None) => ('e', format!("event AS e INDEXED BY {index}"), None),
                (Some(index), Some(_)) if few.is_some() => ('e', format!("event AS e INDEXED BY {index}"), said_by_event),
                (None, None) => ('e', "event AS e NOT INDEXED".to_owned(), None),
                // Where nothing else is asked, nothing else is looked up; else only events that say it are.
                (_, said) if conditions.is_empty() => ('w', "words AS w".to_owned(), said),
                (_, said) => ('w', "words AS w CROSS JOIN event AS e ON e.position = w.position".to_owned(), said),
            };
            return Ok(Plan::Union(vec![Select::new(leads, from, said.iter().chain(&conditions).chain([&within(leads)]))]));
        };
        let mut selects = Vec::new();
        for strand in strands {
            let Some(Way { leads, from, conditions: led }) = self.way(strand)? else { continue };
            selects.push(Select::new(leads, from.to_owned(), led.iter().chain(&conditions).chain(&said_by_event).chain([&within(leads)])));
        }
        Ok(if selects.is_empty() { Plan::Nothing } else { Plan::Union(selects) })
    }

    /// The index of the condition that holds for the fewest events, where they are few.
    fn few(&self, conditions: &[Condition], within: &Condition) -> Result<Option<&'static str>, IndexError> {
        let mut best: Option<(i64, &'static str)> = None;
        for condition in conditions {
            let (index, also) = match condition.led {
                Led::InOrder(index) => (index, Some(within)),
                Led::Sorted(index) => (index, None),
                Led::No => continue,
            };
            let bounded = also.map_or_else(String::new, |within| format!(" AND {}", within.sql));
            let sql =
                format!("SELECT count(*) FROM (SELECT 1 FROM event AS e INDEXED BY {index} WHERE {}{bounded} LIMIT {FEW})", condition.sql);
            let values = condition.values.iter().chain(also.into_iter().flat_map(|within| &within.values));
            let found: i64 = self.connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?;
            if best.is_none_or(|(least, _)| found < least) {
                best = Some((found, index));
            }
        }
        Ok(best.filter(|(found, _)| *found < FEW).map(|(_, index)| index))
    }

    /// Where in the ledger events of these recorded times can lie at all.
    fn narrow(&self, sought: &Sought, low: u64, high: u64) -> Result<Option<(u64, u64)>, IndexError> {
        let number = |sql: &str, micros: i64| -> Result<Option<u64>, IndexError> {
            Ok(self.connection.prepare_cached(sql)?.query_row(params![micros], |row| row.get(0)).optional()?)
        };
        let (mut low, mut high) = (low, high);
        if let Some(from) = sought.filter.recorded_from {
            let Some(first) = number("SELECT number FROM span WHERE latest >= ?1 ORDER BY number LIMIT 1", from.micros())? else {
                return Ok(None);
            };
            low = low.max(first * SPAN);
        }
        if let Some(to) = sought.filter.recorded_to {
            let Some(last) = number("SELECT number FROM span WHERE earliest <= ?1 ORDER BY number DESC LIMIT 1", to.micros())? else {
                return Ok(None);
            };
            high = high.min(last * SPAN + (SPAN - 1));
        }
        Ok((low <= high).then_some((low, high)))
    }

    /// On what an event is and not on its words. None where a name is asked for that no event has.
    fn conditions(&self, sought: &Sought) -> Result<Option<Vec<Condition>>, IndexError> {
        let filter = &sought.filter;
        let mut conditions = Vec::new();
        let names = [
            ("stream", "event_stream", Kind::Stream, sought.stream.as_deref()),
            ("actor", "event_actor", Kind::Actor, filter.actor.as_ref().map(|actor| actor.0.as_str())),
            ("office", "event_office", Kind::Office, sought.office.as_deref()),
            ("commission", "event_commission", Kind::Commission, filter.commission.as_ref().map(|slug| slug.0.as_str())),
        ];
        for (column, index, kind, text) in names {
            let Some(text) = text else { continue };
            let Some(key) = self.key(kind, text)? else { return Ok(None) };
            conditions.push(Condition::equal(column, index, Value::Integer(key)));
        }
        if let Some(types) = &sought.types {
            let Some(condition) = self.of_types(types)? else { return Ok(None) };
            conditions.push(condition);
        }
        for (column, index, id) in [("command", "event_command", filter.command), ("correlation", "event_correlation", filter.correlation)]
        {
            if let Some(id) = id {
                conditions.push(Condition::equal(column, index, Value::Blob(id.as_bytes().to_vec())));
            }
        }
        match &sought.source {
            Some(SoughtSource::Imported) => conditions.push(Condition::plain("e.source IS NOT NULL", Vec::new())),
            Some(SoughtSource::NotImported) => conditions.push(Condition::plain("e.source IS NULL", Vec::new())),
            Some(SoughtSource::File(digest)) => {
                let Some(key) = self.key(Kind::Source, digest)? else { return Ok(None) };
                conditions.push(Condition::equal("source", "event_source", Value::Integer(key)));
            }
            None => {}
        }
        if filter.recorded_from.is_some() || filter.recorded_to.is_some() {
            let from = filter.recorded_from.map_or(i64::MIN, |from| from.micros());
            let to = filter.recorded_to.map_or(i64::MAX, |to| to.micros());
            conditions.push(Condition::plain("e.recorded BETWEEN ? AND ?", vec![Value::Integer(from), Value::Integer(to)]));
        }
        if filter.effective_from.is_some() || filter.effective_to.is_some() {
            let from = filter.effective_from.map_or(i64::MIN, |from| from.days().into());
            let to = filter.effective_to.map_or(i64::MAX, |to| to.days().into());
            conditions.push(Condition {
                sql: "e.effective BETWEEN ? AND ?".to_owned(),
                values: vec![Value::Integer(from), Value::Integer(to)],
                led: Led::Sorted("event_effective"),
            });
        }
        if let Some(hidden) = self.hidden(sought)? {
            conditions.push(Condition::plain(&format!("NOT ({hidden})"), Vec::new()));
        }
        Ok(Some(conditions))
    }

    fn of_types(&self, types: &[&str]) -> Result<Option<Condition>, IndexError> {
        let mut keys = Vec::new();
        for name in types {
            keys.extend(self.key(Kind::Type, name)?.map(Value::Integer));
        }
        Ok(match keys.len() {
            0 => None,
            1 => keys.pop().map(|key| Condition::equal("type", "event_type", key)),
            many => {
                let sql = format!("e.type IN ({})", vec!["?"; many].join(", "));
                Some(Condition { sql, values: keys, led: Led::Sorted("event_type") })
            }
        })
    }

    /// None where no event has the name.
    fn way(&self, strand: &Strand) -> Result<Option<Way>, IndexError> {
        let (leads, from, kind, text, sql) = match strand {
            Strand::Stream(stream) | Strand::DecisionsOf(stream) => {
                ('e', "event AS e INDEXED BY event_stream", Kind::Stream, stream, "e.stream = ?")
            }
            Strand::Actor(actor) => ('e', "event AS e INDEXED BY event_actor", Kind::Actor, actor, "e.actor = ?"),
            Strand::About(subject) => {
                ('a', "about AS a CROSS JOIN event AS e ON e.position = a.position", Kind::Subject, subject, "a.subject = ?")
            }
        };
        let Some(key) = self.key(kind, text)? else { return Ok(None) };
        let mut conditions = vec![Condition::plain(sql, vec![Value::Integer(key)])];
        if let Strand::DecisionsOf(_) = strand {
            let Some(decisions) = self.of_types(&DECISIONS)? else { return Ok(None) };
            conditions.push(decisions);
        }
        Ok(Some(Way { leads, from, conditions }))
    }
}

/// An index to walk along for many events; none: the events themselves, in their order.
fn many(conditions: &[Condition], wanted: For) -> Option<&'static str> {
    conditions.iter().find_map(|condition| match (condition.led, wanted) {
        (Led::InOrder(index), _) | (Led::Sorted(index), For::Counting) => Some(index),
        (Led::Sorted(_), For::Listing) | (Led::No, _) => None,
    })
}

impl Condition {
    fn equal(column: &str, index: &'static str, value: Value) -> Self {
        Condition { sql: format!("e.{column} = ?"), values: vec![value], led: Led::InOrder(index) }
    }

    fn plain(sql: &str, values: Vec<Value>) -> Self {
        Condition { sql: sql.to_owned(), values, led: Led::No }
    }
}

impl Select {
    fn new<'a>(leads: char, from: String, all: impl Iterator<Item = &'a Condition>) -> Self {
        let mut select = Select { leads, from, conditions: Vec::new(), values: Vec::new() };
        for condition in all {
            select.conditions.push(condition.sql.clone());
            select.values.extend(condition.values.iter().cloned());
        }
        select
    }
}

/// Each event once, though it may belong to several strands. Every select comes in order, so that they are merged and not sorted.
fn union(selects: Vec<Select>) -> (String, Vec<Value>) {
    let mut values = Vec::new();
    let mut parts = Vec::new();
    for select in selects {
        parts.push(format!("SELECT {}.position AS position FROM {} WHERE {}", select.leads, select.from, select.conditions.join(" AND ")));
        values.extend(select.values);
    }
    (parts.join(" UNION "), values)
}

fn integer(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
