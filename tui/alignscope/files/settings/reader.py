"""Reading of a settings file."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from alignscope.files.settings.model import Settings
from alignscope.files.yaml_file import FileError, convert, load
from alignscope.model.launch import Scroll, Signs
from alignscope.model.lineup.host import parse_host, public
from alignscope.model.lineup.pane import EMBEDDED, MAX_PANES, LineupError, PaneRequest, read_pane
from alignscope.model.pace import AS_IT_COMES, MAX_PACE
from alignscope.model.sampling import DEFAULT_PRESET, PRESETS, Preset, Sampling
from alignscope.model.turn import read_logprobs

T = TypeVar("T")
_HOST: Final = re.compile(r"[^\s/?#@\x00-\x20\x7f]+")
_SERVER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def server_url(text: str, servers: Mapping[str, str]) -> str:
    """Return the URL of a server, which may be given by name. Raises ValueError for an impossible one."""
    if text in servers:
        return servers[text]
    url = parse_host(text)
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.hostname or "")
    except ValueError:
        good = None
    if not good:
        raise ValueError(f"no server can be at {public(text)!r:.80}; write host:port or http://host:port")
    return url


def read_lineup(texts: Sequence[str], servers: Mapping[str, str]) -> tuple[PaneRequest, ...]:
    """Return panes in the notation of `--pane`, with URLs for the names of servers.

    Raises:
        LineupError: a pane is invalid, there are too many, or two share a name.
    """
    panes: list[PaneRequest] = []
    for text in texts:
        pane = read_pane(text, servers)
        if pane.server not in (None, EMBEDDED):
            try:
                pane = msgspec.structs.replace(pane, server=server_url(pane.server, servers))
            except ValueError as error:
                raise LineupError(str(error)) from error
        if any(pane.name == before.name for before in panes):
            raise LineupError(f"two panes are called {pane.name}; give each a name of its own")
        panes.append(pane)
    if len(panes) > MAX_PANES:
        raise LineupError(f"a lineup has at most {MAX_PANES} panes, not {len(panes)}")
    return tuple(panes)


class _File(msgspec.Struct):
    """The fields of Settings as they are written."""

    host: str = ""
    servers: dict[str, str] = {}
    lineup: tuple[str, ...] = ()
    preset: str = DEFAULT_PRESET
    presets: dict[str, dict[str, Any]] = {}
    pace: int = AS_IT_COMES
    logprobs: str | int = "off"
    theme: str = ""
    keymap: str = ""
    keys: dict[str, str | int | tuple[str | int, ...]] = {}
    """YAML reads the key `4` as a number; several keys may be in a list."""
    signs: Signs = "auto"
    class_mode: bool = False
    scroll: Scroll = "hold"
    sessions: str = ""


def read(path: Path) -> Settings:
    """Return the settings in a file. Raises FileError with all mistakes."""
    document = load(path, str(path))
    written = convert(document, _File)
    problems: list[str] = []

    def checked(place: str, otherwise: T, make: Callable[..., T], *arguments: Any) -> T:
        try:
            return make(*arguments)
        except ValueError as error:
            problems.append(document.problem(place, str(error)))
            return otherwise

    servers = {name: checked(f"servers.{name}", "", _server, name, text) for name, text in written.servers.items()}
    host = written.host.strip()
    if host:
        checked("host", "", server_url, host, servers)
    lineup: tuple[PaneRequest, ...] = ()
    for number in range(1, len(written.lineup) + 1):
        before, lineup = lineup, checked(f"lineup[{number}]", (), read_lineup, written.lineup[:number], servers)
        if len(lineup) <= len(before):
            break
    presets = {}
    for name, values in written.presets.items():
        sampling = Sampling()
        for parameter, value in values.items():
            sampling = checked(f"presets.{name}.{parameter}", sampling, sampling.on, parameter, value)
        presets[name] = Preset(name, sampling, "your own")
    checked("preset", None, _known, written.preset, {**PRESETS, **presets})
    checked("pace", None, _drawable, written.pace)
    checked("logprobs", None, read_logprobs, str(written.logprobs))
    if problems:
        raise FileError(*problems)
    keys = {name: ",".join(map(str, key)) if isinstance(key, tuple) else str(key) for name, key in written.keys.items()}
    made: dict[str, Any] = {"logprobs": str(written.logprobs)}
    made |= {"host": host, "servers": servers, "lineup": lineup, "presets": presets, "keys": keys}
    return Settings(**{**msgspec.structs.asdict(written), **made})


def _server(name: str, text: str) -> str:
    if not _SERVER_NAME.fullmatch(name) or name in (EMBEDDED, "localhost"):
        raise ValueError("a server's name is a letter, then letters, digits, - and _")
    return server_url(text, {})


def _drawable(pace: int) -> None:
    if not 0 <= pace <= MAX_PACE:
        raise ValueError(
            f"a pace is a whole number of tokens a second up to {MAX_PACE:,}, 0 for as it comes; {pace} is not"
        )


def _known(preset: str, presets: Iterable[str]) -> None:
    if preset not in presets:
        raise ValueError(f"no preset is called {preset:.40}; there are {', '.join(presets)}")
