"""New terms: combinations of values that the history does not have, each with the first event that has it.

An event has every combination of its values of the fields, and none where one of the fields has no value; several of
them may be new (https://github.com/elastic/security-docs/issues/2257; Kibana's `buildDocFetchAgg` takes the oldest
document for each). The history is what meets the same condition, from `history_start` on where its events have a time
(https://www.elastic.co/docs/solutions/security/detect-and-alert/new-terms).
"""

from __future__ import annotations

from isorule.evaluation.alerts import Alert
from isorule.evaluation.dates import bound
from isorule.evaluation.events import EventView
from isorule.evaluation.keys import Key
from isorule.evaluation.setting import Setting
from isorule.ir.detections import NewTerms
from isorule.ir.losses import refusal


def new_terms_alerts(rule: NewTerms, views: list[EventView], history: list[EventView], setting: Setting) -> list[Alert]:
    """One alert for each new combination, in order of time; the combination is the alert's keys.

    Raises `UnsupportedError` where `history_start` is no date math.
    """
    start = bound(rule.history_start, False, setting.now)
    if start is None:
        raise refusal("malformed-date-math", f"{rule.history_start!r} is not date math", hint="write it as now-7d")
    by = setting.clock
    check = setting.compiler.check(rule.where)
    keys = setting.keys(rule.fields)
    known: set[Key] = set()
    for view in history:
        time = by.time(view)
        if (time is None or time >= start) and check(view) is True:
            known.update(keys.keys(view))
    out: list[Alert] = []
    for view in sorted(views, key=by.order):
        if check(view) is True:
            new = [key for key in keys.keys(view) if key not in known]
            known.update(new)
            out += [Alert((view.event,), keys=keys.shown(key)) for key in new]
    return out
