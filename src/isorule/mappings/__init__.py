"""Field taxonomies and log sources as data, and their loaders."""

from isorule.mappings.ecs import ecs_schema
from isorule.mappings.logsources import LogSources, logsources

__all__ = ["LogSources", "ecs_schema", "logsources"]
