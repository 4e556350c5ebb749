"""The models that come with alignscope, and the engine that runs them or any other GGUF file."""

from alignscope.backends.embedded.engine import TWINS, Address, Engine, engine_available
from alignscope.backends.embedded.gguf import GGUFError, Header, read_header

__all__ = ["TWINS", "Address", "Engine", "GGUFError", "Header", "engine_available", "read_header"]
