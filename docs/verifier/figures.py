"""The progress of a programme by domain.md §4 and §5: events in, figures out.

`Facts` folds the events; `Group` computes the figures of one horizon and commission on one day under one baseline.
All sums are whole numbers, all quotients exact fractions. Readings of unclear places are those of docs/decisions.
"""

from __future__ import annotations

import bisect
import functools
from datetime import date, timedelta
from fractions import Fraction

FULL = 10_000
MOST_REPORTED = 9_000
RECENT_DAYS = 29
FARTHEST_YEARS = 100
HORIZONS = ("SHORT", "MEDIUM", "LONG")
THRESHOLDS = (("green", "GREEN"), ("amber_green", "AMBER_GREEN"), ("amber", "AMBER"), ("amber_red", "AMBER_RED"))
DEFAULT_THRESHOLDS = {"green": "0.98", "amber_green": "0.95", "amber": "0.9", "amber_red": "0.8"}
ONE_DAY = timedelta(days=1)

day = functools.lru_cache(maxsize=None)(date.fromisoformat)


class UnknownType(ValueError):
    """An event of a type, or of a version of one, that this program does not know."""


# Every event type, each in version 1. Only some of them move a figure.
TYPES = {
    "programme": "chartered official_appointed official_release_proposed official_released office_delegated delegation_ended "
    "horizon_rescheduled directive_issued document_approved target_stations_designated review_held review_action_closed "
    "evidence_destroyed",
    "commission": "established member_appointed member_released rated",
    "initiative": "proposed revised submitted approved returned rejected suspended resumed completed cancelled "
    "resources_allocated risk_raised risk_closed",
    "milestone": "planned revised admitted rebaseline_proposed rebaselined rebaseline_refused cancellation_proposed cancelled "
    "cancellation_refused progress_reported progress_corrected blocked unblocked completion_claimed completion_verified "
    "completion_refused",
    "station": "registered volume_recorded networked network_lost delivery_recorded delivery_revoked closed",
    "indicator": "defined redefined target_set measurement_recorded measurement_verified measurement_contested "
    "measurement_corrected measurement_withdrawn",
}
KNOWN = {
    "%s.%s" % (stream, name): "urn:tahavol:event:%s.%s:1" % (stream, name)
    for stream, names in TYPES.items()
    for name in names.split()
}


# ------------------------------------------------------------------------------------------------- what is known


class Report:
    """A standing report. `place` orders reports of one day; `position` is where its words are (a correction's, if corrected)."""

    __slots__ = ("day", "place", "position", "progress", "steps")

    def __init__(self, on, place, position, data):
        self.day, self.place, self.position = on, place, position
        self.progress, self.steps = data.get("progress"), data.get("steps")


class Claim:
    """`verdict` is None, True (verified) or False (refused); `judged` is the verdict's position."""

    __slots__ = ("day", "position", "verdict", "judged")

    def __init__(self, on, position):
        self.day, self.position, self.verdict, self.judged = on, position, None, None

    def positions(self):
        return [self.position] if self.judged is None else [self.position, self.judged]


class Initiative:
    def __init__(self, commission):
        self.commission, self.milestones = commission, []
        self.approved = self.cancelled = False


class Milestone:
    def __init__(self, ident, code, initiative, baseline):
        self.ident, self.code, self.initiative = ident, code, initiative
        self.current, self.original = baseline, None  # the original one is kept from the day it counts
        self.cancelled = False
        self.reports = {}  # place -> Report
        self.claims = {}  # position -> Claim
        self.deliveries = {}  # position -> (day, station)

    @property
    def counts(self):
        return self.original is not None

    def count(self):
        if self.original is None:
            self.original = self.current

    @property
    def left_plan(self):
        """By its own cancellation, or with its initiative unless it was verified (decision 0002)."""
        verified = any(claim.verdict is True for claim in self.claims.values())
        return not verified and (self.cancelled or self.initiative.cancelled)

    def kind(self):
        measure = self.current["measure"]
        if isinstance(measure, str):
            return measure, None
        ((kind, content),) = measure.items()
        return kind, content


