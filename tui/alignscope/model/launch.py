"""What the person asked for on the command line, checked and ready to use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from alignscope.model.pane import Wanted
from alignscope.model.sampling import DEFAULT_PRESET, PRESETS, Preset
from alignscope.model.turn import TurnSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Playback:
    """Which session to replay, and how."""

    name: str = ""
    """A session's name, or the path of its file; empty lets the person choose."""
    speed: float = 1.0
    """From 0.25 to 16 times, or infinite for all at once."""
    idle_limit_ms: float | None = None
    """The longest pause that is shown; None shows them as they were."""
    start_ms: float = 0.0
    """Where to begin, on the clock that is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """The choices that a run starts with; what was not chosen is empty.

    Everything in it has been checked: no name, number or combination in it is refused later, though a model or a
    server that it names may turn out not to be there.
    """

    prompt: str = ""
    """Sent at once; empty waits for the person."""
    base: str = ""
    """The model of the base pane."""
    instruct: str = ""
    """The model of the instruct pane."""
    host: str = ""
    """The URL of the default server, normalised by OLLAMA_HOST's rules; empty when nothing named one."""
    host_first: bool = False
    """`--host` gave that URL, so models are there even if their names look like files or twins."""
    panes: tuple[Wanted, ...] = ()
    """Another lineup than base and instruct; then `base` and `instruct` are empty."""
    preset: Preset = PRESETS[DEFAULT_PRESET]
    """The preset that the sampling started from."""
    presets: tuple[Preset, ...] = tuple(PRESETS.values())
    """All presets there are, the person's own last."""
    settings: TurnSettings = field(default_factory=TurnSettings)
    """What the first turn is sent with: the preset with every `--set` applied, and the number of samples."""
    silence: float | None = None
    """The longest time, in seconds, that a reply may be silent; None for ever."""
    system: str = ""
    """The system prompt of every chat pane."""
    embedded: bool = False
    """The embedded engine, even if Ollama is there."""
    servers: Mapping[str, str] = field(default_factory=dict)
    """The person's names for servers, and their URLs."""
    key_variables: Mapping[str, str] = field(default_factory=dict)
    """The environment variables for servers' keys, by URL."""
    theme: str = ""
    """The name of a theme; empty for the one that was chosen last."""
    keymap: str = ""
    """The name of a set of keys; empty for the usual one."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """The person's own keys: the id of an action, and keys separated by commas."""
    signs: Literal["auto", "unicode", "ascii"] = "auto"
    """What is drawn with; `auto` is what the terminal seems to be able to show."""
    sessions: Path | None = None
    """The directory that sessions are kept in; None for the one in the data directory."""
    playback: Playback | None = None
    """A replay instead of the explorer."""
