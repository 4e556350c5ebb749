"""Discovery of the first lineup, from the person's choices and the servers' models."""

import asyncio
import contextlib
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from alignscope.backends.base import Fault, ServerError
from alignscope.backends.embedded.engine import engine_problem
from alignscope.backends.embedded.hub import store
from alignscope.backends.embedded.hub.known import hub_pairs
from alignscope.files.yaml_file import convert, load
from alignscope.model.launch import Launch
from alignscope.model.lineup.pairing import (
    KnownPair,
    Nature,
    default_mode,
    find_pairs,
    judge,
    pair_lineup,
    twins,
    writes,
)
from alignscope.model.lineup.pane import EMBEDDED, Lineup, Mode, Model, Pane, PaneRequest, is_hub, is_path, is_twin
from alignscope.run.catalog import described
from alignscope.run.servers import Servers
from alignscope.text.wording import counted


class Outcome(StrEnum):
    """Result of the search for a lineup."""

    CHOSEN = "chosen"
    """The person named models."""
    PAIR = "pair"
    """The server has a base model and its twin, or the embedded engine has them from a hub."""
    SINGLE = "single"
    """The server has models but no pair, and can't pull one: one model is in both panes."""
    NO_PAIR = "no pair"
    """Ollama has no pair but can pull `pairs`; the lineup is temporary."""
    EMBEDDED = "embedded"
    """The twins inside alignscope."""


class Found(msgspec.Struct, frozen=True):
    """First lineup, and the reason for it."""

    outcome: Outcome
    lineup: Lineup
    why: str
    """One or two sentences for the person, or ""."""
    server: str = ""
    """URL of the server, or `embedded`."""
    models: tuple[Model, ...] = ()
    """The server's models, if they were requested."""
    pairs: tuple[KnownPair, ...] = ()
    """Pairs to pull there, if one is needed."""
    short: str = ""
    """`why` in about a hundred characters, for a screen; "" if it is no longer itself."""

    @property
    def reason(self) -> str:
        """The reason for a screen, also where there is no more to say of it than what was found."""
        if self.outcome is Outcome.EMBEDDED:
            plain = "These are the twins: two small models inside alignscope, a base model and its aligned self."
        else:
            plain = "These are the models you named."
        return self.short or self.why or plain


async def find_lineup(servers: Servers, launch: Launch, *, strict: bool = False) -> Found:
    """Return the lineup for the person's choices, completed from the servers' models.

    Named models aren't looked up: the pane of a missing one reports it.

    Args:
        strict: fail if the named server is unusable, so that a script gets no replies of the twins instead.

    Raises:
        ServerError: nothing was chosen, no server answers, and the embedded engine can't run here.
    """
    strict = strict and bool(launch.host)
    if launch.host:
        servers.default_host = servers.address(launch.host)
    default = EMBEDDED if launch.embedded else servers.default_host
    if launch.panes:
        return await _chosen(servers, launch, default)
    if launch.base and launch.instruct:
        base, instruct = (PaneRequest("", model) for model in (launch.base, launch.instruct))
        lineup = (
            Pane("base", base.model, _server(servers, base, launch, default), Mode.COMPLETION),
            Pane("instruct", instruct.model, _server(servers, instruct, launch, default), Mode.CHAT, launch.system),
        )
        return Found(Outcome.CHOSEN, lineup, "", default)
    if launch.base or launch.instruct:
        return await _with_twin(servers, launch, default)
    if launch.embedded:
        return _twins(launch, "")
    return await _discover(servers, launch, strict)


async def _chosen(servers: Servers, launch: Launch, default: str) -> Found:
    natures = await asyncio.gather(
        *(_nature(servers, wanted, _server(servers, wanted, launch, default)) for wanted in launch.panes)
    )
    panes = []
    for wanted, nature in zip(launch.panes, natures, strict=True):
        mode = wanted.mode or default_mode(nature)
        system = launch.system if mode is Mode.CHAT else ""
        panes.append(Pane(wanted.name, wanted.model, _server(servers, wanted, launch, default), mode, system))
    return Found(Outcome.CHOSEN, tuple(panes), "", default)


async def _nature(servers: Servers, wanted: PaneRequest, server: str) -> Nature:
    """Judge a model by its server's details, else by its name alone."""
    model = Model(name=wanted.model, server=server)
    if wanted.mode is None:
        with contextlib.suppress(ServerError):
            model = await (await servers.get(server)).look(wanted.model)
    return judge(model).nature


async def _with_twin(servers: Servers, launch: Launch, default: str) -> Found:
    """Return the pair of a named model, or that model alone."""
    name = launch.base or launch.instruct
    server = _server(servers, PaneRequest("", name), launch, default)
    models: tuple[Model, ...] = ()
    listed = False
    try:
        models = await described(await servers.get(server))
        listed = True
        spellings = (name.casefold(), f"{name}:latest".casefold())
        named = next((model for model in models if model.name.casefold() in spellings), None)
        twin = twins(models).get((named.server, named.name)) if named else None
    except ServerError:
        named = twin = None
    model = named or Model(name=name, server=server)
    if twin is not None:
        base, instruct = (model, twin) if launch.base else (twin, model)
        return Found(Outcome.CHOSEN, pair_lineup(base, instruct, system=launch.system), "", server, models)
    alone = (
        Pane("base", name, server, Mode.COMPLETION)
        if launch.base
        else Pane("instruct", name, server, Mode.CHAT, launch.system)
    )
    known = tuple(pair for pair in (hub_pairs() if server == EMBEDDED else known_pairs()) if name in pair.models)
    option = "--instruct" if launch.base else "--base"
    puller = "alignscope models" if server == EMBEDDED else "ollama"
    get = f"`{puller} pull {known[0].instruct if launch.base else known[0].base}` gets it" if known else ""
    at = "here" if server == EMBEDDED else f"at {server}"
    why, short = f"No twin of {name} was found {at}, so it is alone. {get or f'Name one with {option}'}.", ""
    if listed and named is None and server != EMBEDDED:
        short = f"Neither {name} nor a twin of it is at {_bare(server)}."
        why = f"Neither {name} nor a twin of it was found {at}. {get or 'Name one that is there'}."
    return Found(Outcome.CHOSEN, (alone,), why, server, models, known, short)


