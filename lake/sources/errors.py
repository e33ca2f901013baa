"""Named failures of delivered files and of the mappings that describe them.

Put here: exceptions only. A message names the file, what was found, what was expected and what to do;
it never holds a cell of a file. One exception = one whole file refused; a single bad row is no exception
(it lands with ``landing_error``).
"""

from __future__ import annotations


class MappingError(ValueError):
    """A mapping file says something that the contract or this reader does not know."""


class SourceFileError(Exception):
    """A delivered file cannot be used as a whole; nothing of it lands."""

    def __init__(self, file: str, found: str, *, expected: str, todo: str) -> None:
        """Build the message; `file` is relative to the delivery folder."""
        super().__init__(f"{file}: found {found}; expected {expected}. Do: {todo}.")
        self.file = file


class SourceSchemaError(SourceFileError):
    """The header lacks a mapped column or names one twice."""


class EncodingMismatch(SourceFileError):
    """The bytes are not in the encoding that the mapping declares."""


class TruncatedFile(SourceFileError):
    """The file ends in the middle of something."""


class EmptyFile(SourceFileError):
    """The file has no data row."""


class UnreadableFile(SourceFileError):
    """The file is not of the declared format, or is damaged."""