class Measurement:
    __slots__ = ("start", "end", "scope", "value", "counts", "position")

    def __init__(self, data, position):
        self.start, self.end = day(data["period"]["start"]), day(data["period"]["end"])
        scope = data["scope"]
        self.scope = (scope, "") if isinstance(scope, str) else next(iter(scope.items()))
        self.value, self.counts, self.position = data["value"], True, position


class Indicator:
    def __init__(self, data):
        self.aggregation, self.derived = data["aggregation"], data.get("derived")
        self.measurements = {}  # position of the first word on it -> Measurement


class Station:
    """`since` and `changed` tell where the newest word on its network is, and of which day (None: at registration)."""

    def __init__(self, networked, position):
        self.networked, self.since, self.changed, self.closed = networked, position, None, False


class Facts:
    """Everything that figures need, folded from the events in the order of their positions."""

    def __init__(self):
        self.commissions, self.provinces, self.chartered = [], [], False
        self.thresholds = DEFAULT_THRESHOLDS
        self.initiatives, self.milestones, self.indicators, self.stations = {}, {}, {}, {}
        self._first = {}  # position of a correction -> position of what it corrects in the end
        self._kept = {}

    def fold(self, position, event, position_of):
        """`position_of` finds an event's position by its id."""
        type_, data = event["type"], event["data"]
        if KNOWN.get(type_) != event["dataschema"]:
            raise UnknownType(type_)
        stream, _, key = event["subject"].partition("-")
        aggregate, _, name = type_.partition(".")
        if stream != aggregate:
            raise UnknownType(type_)
        handle = getattr(self, "_" + aggregate, None)
        if handle is not None:
            on = day(event["effectiveon"]) if "effectiveon" in event else None
            handle(name, key, data, on, position, position_of)

    def _programme(self, name, key, data, on, position, position_of):
        if name == "chartered":
            self.chartered = True
            self.commissions = list(data["commissions"])
            self.provinces = [province["code"] for province in data["provinces"]]
            self.thresholds = data["confidence"]

    def _commission(self, name, key, data, on, position, position_of):
        if name == "established" and not self.chartered:
            self.commissions = sorted([*self.commissions, key])

    def _initiative(self, name, key, data, on, position, position_of):
        if name == "proposed":
            self.initiatives[key] = Initiative(data["commission"])
            return
        initiative = self.initiatives[key]
        if name == "approved":
            initiative.approved = True
            for milestone in initiative.milestones:
                milestone.count()
        elif name == "cancelled":
            initiative.cancelled = True

    def _milestone(self, name, key, data, on, position, position_of):
        if name == "planned":
            initiative = self.initiatives[data["initiative"]]
            milestone = Milestone(key, data["code"], initiative, data["baseline"])
            self.milestones[key] = milestone
            initiative.milestones.append(milestone)
            return
        milestone = self.milestones[key]
        if name in ("revised", "rebaselined"):
            milestone.current = data["baseline"]
        elif name == "admitted":
            milestone.count()
        elif name == "cancelled":
            milestone.cancelled = True
        elif name == "progress_reported":
            milestone.reports[position] = Report(on, position, position, data)
        elif name == "progress_corrected":
            # It keeps the place of what it corrects, and its day unless another is given (decision 0006).
            place = self._place(position_of(data["corrects"]), position)
            before = milestone.reports[place]
            milestone.reports[place] = Report(on or before.day, place, position, data["report"])
        elif name == "completion_claimed":
            milestone.claims[position] = Claim(on, position)
        elif name in ("completion_verified", "completion_refused"):
            claim = milestone.claims[position_of(data["claim"])]
            claim.verdict, claim.judged = name == "completion_verified", position

    def _station(self, name, key, data, on, position, position_of):
        if name == "registered":
            self.stations[key] = Station(data["networked"], position)
        elif name in ("networked", "network_lost"):
            station = self.stations[key]
            station.networked, station.since, station.changed = name == "networked", position, on
        elif name == "closed":
            self.stations[key].closed = True
        elif name == "delivery_recorded":
            self.milestones[data["milestone"]].deliveries[position] = (on, key)
        elif name == "delivery_revoked":
            del self.milestones[data["milestone"]].deliveries[position_of(data["delivery"])]

    def _indicator(self, name, key, data, on, position, position_of):
        if name == "defined":
            self.indicators[key] = Indicator(data)
            return
        measurements = self.indicators[key].measurements
        if name == "measurement_recorded":
            measurements[position] = Measurement(data, position)
        elif name == "measurement_corrected":
            measurement = measurements[self._place(position_of(data["corrects"]), position)]
            measurement.value, measurement.counts, measurement.position = data["value"], True, position
        elif name.startswith("measurement_"):
            said = position_of(data["measurement"])
            measurements[self._first.get(said, said)].counts = name == "measurement_verified"

    def _place(self, corrected, position):
        """A correction can itself be corrected; the chain keeps the first one's place."""
        place = self._first.get(corrected, corrected)
        self._first[position] = place
        return place

    # --------------------------------------------------------------------------------------------- indicators

    def national(self, code, on):
        """(value, positions it rests on, day it is of) of an indicator on a day; None where there is none."""
        key = ("national", code, on)
        if key not in self._kept:
            indicator = self.indicators[code]
            self._kept[key] = self._networked(on) if indicator.derived else self._measured(indicator, on)
        return self._kept[key]

    def _networked(self, on):
        """Counted at the position, whatever the day: the network is not a dated fact."""
        if not self.stations:
            return None
        online = sorted(station.since for station in self.stations.values() if station.networked and not station.closed)
        return Fraction(len(online)), online, on

    def _measured(self, indicator, on):
        """The latest-ending explicit national measurement, else the aggregate over all provinces of one period."""
        told = [m for m in indicator.measurements.values() if m.counts and m.end <= on]
        for found in sorted((m for m in told if m.scope[0] == "NATIONAL"), key=lambda m: (m.end, m.start), reverse=True):
            value = alone(found.value, indicator.aggregation)
            if value is not None:
                return value, [found.position], found.end
        periods = {}
        for found in told:
            if found.scope[0] == "PROVINCE":
                periods.setdefault((found.end, found.start), {})[found.scope[1]] = found
        for period in sorted(periods, reverse=True):
            by_province = periods[period]
            if not self.provinces or any(code not in by_province for code in self.provinces):
                continue
            rows = [by_province[code] for code in self.provinces]
            value = together([row.value for row in rows], indicator.aggregation)
            if value is not None:
                return value, sorted(row.position for row in rows), period[0]
        return None

    # --------------------------------------------------------------------------------------------- milestones

    def standing(self, milestone, on):
        key = ("standing", milestone.ident, on)
        if key not in self._kept:
            self._kept[key] = Standing(self, milestone, on)
        return self._kept[key]

    def reports_by_day(self, milestone, stated):
        """The reports of a milestone (those that state `progress` or `steps`, or all), by effective date, then by place."""
        key = ("reports", milestone.ident, stated)
        if key not in self._kept:
            chosen = [r for r in milestone.reports.values() if stated is None or getattr(r, stated) is not None]
            chosen.sort(key=lambda report: (report.day, report.place))
            self._kept[key] = chosen, [report.day for report in chosen]
        return self._kept[key]

    def latest_report(self, milestone, on, stated=None):
        reports, days = self.reports_by_day(milestone, stated)
        at = bisect.bisect_right(days, on)
        return reports[at - 1] if at else None

    def complete_since(self, milestone, on):
        """The first day of the unbroken run up to `on` on which 10,000 is reported.

        What is reported changes only on days on which a fact is effective.
        """
        kind, content = milestone.kind()
        if kind == "INDICATOR" and self.indicators[content["indicator"]].derived:
            # The same on every day: complete since the last change of the network that is known.
            changes = [s.changed for s in self.stations.values() if s.changed is not None and s.changed <= on]
            return max(changes, default=on)
        days = {report.day for report in milestone.reports.values()} | {claim.day for claim in milestone.claims.values()}
        days |= {delivered for delivered, _ in milestone.deliveries.values()}
        if kind == "INDICATOR":
            days |= {m.end for m in self.indicators[content["indicator"]].measurements.values()}
        since = on
        for earlier in sorted((found for found in days if found <= on), reverse=True):
            if self.standing(milestone, earlier).reported != FULL:
                break
            since = earlier
        return since


