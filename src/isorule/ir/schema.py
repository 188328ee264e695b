"""Types of fields, as an Elasticsearch mapping gives them.

A schema is made from a table `path -> type`, or from a mapping document (`properties`, `fields`, `alias`,
`null_value`, `normalizer`). A field that it does not know is a `keyword`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, unique

from isorule.ir.analyzers import STANDARD, Analyzer, Unknown, named_analyzer
from isorule.ir.matchers import Scalar
from isorule.ir.precision import Binary, Precision, Scaled, Whole


@unique
class FieldType(Enum):
    """The types that differ in how their values compare; other mapping types are read as the nearest of them."""

    KEYWORD = "keyword"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_NANOS = "date_nanos"
    IP = "ip"
    VERSION = "version"
    NESTED = "nested"
    OBJECT = "object"


_TYPE_NAMES: dict[str, FieldType] = {
    "keyword": FieldType.KEYWORD,
    "constant_keyword": FieldType.KEYWORD,
    "wildcard": FieldType.KEYWORD,
    "flattened": FieldType.KEYWORD,
    "text": FieldType.TEXT,
    "match_only_text": FieldType.TEXT,
    "long": FieldType.INTEGER,
    "integer": FieldType.INTEGER,
    "short": FieldType.INTEGER,
    "byte": FieldType.INTEGER,
    "unsigned_long": FieldType.INTEGER,
    "double": FieldType.DECIMAL,
    "float": FieldType.DECIMAL,
    "half_float": FieldType.DECIMAL,
    "scaled_float": FieldType.DECIMAL,
    "boolean": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "date_nanos": FieldType.DATE_NANOS,
    "ip": FieldType.IP,
    "version": FieldType.VERSION,
    "nested": FieldType.NESTED,
    "object": FieldType.OBJECT,
    "[runtime_random_keyword_type]": FieldType.KEYWORD,
}


def field_type(name: str) -> FieldType:
    """The type for the name of a mapping type; a type that compares like no other here is read as `keyword`."""
    return _TYPE_NAMES.get(name, FieldType.KEYWORD)


_PRECISIONS: dict[str, Precision] = {
    "float": Binary.SINGLE,
    "half_float": Binary.HALF,
    "scaled_float": Scaled(1000.0),
    "byte": Whole.of(8),
    "short": Whole.of(16),
    "integer": Whole.of(32),
    "unsigned_long": Whole(0, (1 << 64) - 1),
}


def precision_of(name: str, factor: object = None) -> Precision | None:
    """How a mapping type keeps numbers; None for `long`, and where it keeps all digits.

    `factor` is the mapping's `scaling_factor`. Elasticsearch asks for one; where none is given, as in a table of types,
    it is that of Elastic's own fields (`defaultScalingFactor` in libbeat/template/processor.go of
    github.com/elastic/beats; the fields of this type in ECS).
    """
    if name == "scaled_float" and isinstance(factor, int | float) and 0 < factor < 1e300:
        return Scaled(float(factor))
    return _PRECISIONS.get(name)


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """What a schema says of one field.

    `folded` marks a keyword whose normalizer lower-cases; `many` a field that holds lists by convention;
    `alias_of` the real path of an alias; `null_value` what stands in for an explicit null; `format` how the dates of a
    date field are written (None is the default, `strict_date_optional_time||epoch_millis`); `ignore_above` how many
    UTF-16 units a text of a keyword field may have to be indexed; `precision` how a field keeps its numbers;
    `analyzer` what cuts the texts of a text field into words; `flattened` marks a field that holds the values of a
    whole object; `constant` is the value that every event has (`constant_keyword`).
    """

    type: FieldType = FieldType.KEYWORD
    folded: bool = False
    many: bool = False
    alias_of: str | None = None
    null_value: Scalar | None = None
    format: str | None = None
    ignore_above: int | None = None
    precision: Precision | None = None
    analyzer: Analyzer = STANDARD
    flattened: bool = False
    constant: str | None = None


_UNKNOWN = FieldInfo()


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """Field paths and what is known of them; `closed` means that a field not listed does not exist."""

    fields: Mapping[str, FieldInfo] = field(default_factory=dict)
    closed: bool = False
    _nested: list[frozenset[str]] = field(default_factory=list, init=False, repr=False, compare=False)

    def __contains__(self, path: object) -> bool:
        return path in self.fields

    def __getitem__(self, path: str) -> FieldInfo:
        """What is known of a field; a field that is not listed is a plain keyword."""
        return self.fields.get(path, _UNKNOWN)

    def type_of(self, path: str) -> FieldType:
        """The type of a field, aliases followed; `keyword` for a field that is not listed."""
        return self[self.real_path(path)].type

    def real_path(self, path: str) -> str:
        """The path that an alias stands for, or the path itself."""
        info = self.fields.get(path)
        return info.alias_of if info is not None and info.alias_of is not None else path

    def nested_paths(self) -> frozenset[str]:
        """The paths of nested objects, looked for once."""
        if not self._nested:
            self._nested.append(frozenset(path for path, info in self.fields.items() if info.type is FieldType.NESTED))
        return self._nested[0]


def schema_from(source: Mapping[str, object]) -> FieldSchema:
    """A schema from a table `path -> type name`, or from an Elasticsearch mapping document.

    A document has `properties` at its top (or under `mappings`); a document makes a closed schema, a table an open one.
    Beside `mappings` there may be `settings`, whose `analysis.analyzer` says what the analyzers are that fields name.
    """
    analyzers = _analyzers(source.get("settings"))
    mappings = source.get("mappings")
    if isinstance(mappings, Mapping) and "properties" in mappings:
        source = mappings
    properties = source.get("properties")
    if isinstance(properties, Mapping):
        return FieldSchema(dict(_document_fields(properties, "", analyzers)), closed=True)
    return FieldSchema({path: _table_entry(entry) for path, entry in source.items()})


def _analyzers(settings: object) -> Mapping[str, object]:
    """The `analysis.analyzer` of an index's settings, which may stand under `index`."""
    for keys in (("analysis", "analyzer"), ("index", "analysis", "analyzer")):
        found = settings
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping):
            return found
    return {}


