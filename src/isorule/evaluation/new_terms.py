"""New terms: events with a combination of values that the history does not have.

An event has every combination of its values of the fields, and none where one of the fields has no value. The history
is what meets the same condition, from `history_start` on where its events have a time
(https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule, "new terms").
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
    """One alert for each event that has a new combination, in order of time; its first new one is the alert's keys.

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
            new = next((key for key in keys.keys(view) if key not in known), None)
            if new is not None:
                out.append(Alert((view.event,), keys=keys.shown(new)))
    return out
