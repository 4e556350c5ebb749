"""A stand-in to try things against by hand."""

import argparse
import asyncio
import contextlib

from tests.backends.embedded.files import LATEST, TEXT
from tests.standin.hub import Hub
from tests.standin.models import SETS
from tests.standin.ollama import Ollama
from tests.standin.openai import Flavour, OpenAIStyle
from tests.standin.replies.script import SCRIPTS, Script


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until interrupted."""
    if arguments.flavour == "hub":
        await serve_hub(arguments)
        return
    script = Script(rate=arguments.rate, mark_every=arguments.mark, endless=arguments.endless, delay=arguments.delay)
    server: Ollama | OpenAIStyle
    if arguments.flavour != "ollama":
        server = OpenAIStyle(arguments.flavour, "stories", "helper", script=script, port=arguments.port)
        await forever(server, arguments)
        return
    server = Ollama(
        SETS[arguments.models],
        version=arguments.version,
        script=script,
        num_parallel=arguments.parallel,
        max_loaded=arguments.max_loaded,
        load_seconds=arguments.load,
        port=arguments.port,
    )
    server.pull_rate = 10
    await forever(server, arguments)


async def serve_hub(arguments: argparse.Namespace) -> None:
    """Serve the twins as two repositories of a hub, 64 KiB for each of `--rate` a second."""
    async with Hub(port=arguments.port) as hub:
        hub.pause = 1 / arguments.rate if arguments.rate else 0
        hub.add("maker/tiny-GGUF", {"tiny-Q8_0.gguf": TEXT.read_bytes()})
        hub.add("maker/tiny-instruct-GGUF", {"tiny-instruct-Q8_0.gguf": LATEST.read_bytes()})
        print(f"HF_ENDPOINT={hub.url} has hf:{' and hf:'.join(hub.repositories)}", flush=True)
        await asyncio.Event().wait()


async def forever(server: Ollama | OpenAIStyle, arguments: argparse.Namespace) -> None:
    """Set the faults, say where it is, and serve."""
    async with server:
        for fault in arguments.fault:
            model, _, name = fault.rpartition("=")
            server.script(model, SCRIPTS[name].but(rate=SCRIPTS[name].rate or arguments.rate))
        print(
            f"{arguments.flavour} stand-in on {server.url} with {', '.join(server.models) or 'no models'}", flush=True
        )
        await asyncio.Event().wait()


def main() -> None:
    """Parse and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--flavour", choices=("ollama", "hub", *Flavour), default="ollama")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--models", choices=sorted(SETS), default="pair")
    parser.add_argument("--rate", type=float, default=40.0, help="tokens a second; 0 for as fast as can be")
    parser.add_argument("--version", default="0.32.15")
    parser.add_argument("--parallel", type=int, default=1, help="replies that one model writes at once")
    parser.add_argument("--max-loaded", type=int, default=0, help="models that fit into memory; 0 for any number")
    parser.add_argument("--load", type=float, default=0.0, help="seconds to load a model")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds of silence before each reply")
    parser.add_argument("--mark", type=int, default=0, help="a time mark in place of every so-manyth token")
    parser.add_argument("--endless", action="store_true", help="replies go on until num_predict")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="MODEL=NAME", help=f"one of {', '.join(SCRIPTS)}"
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
