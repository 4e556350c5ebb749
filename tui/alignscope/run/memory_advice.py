"""Advice about the servers' memory, before and after a send."""

from collections.abc import Iterable

from alignscope.model.lineup.pane import EMBEDDED, Lineup, Model
from alignscope.model.sampling import Sampling


def eviction_advice(lineup: Lineup, models: Iterable[Model]) -> str:
    """Return a warning if models evict each other, else "". Call it right after all panes have replied.

    A server keeps a model in memory for minutes after its last reply. If one of a lineup's models is gone already while
    another is there, by the servers' list of `models`, the two don't fit together.
    """
    loaded = {(model.server, model.name): model.loaded for model in models}
    for server in dict.fromkeys(pane.server for pane in lineup):
        wanted = list(dict.fromkeys(pane.model for pane in lineup if pane.server == server))
        states = {name: loaded.get((server, name), loaded.get((server, f"{name}:latest"))) for name in wanted}
        gone = [name for name in wanted if states[name] is False]
        if server != EMBEDDED and gone and any(states.values()):
            there = next(name for name in wanted if states[name])
            return (
                f"{gone[0]} and {there} don't fit into the memory of {server} together: each is loaded anew for every "
                "prompt. Asked one after the other, they don't disturb each other."
            )
    return ""


def reload_advice(lineup: Lineup, sampling: Sampling, models: Iterable[Model]) -> str:
    """Return a warning if the next send reloads one of the servers' models because of its num_ctx, else ""."""
    known = {(model.server, model.name): model for model in models}
    for pane in lineup:
        model = known.get((pane.server, pane.model)) or known.get((pane.server, f"{pane.model}:latest"))
        own = sampling if pane.sampling is None else pane.sampling
        wanted = own.get("num_ctx")
        if model is None or not model.loaded or model.loaded_context is None or not isinstance(wanted, int):
            continue
        if wanted != model.loaded_context and not (
            model.context_length and wanted > model.context_length == model.loaded_context
        ):
            return (
                f"{pane.model} is in memory with a context of {model.loaded_context} tokens. With num_ctx {wanted} it "
                "is loaded anew, which takes a while."
            )
    return ""
