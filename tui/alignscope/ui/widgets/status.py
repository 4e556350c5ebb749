"""The two lines above the prompt: what there is to know, and what the next turn will be sent with."""

import re

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from alignscope.model.sampling import PARAMETERS, PRESETS, Preset, Sampling
from alignscope.text.clean import cell_width, clean, fit

_KEY = re.compile(r"\bF\d{1,2}\b")
"""A function key in a message, which is to be seen at a glance."""


class NoticeLine(Static):
    """One thing that the person should know now. Gone when there is nothing."""

    DEFAULT_CSS = """
    NoticeLine {
        height: auto;
        max-height: 3;
        padding: 0 1;
        color: $text-muted;
        display: none;
        &.-shown { display: block; }
        &.-warning { color: $text-warning; }
        &.-error { color: $text-error; }
    }
    """

    def say(self, message: str, severity: str = "information") -> None:
        """Show a message: `information`, `warning` or `error`; an empty one clears the line."""
        signs = {"warning": "▲ ", "error": "✕ "}
        self.set_class(bool(message), "-shown")
        self.set_class(severity == "warning", "-warning")
        self.set_class(severity == "error", "-error")
        shown = Content(signs.get(severity, "") + clean(message))
        self.update(shown.highlight_regex(_KEY, style="$accent bold") if severity == "information" else shown)


class SettingsLine(Static):
    """What the next turn will be sent with, what isn't the default set apart."""

    DEFAULT_CSS = """
    SettingsLine {
        height: 1;
        padding: 0 1;
        color: $text-muted;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &:hover { color: $foreground; pointer: pointer; }
    }
    """

    class Clicked(Message):
        """The mouse points at the settings."""

    changed: reactive[tuple[str, ...]] = reactive(())
    """Settings that aren't the default, in words."""
    sampling_note: reactive[str] = reactive("")
    title: reactive[str] = reactive("")
    """The session's, at the right as far as there is room."""

    def on_click(self) -> None:
        """Tell the screen."""
        self.post_message(self.Clicked())

    def render(self) -> Content:
        parts = [Content(f"sampling {self.sampling_note}")]
        parts += [Content.styled(text, "$accent") for text in self.changed]
        line = Content("  ·  ").join(parts)
        room = self.size.width - line.cell_length - 4
        title = fit(self.title, room) if room >= 12 else ""
        gap = self.size.width - line.cell_length - cell_width(title)
        return Content.assemble(line, " " * gap, title) if title else line


def preset_of(sampling: Sampling, presets: tuple[Preset, ...] = tuple(PRESETS.values())) -> str:
    """The preset's name; with `, changed` when the sampling differs from the nearest one by a few parameters."""
    nearest = min(presets, key=lambda preset: _distance(preset.sampling, sampling))
    distance = _distance(nearest.sampling, sampling)
    return nearest.name if distance == 0 else f"{nearest.name}, changed"


def _distance(one: Sampling, other: Sampling) -> int:
    return sum(one.get(name) != other.get(name) for name in PARAMETERS)


def brief(sampling: Sampling, presets: tuple[Preset, ...] = tuple(PRESETS.values())) -> str:
    """A sampling in a few words: its preset, and what was changed of it or else its temperature and length."""
    nearest = min(presets, key=lambda preset: _distance(preset.sampling, sampling))
    changed = [name for name in PARAMETERS if nearest.sampling.get(name) != sampling.get(name)]
    words = [nearest.name]
    words += [
        f"{name} {PARAMETERS[name].show(sampling[name])}" if name in sampling else f"{name} off" for name in changed[:4]
    ]
    if len(changed) > 4:
        words.append(f"and {len(changed) - 4} more")
    if not changed:
        shown = (name for name in ("temperature", "seed") if name in sampling)
        words += [f"{name} {PARAMETERS[name].show(sampling[name])}" for name in shown]
    return " ".join([words[0], *(f"· {word}" for word in words[1:])])
