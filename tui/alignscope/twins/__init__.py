"""The models that come with alignscope, and the engine that runs them or any other GGUF file."""

from alignscope.twins.engine import TWINS, Address, Engine, engine_available
from alignscope.twins.gguf import GGUFError, Header, read_header

__all__ = ["TWINS", "Address", "Engine", "GGUFError", "Header", "engine_available", "read_header"]