async def _discover(servers: Servers, launch: Launch, strict: bool) -> Found:
    host = servers.default_host
    try:
        backend = await servers.get(host)
        models = await described(backend)
    except ServerError as error:
        if strict:
            hint = "" if engine_problem() else " Or ask the twins inside alignscope, with --embedded."
            raise ServerError(f"{error}{hint}", error.fault) from error
        reason = engine_problem()
        if reason:
            raise ServerError(f"{error} {reason}", error.fault) from error
        problem = _bare(str(error).partition(". ")[0].rstrip("."))
        if pair := await _pulled_pair(servers):
            return _pulled(launch, pair, problem)
        found = _twins(launch, f"{error} Until then, the two small twins inside alignscope are here.", host)
        return msgspec.structs.replace(found, short=f"{problem}. Meanwhile, the twins inside alignscope are here.")
    label = backend.info.label
    if pairs := find_pairs(models):
        base, instruct = pairs[0]
        why = f"{label} at {host} has {base.name} and its twin {instruct.name}."
        return Found(Outcome.PAIR, pair_lineup(base, instruct, system=launch.system), why, host, models)
    usable = [model for model in models if not model.remote and writes(model)]
    without = f"{label} at {host} has {counted(len(models), 'model')}, but no base model with its twin."
    if not models:
        without = f"{label} at {host} has no models."
    if strict and not usable:
        raise ServerError(f"{without} Pull models there, or name others.", Fault.NO_MODEL)
    if backend.info.dialect.can_pull and not strict and (pair := await _pulled_pair(servers)):
        return _pulled(launch, pair, _bare(without).rstrip("."))
    if backend.info.dialect.can_pull and not engine_problem() and not strict:
        why = f"{without} Meanwhile, the two small twins inside alignscope are here."
        short = f"No base model with its twin at {_bare(host)}. Meanwhile, the twins inside alignscope are here."
        return Found(Outcome.NO_PAIR, _twins(launch, "").lineup, why, host, models, known_pairs(), short)
    if not usable:
        raise ServerError(f"{without} {engine_problem() or 'Load a model there.'}", Fault.NO_MODEL)
    name = next((model.name for model in usable if model.loaded), usable[0].name)
    lineup = (
        Pane("completion", name, host, Mode.COMPLETION),
        Pane("chat", name, host, Mode.CHAT, launch.system),
    )
    why = f"{without} So {name} is asked both ways: with the raw prompt, and through its chat template."
    short = f"No base model with its twin at {_bare(host)}: {name} is asked raw and as a chat."
    pairs_to_pull = known_pairs() if backend.info.dialect.can_pull else ()
    return Found(Outcome.SINGLE, lineup, why, host, models, pairs_to_pull, short)


async def _pulled_pair(servers: Servers) -> tuple[Model, Model] | None:
    """Return the best pair of models that were pulled from a hub; None without one."""
    if engine_problem() or not store.pulled():
        return None
    models = await (await servers.get(EMBEDDED)).models()
    return next(iter(find_pairs(model for model in models if is_hub(model.name))), None)


def _pulled(launch: Launch, pair: tuple[Model, Model], problem: str) -> Found:
    base, instruct = pair
    why = f"{problem}. So {base.name} and its twin {instruct.name} are here, in the engine inside alignscope."
    return Found(Outcome.PAIR, pair_lineup(base, instruct, system=launch.system), why, EMBEDDED)


def from_hub(lineup: Lineup, models: tuple[Model, ...]) -> Found:
    """Return the pairs to pull from a hub. `models` are those of the embedded engine."""
    why = (
        "Base models with their twins from huggingface.co, or the hub that HF_ENDPOINT names, for the engine inside "
        "alignscope."
    )
    return Found(Outcome.NO_PAIR, lineup, why, EMBEDDED, models, hub_pairs())


@cache
def known_pairs() -> tuple[KnownPair, ...]:
    """Return the pairs in Ollama's library, smallest first."""
    return convert(load(Path(__file__).with_name("pairs.yaml")), tuple[KnownPair, ...])


def _server(servers: Servers, wanted: PaneRequest, launch: Launch, default: str) -> str:
    """Return a model's server: the one named for it, else for files, twins and models from a hub `embedded`."""
    if wanted.server is None:
        own = is_path(wanted.model) or is_twin(wanted.model) or is_hub(wanted.model)
        # No server has a model by a path that begins at this directory or home.
        return EMBEDDED if own and (not launch.host_first or wanted.model.startswith((".", "~"))) else default
    return servers.address(wanted.server)


def _twins(launch: Launch, why: str, server: str = EMBEDDED) -> Found:
    if reason := engine_problem():
        raise ServerError(reason, Fault.UNREACHABLE)
    base, instruct = (Model(name=name, server=EMBEDDED) for name in ("twin:text", "twin:latest"))
    return Found(Outcome.EMBEDDED, pair_lineup(base, instruct, system=launch.system), why, server)


def _bare(text: str) -> str:
    """Return a text with the addresses in it in their short form."""
    return text.replace("http://", "")
