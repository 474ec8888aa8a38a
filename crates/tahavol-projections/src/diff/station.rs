//! What changed at stations themselves; what was delivered there is told with the milestone that it is for.

use tahavol_domain::Stream;

use super::council::subject;
use super::{Compared, Field, SubjectKind, Value, pairs};

impl Compared<'_> {
    pub(super) fn stations(&mut self) {
        if !self.is_whole() {
            return;
        }
        let (from, to) = (self.from, self.to);
        for (code, old, row) in pairs(&from.stations, &to.stations) {
            let stream = Stream::Station(code.clone());
            let subject = subject(SubjectKind::Station, &code.0, &code.0, Some(row.name.clone()));
            let Some(old) = old else {
                let positions = self.window.all(&stream);
                self.about(&subject).appeared(Some(Value::text(&row.name)), positions);
                continue;
            };
            let changed: Vec<u64> = row.network_changed.iter().map(|(_, position)| *position).collect();
            if old.networked != row.networked {
                let values = (Some(Value::yes(old.networked)), Some(Value::yes(row.networked)));
                self.about(&subject).changed(Field::Networked, values, changed);
            } else if old.network_changed != row.network_changed {
                let day = |change: Option<(_, u64)>| change.map(|(day, _)| Value::Day(day));
                self.about(&subject).changed(Field::NetworkChanged, (day(old.network_changed), day(row.network_changed)), changed);
            }
            let volumes = [
                (Field::AnnualVisits, old.volume.annual_visits, row.volume.annual_visits),
                (Field::AnnualCases, old.volume.annual_cases, row.volume.annual_cases),
            ];
            for (field, before, after) in volumes {
                if before != after {
                    let positions = self.window.of(&stream, &["station.volume_recorded"]);
                    self.about(&subject).changed(field, (Some(Value::number(before)), Some(Value::number(after))), positions);
                }
            }
            if let Some(closed) = row.closed.as_ref().filter(|_| old.closed.is_none()) {
                self.about(&subject).gone(Some(Value::text(&row.name)), vec![closed.position]);
            }
        }
    }
}
