"""What a rule says of itself, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator

from isorule.ir.rule import DataSource, LogSource, Rule, Technique, Threat


def rule_head(rule: Rule, path: str) -> str:
    """Title, file, kind, data source, severity, ATT&CK and dates of a rule; what it does not say is left out."""
    rows = [(label, text) for label, text in _rows(rule, path) if text]
    width = max(len(label) for label, _ in rows)
    return "".join([f"{rule.metadata.title}\n", *(f"  {label:{width}}  {text}\n" for label, text in rows)])


def _rows(rule: Rule, path: str) -> Iterator[tuple[str, str]]:
    metadata = rule.metadata
    yield "file", path
    yield "id", metadata.id or ""
    yield "kind", f"{rule.type} ({rule.language})" if rule.language and rule.language != rule.type else rule.type
    yield "reads", _data_source(rule.data_source)
    yield "level", metadata.level.value if metadata.level is not None else ""
    yield "risk score", str(rule.risk_score) if rule.risk_score is not None else ""
    yield "status", metadata.status or ""
    yield "authors", ", ".join(metadata.authors)
    yield "created", metadata.created or ""
    yield "modified", metadata.modified or ""
    if rule.schedule is not None:
        yield "runs every", rule.schedule.interval or ""
        yield "looks back", rule.schedule.lookback or ""
    for threat in rule.threats:
        yield "ATT&CK", _threat(threat)
    yield "tags", ", ".join(metadata.tags)


def _data_source(source: DataSource) -> str:
    parts = [", ".join(source.indices), _logsource(source.logsource) if source.logsource is not None else ""]
    return "; ".join(filter(None, parts))


def _logsource(source: LogSource) -> str:
    values = (("category", source.category), ("product", source.product), ("service", source.service))
    return ", ".join(f"{name} {value}" for name, value in values if value)


def _threat(threat: Threat) -> str:
    techniques = ", ".join(_technique(technique) for technique in threat.techniques)
    return f"{threat.tactic_id} {threat.tactic_name}" + (f": {techniques}" if techniques else "")


def _technique(technique: Technique) -> str:
    inner = ", ".join(_technique(item) for item in technique.subtechniques)
    name = f"{technique.id} {technique.name}" if technique.name else technique.id
    return f"{name} ({inner})" if inner else name
