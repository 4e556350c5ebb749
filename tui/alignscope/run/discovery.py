"""The lineup to begin with, found from what the person chose and what the servers have."""

import asyncio
import contextlib
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from alignscope.backends import Fault, ServerError
from alignscope.backends.embedded import engine_available
from alignscope.backends.host import parse_host
from alignscope.files.yaml_file import convert, load
from alignscope.model.launch import Launch
from alignscope.model.pairing import Nature, default_mode, find_pairs, judge, pair_lineup, twins, writes
from alignscope.model.pane import EMBEDDED, Lineup, Mode, Model, Pane, Wanted, is_path, is_twin
from alignscope.run.catalog import described
from alignscope.run.servers import Servers
from alignscope.text.wording import counted


class KnownPair(msgspec.Struct, frozen=True):
    """A base model and its twin that Ollama can pull."""

    base: str
    instruct: str
    size_gb: tuple[float, float]
    """What pulling each downloads, in 10^9 bytes."""
    note: str = ""


class Outcome(StrEnum):
    """How the search for a lineup ended."""

    CHOSEN = "chosen"
    """The person named models."""
    PAIR = "pair"
    """The server has a base model and its twin."""
    SINGLE = "single"
    """The server has models but no pair, and can't pull one: one of them is asked both ways."""
    NO_PAIR = "no pair"
    """Ollama is there without a pair; `pairs` can be pulled, and the lineup is what to show meanwhile."""
    EMBEDDED = "embedded"
    """The twins inside alignscope."""


class Found(msgspec.Struct, frozen=True):
    """The lineup to begin with, and why it is this one."""

    outcome: Outcome
    lineup: Lineup
    why: str
    """One or two sentences for the person; empty when there is nothing to explain."""
    server: str = ""
    """The server that was asked."""
    models: tuple[Model, ...] = ()
    """What it has, where that was asked for."""
    pairs: tuple[KnownPair, ...] = ()
    """What can be pulled there to get a pair; empty when that isn't needed."""
    short: str = ""
    """`why` in about a hundred characters, for a screen; empty where it is no longer than that."""


async def find_lineup(servers: Servers, launch: Launch, *, strict: bool = False) -> Found:
    """Return the lineup for what the person chose; what they left open is decided by what the servers have.

    Named models are not looked for: one that isn't there says so in its own pane.

    Args:
        strict: a server that was named is used or it is an error; nothing else is shown in its place. For scripts,
            which would otherwise take the twins' replies for those of the server.

    Raises:
        ServerError: nothing was chosen, no server answers, and the embedded engine can't run here.
    """
    strict = strict and bool(launch.host)
    if launch.host:
        servers.default_host = parse_host(launch.host)
    default = EMBEDDED if launch.embedded else servers.default_host
    if launch.panes:
        return await _chosen(servers, launch, default)
    if launch.base and launch.instruct:
        base, instruct = (Wanted("", model) for model in (launch.base, launch.instruct))
        lineup = (
            Pane("base", base.model, _server(base, launch, default), Mode.COMPLETION),
            Pane("instruct", instruct.model, _server(instruct, launch, default), Mode.CHAT, launch.system),
        )
        return Found(Outcome.CHOSEN, lineup, "", default)
    if launch.base or launch.instruct:
        return await _with_twin(servers, launch, default)
    if launch.embedded:
        return _twins(launch, "")
    return await _discover(servers, launch, strict)


async def _chosen(servers: Servers, launch: Launch, default: str) -> Found:
    natures = await asyncio.gather(
        *(_nature(servers, wanted, _server(wanted, launch, default)) for wanted in launch.panes)
    )
    panes = []
    for wanted, nature in zip(launch.panes, natures, strict=True):
        mode = wanted.mode or default_mode(nature)
        system = launch.system if mode is Mode.CHAT else ""
        panes.append(Pane(wanted.name, wanted.model, _server(wanted, launch, default), mode, system))
    return Found(Outcome.CHOSEN, tuple(panes), "", default)


async def _nature(servers: Servers, wanted: Wanted, server: str) -> Nature:
    """Judge a model by what its server tells, else by its name alone."""
    model = Model(name=wanted.model, server=server)
    if wanted.mode is None:
        with contextlib.suppress(ServerError):
            model = await (await servers.get(server)).look(wanted.model)
    return judge(model).nature


async def _with_twin(servers: Servers, launch: Launch, default: str) -> Found:
    """Return the pair that one named model belongs to, or that model alone."""
    name = launch.base or launch.instruct
    server = _server(Wanted("", name), launch, default)
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
    known = tuple(pair for pair in known_pairs() if name in (pair.base, pair.instruct) and server != EMBEDDED)
    option = "--instruct" if launch.base else "--base"
    get = f"`ollama pull {known[0].instruct if launch.base else known[0].base}` gets it" if known else ""
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
            hint = "" if engine_available() else " Or ask the twins inside alignscope, with --embedded."
            raise ServerError(f"{error}{hint}", error.fault) from error
        reason = engine_available()
        if reason:
            raise ServerError(f"{error} {reason}", error.fault) from error
        found = _twins(launch, f"{error} Until then, the two small twins inside alignscope are here.", host)
        problem = str(error).partition(". ")[0].rstrip(".")
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
    if backend.info.dialect.can_pull and not engine_available() and not strict:
        why = f"{without} Meanwhile, the two small twins inside alignscope are here."
        short = f"No base model with its twin at {_bare(host)}. Meanwhile, the twins inside alignscope are here."
        return Found(Outcome.NO_PAIR, _twins(launch, "").lineup, why, host, models, known_pairs(), short)
    if not usable:
        raise ServerError(f"{without} {engine_available() or 'Load a model there.'}", Fault.NO_MODEL)
    name = next((model.name for model in usable if model.loaded), usable[0].name)
    lineup = (
        Pane("completion", name, host, Mode.COMPLETION),
        Pane("chat", name, host, Mode.CHAT, launch.system),
    )
    why = f"{without} So {name} is asked both ways: with the raw prompt, and through its chat template."
    short = f"No base model with its twin at {_bare(host)}: {name} is asked raw and as a chat."
    pairs_to_pull = known_pairs() if backend.info.dialect.can_pull else ()
    return Found(Outcome.SINGLE, lineup, why, host, models, pairs_to_pull, short)


@cache
def known_pairs() -> tuple[KnownPair, ...]:
    """Return the pairs that Ollama's library has, smallest first."""
    return convert(load(Path(__file__).with_name("pairs.yaml")), tuple[KnownPair, ...])


def _server(wanted: Wanted, launch: Launch, default: str) -> str:
    """Return where a model is: on the server that was named for it, else files and twins in the embedded engine."""
    if wanted.server is None:
        own = is_path(wanted.model) or is_twin(wanted.model)
        # No server has a model by a path that begins at this directory or home.
        return EMBEDDED if own and (not launch.host_first or wanted.model.startswith((".", "~"))) else default
    return wanted.server if wanted.server == EMBEDDED else parse_host(wanted.server)


def _twins(launch: Launch, why: str, server: str = EMBEDDED) -> Found:
    if reason := engine_available():
        raise ServerError(reason, Fault.UNREACHABLE)
    base, instruct = (Model(name=name, server=EMBEDDED) for name in ("twin:text", "twin:latest"))
    return Found(Outcome.EMBEDDED, pair_lineup(base, instruct, system=launch.system), why, server)


def _bare(host: str) -> str:
    """Return a server's address for where there is little room."""
    return host.removeprefix("http://")