def _table_entry(entry: object) -> FieldInfo:
    if isinstance(entry, Mapping):
        return _field_info(entry, {})
    return _field_info({"type": entry}, {})


def _document_fields(
    properties: Mapping[str, object], prefix: str, analyzers: Mapping[str, object]
) -> Iterator[tuple[str, FieldInfo]]:
    for name, entry in properties.items():
        if not isinstance(entry, Mapping):
            continue
        path = f"{prefix}{name}"
        inner = entry.get("properties")
        if isinstance(inner, Mapping):
            if entry.get("type") == "nested":
                yield path, FieldInfo(FieldType.NESTED)
            yield from _document_fields(inner, f"{path}.", analyzers)
            continue
        yield path, _field_info(entry, analyzers)
        multi_fields = entry.get("fields")
        if isinstance(multi_fields, Mapping):
            yield from _document_fields(multi_fields, f"{path}.", analyzers)


def _field_info(entry: Mapping[str, object], analyzers: Mapping[str, object]) -> FieldInfo:
    null_value = entry.get("null_value")
    alias = entry.get("path") if entry.get("type") == "alias" else None
    name = str(entry.get("type", "object"))
    return FieldInfo(
        type=field_type(name),
        folded="normalizer" in entry,
        many=bool(entry.get("many", False)),
        alias_of=str(alias) if alias is not None else None,
        null_value=null_value if isinstance(null_value, str | int | float | bool) else None,
        format=written if isinstance(written := entry.get("format"), str) else None,
        ignore_above=most if isinstance(most := entry.get("ignore_above"), int) else None,
        precision=precision_of(name, entry.get("scaling_factor")),
        analyzer=_analyzer(entry, analyzers) if field_type(name) is FieldType.TEXT else STANDARD,
        flattened=name == "flattened",
        constant=constant if name == "constant_keyword" and isinstance(constant := entry.get("value"), str) else None,
    )


def _analyzer(entry: Mapping[str, object], analyzers: Mapping[str, object]) -> Analyzer:
    """What cuts the texts of a field; those of searches by another analyzer may be cut in another way.

    https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/analyzer
    """
    default = "default" if "default" in analyzers else "standard"
    of_index = named_analyzer(str(entry.get("analyzer", default)), analyzers)
    name = entry.get("search_analyzer", None if "analyzer" in entry else "default_search")
    if name is None or (name == "default_search" and name not in analyzers):
        return of_index
    of_search = named_analyzer(str(name), analyzers)
    return of_index if of_search == of_index else Unknown(str(name))