def alone(value, aggregation):
    """The value of one measurement. Parts belong to a ratio alone, which is told in percent."""
    if "PLAIN" in value:
        return Fraction(value["PLAIN"])
    if aggregation != "RATIO":
        return None
    return percent(Fraction(value["RATIO"]["numerator"]), Fraction(value["RATIO"]["denominator"]))


def together(values, aggregation):
    """The value of one period's provinces. A ratio without its parts is not aggregated; of `LATEST` they make no whole."""
    if aggregation == "RATIO":
        if any("RATIO" not in value for value in values):
            return None
        parts = [value["RATIO"] for value in values]
        return percent(sum(Fraction(part["numerator"]) for part in parts), sum(Fraction(part["denominator"]) for part in parts))
    if aggregation == "LATEST" or any("PLAIN" not in value for value in values):
        return None
    total = sum(Fraction(value["PLAIN"]) for value in values)
    return total / len(values) if aggregation == "MEAN" else total


def percent(numerator, denominator):
    return numerator * 100 / denominator if denominator else None


class Standing:
    """What is said of a milestone on a day: reported, verified, the last dated fact, and the positions behind it."""

    def __init__(self, facts, milestone, on):
        kind, content = milestone.kind()
        claims = [claim for claim in milestone.claims.values() if claim.day <= on]
        standing = [claim for claim in claims if claim.verdict is not False]
        latest = facts.latest_report(milestone, on)
        deliveries = []
        if kind == "ROLLOUT":
            inside = set(content["stations"])
            deliveries = [(p, found) for p, found in milestone.deliveries.items() if found[0] <= on and found[1] in inside]
        national = facts.national(content["indicator"], on) if kind == "INDICATOR" else None

        reported, events = 0, []
        if kind == "BINARY":
            reported = FULL if standing else 0
        elif kind == "REPORTED":
            report = facts.latest_report(milestone, on, "progress")
            if standing:
                reported = FULL
            elif report is not None:
                reported, events = min(report.progress, MOST_REPORTED), [report.position]
        elif kind == "STEPS":
            report = facts.latest_report(milestone, on, "steps")
            if report is not None:
                done = sum(content[step]["weight"] for step in set(report.steps) if step < len(content))
                reported, events = FULL * done // sum(step["weight"] for step in content), [report.position]
        elif kind == "ROLLOUT":
            visits = content.get("visits")
            weights = dict(zip(content["stations"], visits or [1] * len(content["stations"])))
            whole = sum(weights.values())
            delivered = sum(weights[code] for code in {found[1] for _, found in deliveries})
            reported, events = (FULL * delivered // whole if whole else 0), [p for p, _ in deliveries]
        elif kind == "INDICATOR":
            if national is not None:
                baseline, target = Fraction(content["baseline"]), Fraction(content["target"])
                share = (national[0] - baseline) / (target - baseline)
                reported = int(FULL * max(Fraction(0), min(Fraction(1), share)))  # never negative, so this rounds down
                events = national[1]
        else:
            raise ValueError("measure " + str(kind))

        days = [claim.day for claim in claims] + [found[0] for _, found in deliveries]
        days += [latest.day] if latest is not None else []
        days += [national[2]] if national is not None else []
        self.last_fact = max(days, default=None)
        self.reported = None if self.last_fact is None else reported
        verified = any(claim.verdict is True for claim in standing) and self.reported == FULL
        self.verified = FULL if verified else 0

        events = list(events) + [position for claim in standing for position in claim.positions()]
        if not events:
            # What makes it 0 and not "no evidence": words alone, or a claim that was refused.
            events = [latest.position] if latest is not None else []
            if claims:
                events += max(claims, key=lambda claim: claim.position).positions()
        self.events = sorted(set(events))


# ------------------------------------------------------------------------------------------------- the figures of a group


def planned(baseline, binary, on):
    """Basis points planned by the end of a day."""
    starts, due = day(baseline["starts"]), day(baseline["due"])
    if on >= due:
        return FULL
    if binary or on < starts:
        return 0
    return FULL * ((on - starts).days + 1) // ((due - starts).days + 1)


def decimal4(value):
    """Four places, half away from zero."""
    if value is None:
        return None
    scaled = abs(value) * 10_000
    rounded = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    sign = "-" if value < 0 and rounded else ""
    return "%s%d.%04d" % (sign, rounded // 10_000, rounded % 10_000)


def iso(on):
    return None if on is None else on.isoformat()


class Group:
    """The milestones of one horizon and one commission (None: all of them) under one baseline."""

    def __init__(self, facts, baseline, horizon, commission):
        self.facts, self.baseline, self.horizon, self.commission = facts, baseline, horizon, commission
        self.members = []  # (milestone, what was promised, whether it is planned in one step)
        self.cancelled_weight = 0
        for milestone in facts.milestones.values():
            if not milestone.counts:
                continue
            promised = milestone.current if baseline == "CURRENT" else milestone.original
            if horizon not in (None, promised["horizon"]) or commission not in (None, milestone.initiative.commission):
                continue
            if milestone.left_plan:
                self.cancelled_weight += promised["weight"]
                if baseline == "CURRENT":
                    continue
            # Whatever the baseline, the measure is the current one.
            self.members.append((milestone, promised, milestone.kind()[0] == "BINARY"))
        self.members.sort(key=lambda member: member[0].code)

    def planned_value(self, on):
        return sum(promised["weight"] * planned(promised, binary, on) for _, promised, binary in self.members)

    def figures(self, on, position):
        told = {
            "horizon": self.horizon,
            "commission": self.commission,
            "position": position,
            "statusDate": iso(on),
            "baseline": self.baseline,
            "cancelledWeight": str(self.cancelled_weight),
            "milestones": len(self.members),
            "contributions": [],
        }
        if not self.members:
            told.update(dict.fromkeys(NOTHING), forecastReason="NO_MILESTONES")
            return told

        rows = []
        for milestone, promised, binary in self.members:
            rows.append((milestone.code, promised, planned(promised, binary, on), self.facts.standing(milestone, on)))
        bac = sum(promised["weight"] for _, promised, _, _ in rows) * FULL
        pv = sum(promised["weight"] * due for _, promised, due, _ in rows)
        ev = sum(promised["weight"] * (standing.reported or 0) for _, promised, _, standing in rows)
        vv = sum(promised["weight"] * standing.verified for _, promised, _, standing in rows)
        silent = all(standing.reported is None for _, _, _, standing in rows)

        started = [(promised["weight"], standing) for _, promised, _, standing in rows if day(promised["starts"]) <= on]
        started_weight = sum(weight for weight, _ in started)
        covered = sum(weight for weight, standing in started if is_covered(standing, on))
        coverage = covered * FULL // started_weight if started_weight else None

        starts = min(day(promised["starts"]) for _, promised, _, _ in rows)
        due = max(day(promised["due"]) for _, promised, _, _ in rows)
        completed = None
        if ev == bac:
            completed = max(self.facts.complete_since(milestone, on) for milestone, _, _ in self.members)
        pd = (due - starts).days + 1
        at = max(0, ((completed or on) - starts).days + 1)
        es = self.earned_schedule(starts, pd, at, ev, bac)
        spi_t = es / at if at else None
        finish, reason = (completed, None) if completed else forecast(starts, pd, at, es)

        told.update(
            planned=pv * FULL // bac,
            reported=None if silent else ev * FULL // bac,
            verified=vv * FULL // bac,
            coverage=coverage,
            bac=str(bac),
            pv=str(pv),
            ev=str(ev),
            vv=str(vv),
            spi=decimal4(Fraction(ev, pv)) if pv else None,
            es=decimal4(es),
            spiT=decimal4(spi_t),
            svT=decimal4(es - at),
            at=at,
            pd=pd,
            starts=iso(starts),
            due=iso(due),
            forecastFinish=iso(finish),
            forecastReason=reason,
            completedOn=iso(completed),
            slippageDays=(finish - due).days if finish else None,
            confidence=None if completed else self.confidence(coverage, spi_t),
            contributions=[contribution(*row) for row in rows],
        )
        return told

    def earned_schedule(self, starts, pd, at, ev, bac):
        """PV(n) never falls, so the days that it equals EV on are found by halving."""
        if ev == bac:
            return Fraction(pd)

        def value(n):
            return self.planned_value(starts + (n - 1) * ONE_DAY) if n else 0

        last = last_day(pd, lambda n: value(n) <= ev)  # PV(0) = 0, so there is one
        if value(last) == ev:
            before = last_day(pd, lambda n: value(n) < ev)
            first = 0 if before is None else before + 1
            return Fraction(max(first, min(at, last)))
        return last + Fraction(ev - value(last), value(last + 1) - value(last))

    def confidence(self, coverage, spi_t):
        if coverage is None or coverage < FULL // 2 or spi_t is None:
            return "GREY"
        for name, colour in THRESHOLDS:
            if spi_t >= Fraction(self.facts.thresholds[name]):
                return colour
        return "RED"


NOTHING = (
    "planned reported verified coverage bac pv ev vv spi es spiT svT at pd starts due forecastFinish completedOn slippageDays confidence"
).split()


def is_covered(standing, on):
    recent = standing.last_fact is not None and (on - standing.last_fact).days <= RECENT_DAYS
    return standing.verified == FULL or recent


def last_day(pd, holds):
    """The largest n in 0…pd for which a condition holds that, once false, stays false; None where it never holds."""
    low, high = -1, pd
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return None if low < 0 else low


def forecast(starts, pd, at, es):
    """(day, None) or (None, why there is none)."""
    if at == 0:
        return None, "NOT_STARTED"
    if es == 0:
        return None, "NO_PROGRESS"
    days = -((-pd * at * es.denominator) // es.numerator) - 1
    try:
        farthest = starts.replace(year=starts.year + FARTHEST_YEARS)
    except ValueError:  # 29 February
        farthest = starts.replace(year=starts.year + FARTHEST_YEARS, day=28)
    if days > (farthest - starts).days:
        return None, "TOO_FAR"
    return starts + days * ONE_DAY, None


def contribution(code, promised, due, standing):
    weight = promised["weight"]
    return {
        "milestone": code,
        "weight": weight,
        "planned": due,
        "reported": standing.reported,
        "verified": standing.verified,
        "gap": str(weight * (due - (standing.reported or 0))),
        "events": standing.events,
    }


def every_group(facts):
    """Both baselines × every horizon and all × every commission and all."""
    for baseline in ("CURRENT", "ORIGINAL"):
        for horizon in (*HORIZONS, None):
            for commission in (*facts.commissions, None):
                yield Group(facts, baseline, horizon, commission)
