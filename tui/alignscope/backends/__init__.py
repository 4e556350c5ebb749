"""Servers and how they are spoken to: one module a dialect, one Backend a server."""

from alignscope.backends.base import (
    Backend,
    Chunk,
    Ending,
    Fault,
    Message,
    Pulling,
    Request,
    ServerError,
    ServerInfo,
)

__all__ = [
    "Backend",
    "Chunk",
    "Ending",
    "Fault",
    "Message",
    "Pulling",
    "Request",
    "ServerError",
    "ServerInfo",
]
