"""Where things stand in a file: spans, lines, columns, and the place of every key and value of TOML and YAML.

The lowest layer. `text` has spans and positions, `yaml_values` and `toml_values` read files with places.
"""

from isorule.source.text import (
    Embedded,
    KeyPath,
    Located,
    Position,
    Segment,
    SourceFile,
    Span,
    path_text,
)

__all__ = ["Embedded", "KeyPath", "Located", "Position", "Segment", "SourceFile", "Span", "path_text"]
