"""The content of a settings file."""

from collections.abc import Mapping

import msgspec

from alignscope.model.launch import Scroll, Signs
from alignscope.model.lineup.pane import PaneRequest
from alignscope.model.pace import AS_IT_COMES
from alignscope.model.sampling import DEFAULT_PRESET, PRESETS, Preset


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The content of `config.yaml`. Every field may be left out."""

    host: str = ""
    """The default server, by OLLAMA_HOST's rules, or a name from `servers`; the variable itself has precedence."""
    servers: dict[str, str] = {}
    """The person's names for servers, and their URLs."""
    lineup: tuple[PaneRequest, ...] = ()
    """The panes to begin with, in the notation of `--pane`; none for a base model and its twin."""
    preset: str = DEFAULT_PRESET
    """The preset to start with."""
    presets: dict[str, Preset] = {}
    """The person's own, after those that come with alignscope, and instead of any of the same name."""
    pace: int = AS_IT_COMES
    """The tokens a second to draw at most; 0 draws as they come."""
    logprobs: str = "off"
    """The log-probabilities to ask for: `off`, `token`, or a number of alternatives, as `read_logprobs` reads them."""
    theme: str = ""
    """The name of a theme; empty for the last chosen one."""
    keymap: str = ""
    """The name of a set of keys; empty for the usual one."""
    keys: dict[str, str] = {}
    """The person's own keys, separated by commas, by the id of an action."""
    signs: Signs = "auto"
    """The symbols to draw with; `auto` for those that the terminal seems to support."""
    class_mode: bool = False
    """Whether the explorer begins in class mode: a question before each experiment, and nearly all room for text."""
    scroll: Scroll = "hold"
    """What panes keep in view of a long reply: its turn's beginning, or its end."""
    sessions: str = ""
    """The directory of sessions; empty for `sessions` in the data directory."""

    @property
    def all_presets(self) -> Mapping[str, Preset]:
        """The presets that come with alignscope, then the person's own."""
        return {**PRESETS, **self.presets}
