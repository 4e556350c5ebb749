"""A dialog that downloads pairs of models, with progress."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ProgressBar, Static
from textual.widgets.option_list import Option
from textual.worker import Worker

from alignscope.backends.base import Pulling, ServerError
from alignscope.model.lineup.pane import Model
from alignscope.text.clean import cell_width, clean, fit
from alignscope.text.wording import format_bytes
from alignscope.ui.screens.base.actions import in_background
from alignscope.ui.screens.base.chooser import Choices, ListDialog
from alignscope.ui.widgets.keybar import KeyBar

_NAMED_MAX = 6
"""Models that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that can be pulled: a pair, or one model."""

    title: str
    models: tuple[str, ...]
    """The names to pull, in this order."""
    size: int | None = None
    """Bytes of all of them; None if unknown."""
    note: str = ""


class PullScreen(ListDialog[Offer | Literal["embedded"] | None]):
    """Returns the offer that was pulled, `embedded` to go on with the embedded twins, None if cancelled.

    The offer's models have their full names then.

    Args:
        why: why this is shown, in a sentence or two.
        offers: what can be pulled, best first.
        pull: downloads one model; cancelling it closes the connection.
        has: models that the server has already and that aren't pulled again.
        embedded: whether the embedded engine is offered.
        hub: whether the models come from a hub to here, instead of to a server.
    """

    BINDING_GROUP_TITLE = "Get models"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pull", "Pull", id="pull.pull", priority=True, tooltip="Download the selected models"),
        Binding("e", "embedded", "Embedded twins", id="pull.embedded", tooltip="Go on without Ollama's models"),
        Binding("escape", "back", "Back", id="pull.back", tooltip="Stop the download, or leave"),
        Binding("f1,question_mark", "app.help", "Help", id="pull.help", show=False, tooltip="The keys of this place"),
        Binding("down,j", "move('down')", "Down", id="pull.down", show=False, tooltip="The next entry"),
        Binding("up,k", "move('up')", "Up", id="pull.up", show=False, tooltip="The entry before"),
    ]
    DEFAULT_CSS = """
    PullScreen {
        & #pull-title { margin-bottom: 1; }
        & #pull-has { color: $text-muted; margin-bottom: 1; }
        & Choices { height: auto; max-height: 12; }
        & #pull-state { height: auto; margin-top: 1; display: none; color: $text-muted; }
        & #pull-state.-error { color: $text-error; }
        & ProgressBar { width: 1fr; display: none; &.-running { display: block; } }
        & Bar { width: 1fr; }
        & KeyBar { margin-top: 1; }
    }
    """

    def __init__(
        self,
        why: str,
        offers: Sequence[Offer],
        pull: Callable[[str], AsyncIterator[Pulling]],
        *,
        has: Sequence[Model] = (),
        embedded: bool = True,
        hub: bool = False,
    ) -> None:
        super().__init__()
        self._why = why
        self._offers = tuple(offers)
        self._pull = pull
        self._has = tuple(model.name for model in has)
        self._embedded = embedded
        self._hub = hub
        self._worker: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="-dialog"):
            yield Static(Content.styled("Get models", "bold"), id="pull-title")
            yield Static(Content(clean(self._why)))
            yield Static(Content(self._having()), id="pull-has")
            yield Choices(*(Option(self._row(offer)) for offer in self._offers))
            yield Static(id="pull-state", markup=False)
            yield ProgressBar(show_eta=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.choices.highlighted = 0 if self._offers else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return (action != "embedded" or self._embedded) and super().check_action(action, parameters)

    def action_pull(self) -> None:
        """Pull the selected offer, unless a download is running."""
        index = self.choices.highlighted
        if index is not None and self._worker is None:
            self._worker = in_background(self, partial(self._run, self._offers[index]), "pull")

    def action_embedded(self) -> None:
        """Leave with the embedded twins; a download stops."""
        self.dismiss("embedded")

    def action_back(self) -> None:
        """Stop the download, or leave if there is none."""
        if self._worker is None:
            self.dismiss(None)
            return
        self._worker.cancel()
        self._finish("Stopped. What has come is kept, and the next pull goes on from there.")

    async def _run(self, offer: Offer) -> None:
        missing = [model for model in offer.models if model not in self._has]
        full = {model: model for model in offer.models}
        try:
            for number, model in enumerate(missing, 1):
                name = clean(model) + (f" ({number} of {len(missing)})" if len(missing) > 1 else "")
                self._show_progress(name, Pulling("asking the hub" if self._hub else "asking the server"))
                async for pulling in self._pull(model):
                    full[model] = pulling.name or full[model]
                    self._show_progress(name, pulling)
                self._has += (full[model],)
        except ServerError as error:
            self._finish(str(error), error=True)
            return
        self.dismiss(replace(offer, models=tuple(full.values())))

    def _show_progress(self, name: str, pulling: Pulling) -> None:
        bar = self.query_one(ProgressBar)
        bar.add_class("-running")
        bar.update(total=pulling.total or None, progress=pulling.completed)
        far = f", {format_bytes(pulling.completed)} of {format_bytes(pulling.total)}" if pulling.total else ""
        self._show_state(Content.assemble((name, "bold"), f"\n{clean(pulling.status)}{far}"))

    def _finish(self, message: str, *, error: bool = False) -> None:
        self._worker = None
        self.query_one(ProgressBar).remove_class("-running")
        self._show_state(Content(clean(message)), error=error)

    def _show_state(self, message: Content, *, error: bool = False) -> None:
        state = self.query_one("#pull-state", Static)
        state.set_class(error, "-error")
        state.update(message)
        state.display = True

    def _having(self) -> str:
        if not self._has:
            return "It has no models at all yet." if self._offers and not self._hub else ""
        shown = ", ".join(clean(name) for name in self._has[:_NAMED_MAX])
        more = len(self._has) - _NAMED_MAX
        return f"{'Here already:' if self._hub else 'It has'} {shown}{f' and {more} more' if more > 0 else ''}."

    def _row(self, offer: Offer) -> Content:
        size = format_bytes(offer.size)
        title = fit(offer.title, 40)
        width = max((cell_width(fit(each.title, 40)) for each in self._offers), default=0)
        names = " + ".join(offer.models)
        return Content.assemble(
            f"{title}{' ' * (width - cell_width(title))}  ",
            (f"{size:>8}  ", "$accent"),
            (fit(offer.note, 200), "$text-muted"),
            ("" if names == offer.title else f"\n{fit(names, 200)}", "$text-muted"),
        )
