"""Sessions as files for other programs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Final

from alignscope.export.palette import Palette
from alignscope.model.pace import AS_IT_COMES

if TYPE_CHECKING:
    from alignscope.model.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The looks of an export; each format uses what concerns it."""

    palette: Palette = field(default_factory=Palette)
    """Colours of HTML and of recordings for asciinema."""
    side_by_side: bool = True
    """Markdown: replies in a table, or one after the other, exactly as they came."""
    columns: int = 100
    """Width of a recording for asciinema, in cells; at least 20."""
    rows: int = 30
    """Height of a recording for asciinema; at least 6."""
    idle_limit_ms: float | None = None
    """Recordings for asciinema: the longest pause players shall make. The times in the file stay as they were."""
    pace: int = AS_IT_COMES
    """Recordings for asciinema: tokens a second at most; those of faster replies get later times than they had."""
    conversational: bool = False
    """Preferences: lists of messages instead of plain text."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file format for sessions."""

    name: str
    suffix: str
    help: str
    encoding: str = "utf-8"

    @property
    def _module(self) -> ModuleType:
        return import_module(f"{__name__}.{self.name.replace('-', '_')}")

    def write(self, session: "Session", options: Options) -> Iterator[str]:
        """Return the file's text in parts, without halves of surrogate pairs.

        Raises:
            SessionError: a timeline is damaged.
        """
        function: Callable[[Session, Options], Iterator[str]] = self._module.write
        return function(session, options)

    def remark(self, session: "Session") -> str:
        """Return what a person should know of a session in this form, such as what it leaves out; else ""."""
        function: Callable[[Session], str] | None = getattr(self._module, "remark", None)
        return function(session) if function else ""


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        each.name: each
        for each in (
            Format("markdown", ".md", "to read: replies side by side, or one after the other"),
            Format("html", ".html", "to read and to print: one page with everything in it"),
            Format("jsonl", ".jsonl", "everything, a line for each turn; can be read back"),
            # Spreadsheets recognise UTF-8 by the byte order mark.
            Format("csv", ".csv", "for spreadsheets: a row for each reply", "utf-8-sig"),
            Format("cast", ".cast", "a recording that plays in asciinema (version 2)"),
            Format("preferences", ".jsonl", "pairs from verdicts, as TRL's DPOTrainer reads them"),
            Format("positions", ".csv", "a row for each token, with lists and scores", "utf-8-sig"),
            Format("positions-jsonl", ".jsonl", "the same, a line of JSON for each token"),
        )
    }
)
"""All formats, by their name in `alignscope sessions export --format`."""


def format_of(file_name: str) -> Format | None:
    """Return the first format with the ending of a file's name; None without one."""
    return next((each for each in FORMATS.values() if file_name.lower().endswith(each.suffix)), None)
