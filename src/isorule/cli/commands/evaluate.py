"""`isorule eval`: its options and help; the work is in `isorule.cli.evaluate`."""

from __future__ import annotations

from typing import Any

import click

from isorule.cli.exits import ExitCode
from isorule.cli.options import event_mapping_option, fields_option, map_events_option


@click.command("eval")
@click.argument("paths", nargs=-1, required=True, metavar="RULES...")
@click.option("--events", "events", required=True, metavar="FILE", help="NDJSON or JSON, also as .gz; - for stdin.")
@click.option("--history", metavar="FILE", help="Earlier events, for new terms rules.")
@click.option("--indicators", metavar="FILE", help="Indicators, for indicator match rules.")
@fields_option
@map_events_option
@event_mapping_option
@click.option("--category-field", default="event.category", show_default=True, metavar="PATH")
@click.option("--timestamp-field", default="@timestamp", show_default=True, metavar="PATH")
@click.option("--tiebreaker-field", metavar="PATH")
@click.option(
    "--now",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"]),
    help="What `now` in a rule stands for, with its zone (Z, +02:00), or midnight of a day in UTC; else the present.",
)
def evaluate(**values: Any) -> ExitCode:
    """Run rules over events and print the alerts.

    Each line of stdout is an alert: rule (its id), title, path, and its events. Rules on single events and
    sequences stream; other rules hold all events in memory. With --fields, a rule that its engine refuses under these
    types is reported and left out. A field that a rule names itself comes before the options. Exit code 1
    where a rule or an event could not be read or evaluated.
    """
    from isorule.cli.evaluate import evaluate as run

    return run(**values)
