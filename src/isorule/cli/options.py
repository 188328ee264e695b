"""Options that several verbs share, and how their values are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

REPORTS: Final = ("text", "json")
"""How results are written to stdout."""

paths_argument = click.argument("paths", nargs=-1, required=True, metavar="PATHS...")
"""Files, folders, patterns or `-`."""

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(REPORTS),
    default="text",
    show_default=True,
    help="How results are written to stdout.",
)

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    metavar="N",
    help="Number of processes; 0 uses all cores.",
)


class FieldTable(click.ParamType[Mapping[str, object]]):
    """The name of a JSON file with field types, read to its values."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Mapping[str, object]:
        """The JSON object in the file; a usage error for any other file."""
        if isinstance(value, Mapping):
            return value
        try:
            table = json.loads(Path(value).read_bytes())
        except OSError as error:
            self.fail(f"{value} cannot be read: {error.strerror}", param, ctx)
        except (ValueError, RecursionError) as error:
            self.fail(f"{value} is not JSON: {error}", param, ctx)
        if not isinstance(table, dict):
            self.fail(f"{value} holds no JSON object", param, ctx)
        return table


fields_option = click.option(
    "--fields",
    type=FieldTable(),
    metavar="FILE",
    help="Types of fields in place of ECS: JSON, a table path -> type or an Elasticsearch mapping.",
)


class FieldNames(FieldTable):
    """The name of a field mapping (`ecs`, `sigmahq`, a `.yml` file) as it is, or a JSON file with field types, read."""

    name = "fields"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name, or the JSON object in the file; a usage error for any other file."""
        if isinstance(value, str) and (value in ("ecs", "sigmahq") or value.endswith((".yml", ".yaml"))):
            if value.endswith((".yml", ".yaml")) and not Path(value).is_file():
                self.fail(f"{value} cannot be read: there is no such file", param, ctx)
            return value
        return super().convert(value, param, ctx)


field_names_option = click.option(
    "--fields",
    type=FieldNames(),
    multiple=True,
    metavar="NAMES",
    help="Field names for the result: ecs, sigmahq or a mapping file (.yml); or a JSON file with field types.",
)

map_events_option = click.option(
    "--map-events",
    is_flag=True,
    help="Give every rule events of its log source with its own field names (ECS or Sigma's).",
)

event_mapping_option = click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Map events by a mapping file of your own (.yml), not by the packaged tables; implies --map-events.",
)


class KeyValue(click.ParamType[tuple[str, Any]]):
    """An option of a backend, `name=value`; the value is a number or a Boolean where it is written like one."""

    name = "name=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        """The name and its value; a usage error for a text without `=`."""
        if isinstance(value, tuple):
            return value
        key, sign, text = str(value).partition("=")
        if not sign or not key:
            self.fail(f"{value!r} is not of the form name=value", param, ctx)
        if text in ("true", "false"):
            return key, text == "true"
        return key, int(text) if text.isascii() and text.removeprefix("-").isdigit() else text
