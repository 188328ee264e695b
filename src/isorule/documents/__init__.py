"""Formats of rule files: each reads a file to rules and writes a rule as text.

A format registers under the entry-point group `isorule.documents`, the built-in ones like those of a plug-in.
"""

from isorule.documents.registry import DocumentFormat, document_format, document_names, format_of_path

__all__ = ["DocumentFormat", "document_format", "document_names", "format_of_path"]
