"""What a settings file can say."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from alignscope.model.pane import PaneRequest
from alignscope.model.sampling import DEFAULT_PRESET, PRESETS, Preset

Signs = Literal["auto", "unicode", "ascii"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What `config.yaml` says. Every field may be left out."""

    host: str = ""
    """The default server, by OLLAMA_HOST's rules, or a name out of `servers`; the variable itself beats it."""
    servers: dict[str, str] = {}
    """The person's names for servers, and their URLs."""
    lineup: tuple[PaneRequest, ...] = ()
    """The panes to begin with, written as `--pane` has them; none for a base model and its twin."""
    preset: str = DEFAULT_PRESET
    """The preset to start with."""
    presets: dict[str, Preset] = {}
    """The person's own, after those that come with alignscope. One of the same name replaces it."""
    theme: str = ""
    """The name of a theme; empty for the one that was chosen last."""
    keymap: str = ""
    """The name of a set of keys; empty for the usual one."""
    keys: dict[str, str] = {}
    """The person's own keys: the id of an action, and keys separated by commas."""
    signs: Signs = "auto"
    """What is drawn with; `auto` is what the terminal seems to be able to show."""
    sessions: str = ""
    """The directory that sessions are kept in; empty for `sessions` in the data directory."""

    @property
    def all_presets(self) -> Mapping[str, Preset]:
        """Those that come with alignscope, then the person's own."""
        return {**PRESETS, **self.presets}
