"""The picker of a pane's model, server and mode, from what all known servers have."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, Final, Literal

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from alignscope.backends.base import Pulling, ServerError
from alignscope.backends.embedded.hub.known import hub_pairs
from alignscope.backends.embedded.hub.names import read_reference
from alignscope.model.lineup.pairing import Nature, default_mode, judge
from alignscope.model.lineup.pane import EMBEDDED, Mode, Model, Pane, is_hub, is_path
from alignscope.model.lineup.tones import MARKS
from alignscope.run.catalog import Listing
from alignscope.text.clean import cell_width, clean, fit
from alignscope.text.wording import format_bytes
from alignscope.ui.screens.base.actions import in_background
from alignscope.ui.screens.base.chooser import Choices, Chooser, Heading
from alignscope.ui.screens.base.labels import hanging, labels
from alignscope.ui.screens.models.pull import Offer, PullScreen

_MARKS: Final = {
    Nature.BASE: (MARKS["base"], "$base-tone"),
    Nature.INSTRUCT: (MARKS["instruct"], "$instruct-tone"),
    Nature.UNKNOWN: ("·", "$text-muted"),
}
_URL: Final = re.compile(r"https?://\S+")
_HOST: Final = re.compile(r"(localhost|[\w-]+(\.[\w-]+)+|\[[0-9a-fA-F:]+\])(:\d+)?(/\S*)?|[\w-]+:\d{4,5}")


class PickerScreen(Chooser[Pane | Literal["pairs"] | None]):
    """Returns the changed pane, `pairs` to get models from a hub, None if cancelled.

    The pane's name, system prompt and sampling stay.

    Args:
        load: yields the listing of every known server; a later listing of a server replaces the one before.
        ask: returns the listing of a server that the person typed.
        lineup: all panes, which decide on the pane's mark and tone.
        pull: downloads a model from a hub; None if the embedded engine can't run here.
    """

    BINDING_GROUP_TITLE = "Model"
    PLACEHOLDER = "Type to filter, or a server's URL, a GGUF file's path, hf:OWNER/REPO"
    NO_MATCH = "No model has all of these words in its name."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "mode", "Completion/chat", id="picker.mode", tooltip="Ask it the other way"),
    ]
    DEFAULT_CSS = """
    PickerScreen {
        & #picker-detail { height: auto; min-height: 3; max-height: 6; padding-top: 1; color: $text-muted; }
    }
    """

    def __init__(
        self,
        pane: Pane,
        load: Callable[[], AsyncIterator[Listing]],
        ask: Callable[[str], Awaitable[Listing]],
        lineup: Sequence[Pane],
        pull: Callable[[str], AsyncIterator[Pulling]] | None = None,
    ) -> None:
        super().__init__()
        self._pull = pull
        self._pane = pane
        self._load = load
        self._ask = ask
        self._label = labels(lineup)[pane.name]
        self._listings: dict[str, Listing] = {}
        self._asking = ""
        """What is being asked, for the list; empty if nothing is."""
        self._mode: Mode | None = None
        """Mode that the person chose; None for the default of the model's nature."""

    def heading(self, hint: str) -> Content:
        return Content.assemble(("Model for ", "bold"), self._label.stylize("bold"))

    def compose_list(self) -> ComposeResult:
        yield Choices()
        yield Static(id="picker-detail", markup=False)

    def on_mount(self) -> None:
        self._asking = "the servers"
        self.refill()
        in_background(self, self._load_all, "load")

    def on_resize(self) -> None:
        # The columns are as wide as the list, which knows its size only after this.
        self.call_after_refresh(self.refill)

    # Servers

    async def _load_all(self) -> None:
        try:
            async for listing in self._load():
                self._add(listing)
        except ServerError as error:
            self._add(Listing("", "The servers", error=str(error)))
        finally:
            self._asking = ""
        self.refill()

    async def _ask_server(self, text: str) -> None:
        self._asking = text
        self.refill()
        try:
            listing = await self._ask(text)
        except ServerError as error:
            listing = Listing(text, text, error=str(error))
        self._asking = ""
        self._add(listing)
        # The person wants to see the models of the server they typed.
        first = next(iter(listing.models), None)
        if first is not None and self.filter.value.strip() == text:
            self._show(_id(first))

    async def _pull_model(self, name: str, pull: Callable[[str], AsyncIterator[Pulling]]) -> None:
        why = (
            "It comes from huggingface.co, or the hub that HF_ENDPOINT names, and runs in the engine inside alignscope."
        )
        screen = PullScreen(why, [Offer(name, (name,))], pull, embedded=False, hub=True)
        pulled = await self.app.push_screen_wait(screen)
        if isinstance(pulled, Offer):
            self._add(await self._ask(EMBEDDED))
            self._show(f"{EMBEDDED}\n{pulled.models[0]}")

    def _show(self, id: str) -> None:
        """Select a model in the whole list."""
        self.filter.put("")
        self.refill()
        self.touched = True
        self.select(id)

    def _add(self, listing: Listing) -> None:
        self._listings[listing.server] = listing
        self.refill()

    def refill(self) -> None:
        """Fill the list. The pane's own model is selected, or else the first, until the person moves."""
        super().refill()
        if not self.touched:
            self.choices.action_first()
            self.select(f"{self._pane.server}\n{self._pane.model}")

    # The list

    def entries(self, query: str) -> list[Option]:
        query = query.strip()
        offers = self._offers(query)
        words = query.casefold().split()
        groups: list[Option] = []
        for listing in self._listings.values():
            models = [model for model in listing.models if all(word in model.name.casefold() for word in words)]
            if models or listing.error or not (words or listing.models):
                groups += [Option("", disabled=True)] if groups else []
                groups += self._group(listing, models)
        if self._asking:
            groups.append(Option(Content.styled(f"Asking {clean(self._asking)} …", "$text-muted"), disabled=True))
        first = _URL.fullmatch(query) or is_path(query) or is_hub(query)
        return [*offers, *groups] if first else [*groups, *offers]

    def _offers(self, query: str) -> list[Option]:
        """Return what there is beyond the models: to get some from a hub, a file, or a server to ask."""
        if self._pull and not query:
            smallest = hub_pairs()[0]
            offer = Content.assemble(
                ("Get real models ", "$accent"),
                (f"from huggingface.co: {smallest.title}, {format_bytes(smallest.size)}, and others", "$text-muted"),
            )
            return [Option("", disabled=True), Option(offer, id="pairs\n")]
        if self._pull and is_hub(query):
            try:
                read_reference(query)
            except ServerError as error:
                return [Option(Content.styled(clean(str(error)), "$text-error"), disabled=True)]
            return [Option(Content.assemble("Pull from a hub ", (clean(query), "$accent")), id=f"pull\n{query}")]
        if is_path(query):
            exists = _file(query).is_file()
            path = (clean(query), "$accent" if exists else "$text-error")
            offer = Content.assemble("Use the file " if exists else "No such file: ", path)
            return [Option(offer, id=f"file\n{query}", disabled=not exists)]
        if _URL.fullmatch(query) or _HOST.fullmatch(query):
            return [Option(Content.assemble("Ask the server ", (clean(query), "$accent")), id=f"ask\n{query}")]
        return []

    def _group(self, listing: Listing, models: list[Model]) -> list[Option]:
        place = "" if listing.server in (EMBEDDED, listing.label) else f"  {clean(listing.server)}"
        head = Content.assemble((clean(listing.label), "bold"), (place, "$text-muted"))
        rows: list[Option] = [Heading(head)]
        if listing.error:
            error = hanging(Content("× "), listing.error, self.choices.room)
            rows.append(Option(error.stylize("$text-error"), disabled=True))
        elif not models:
            rows.append(Option(Content.styled("has no models", "$text-muted"), disabled=True))
        return rows + [Option(self._row(model), id=_id(model)) for model in models]

    def _row(self, model: Model) -> Content:
        mark, tone = _MARKS[judge(model).nature]
        here = (model.server, model.name) == (self._pane.server, self._pane.model)
        size = format_bytes(model.size)
        states = (("cloud", model.remote), ("loaded", model.loaded), ("here", here))
        figures = f"{size:>8} "
        if not self.has_class("-narrow"):
            figures = f"{fit(model.parameter_size, 7):>7} {fit(model.quantization, 8):<8} {figures}"
        longest = max(cell_width(each.name) for listing in self._listings.values() for each in listing.models)
        room = max(min(self.choices.room - len(figures) - 15, longest + 4), 12)
        name = fit(model.name, room)
        return Content.assemble(
            (mark, tone),
            f" {name}{' ' * (room - cell_width(name))} ",
            (figures, "$text-muted"),
            (" ".join(state for state, holds in states if holds), "$success" if model.loaded else "$text-muted"),
        )

    def preview(self, chosen: str | None) -> None:
        self.query_one("#picker-detail", Static).update(self._detail(self._model(chosen), chosen))

    def _detail(self, model: Model | None, chosen: str | None) -> Content:
        mode = self._mode_for(model)
        completion = mode is Mode.COMPLETION
        how = "asked to continue the prompt as raw text" if completion else "asked as a chat, through its own template"
        asked = Content.assemble((f"{mode}", "bold $accent"), f": {how}")
        if model is None:
            if chosen == "pairs\n":
                return Content("Base models with their twins, for the engine inside alignscope: no Ollama is needed.")
            return asked if chosen and chosen.startswith("file\n") else Content("")
        judged = judge(model)
        nature = "nobody knows which kind" if judged.nature is Nature.UNKNOWN else f"{judged.nature} model"
        return Content.assemble(clean(f"Seems to be: {nature} ({judged.why}).") + "\n", asked)

    # Choosing

    def choose(self, chosen: str | None) -> None:
        prefix, _, rest = (chosen or "").partition("\n")
        if prefix == "pairs":
            self.dismiss("pairs")
        elif prefix == "pull" and self._pull:
            in_background(self, partial(self._pull_model, rest, self._pull), "pull", exclusive=True)
        elif prefix == "ask":
            in_background(self, partial(self._ask_server, rest), "ask", exclusive=True)
        elif prefix == "file":
            path = str(_file(rest))
            mode = self._mode_for(Model(name=path, server=EMBEDDED))
            self.dismiss(msgspec.structs.replace(self._pane, model=path, server=EMBEDDED, mode=mode))
        elif (model := self._model(chosen)) is not None:
            mode = self._mode_for(model)
            self.dismiss(msgspec.structs.replace(self._pane, model=model.name, server=model.server, mode=mode))

    async def action_mode(self) -> None:
        """Switch the selected model between completion and chat."""
        await self.settle()
        now = self._mode_for(self._model(self.chosen))
        self._mode = Mode.CHAT if now is Mode.COMPLETION else Mode.COMPLETION
        self.preview(self.chosen)

    def on_text_area_changed(self) -> None:
        self.touched = self.touched or bool(self.filter.value)

    def _mode_for(self, model: Model | None) -> Mode:
        if self._mode is not None:
            return self._mode
        if model is None or (model.server, model.name) == (self._pane.server, self._pane.model):
            return self._pane.mode
        return default_mode(judge(model).nature)

    def _model(self, chosen: str | None) -> Model | None:
        server, _, name = (chosen or "").partition("\n")
        listing = self._listings.get(server)
        return next((model for model in listing.models if model.name == name), None) if listing else None


def _id(model: Model) -> str:
    return f"{model.server}\n{model.name}"


def _file(text: str) -> Path:
    path = Path(text)
    try:
        return path.expanduser().absolute()
    except RuntimeError:  # there is no such user
        return path
