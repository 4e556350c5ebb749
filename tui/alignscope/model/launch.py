"""The options of the command line, checked and ready to use."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from alignscope.model.lineup.pane import PaneRequest
from alignscope.model.pace import AS_IT_COMES
from alignscope.model.sampling import DEFAULT_PRESET, PRESETS, Preset
from alignscope.model.turn import TurnSettings

Signs = Literal["auto", "unicode", "ascii"]
Scroll = Literal["hold", "follow"]
"""What a pane keeps in view of a reply that outgrows it: the turn's beginning, or the end."""


class Playback(msgspec.Struct, frozen=True, kw_only=True):
    """The session to replay, and how."""

    name: str = ""
    """A session's name, or the path of its file; empty lets the person choose."""
    speed: float = 1.0
    """From 0.25 to 16 times, or infinite for all at once."""
    pace: int | None = None
    """Tokens a second at single speed; None for as it comes, unless that is too fast for any eye."""
    idle_limit_ms: float | None = None
    """The longest pause; None leaves pauses as they were."""
    start_ms: float = 0.0
    """Where to begin, on the visible clock."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """The options that a run starts with; empty where none was given.

    All are checked: no name, number or combination is refused later. A model or server named here may still be missing.
    """

    prompt: str = ""
    """The prompt to send at once; empty for none."""
    base: str = ""
    """The model of the base pane."""
    instruct: str = ""
    """The model of the instruct pane."""
    host: str = ""
    """The URL of the default server, normalised by OLLAMA_HOST's rules; empty if none is named."""
    host_first: bool = False
    """Whether `--host` gave that URL, so models are there even if their names look like files or twins."""
    panes: tuple[PaneRequest, ...] = ()
    """A lineup instead of `base` and `instruct`, which are then empty."""
    preset: Preset = PRESETS[DEFAULT_PRESET]
    """The preset that the sampling started from."""
    presets: tuple[Preset, ...] = tuple(PRESETS.values())
    """All presets, the person's own last."""
    settings: TurnSettings = TurnSettings()
    """Settings of the first turn: the preset with every `--set`, and the number of samples."""
    silence: float | None = None
    """Maximum seconds that a reply may be silent; None for no limit."""
    system: str = ""
    """The system prompt of every chat pane."""
    embedded: bool = False
    """Use the embedded engine, even if there is Ollama."""
    servers: Mapping[str, str] = {}
    """The person's names for servers, and their URLs."""
    key_variables: Mapping[str, str] = {}
    """The environment variables for servers' keys, by URL."""
    theme: str = ""
    """The name of a theme; empty for the last chosen one."""
    keymap: str = ""
    """The name of a set of keys; empty for the usual one."""
    keys: Mapping[str, str] = {}
    """The person's own keys, separated by commas, by the id of an action."""
    signs: Signs = "auto"
    """The symbols to draw with; `auto` for those that the terminal seems to support."""
    class_mode: bool = False
    """Whether the explorer begins in class mode."""
    pace: int = AS_IT_COMES
    """Tokens a second that are drawn at most."""
    scroll: Scroll = "hold"
    """What panes keep in view of a long reply, until the person changes it."""
    sessions: Path | None = None
    """The directory of sessions; None for the one in the data directory."""
    playback: Playback | None = None
    """A replay, instead of the explorer."""
