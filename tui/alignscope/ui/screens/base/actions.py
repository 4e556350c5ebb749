"""Actions of a screen, in objects that it holds: each kind of action has a file and a state of its own."""

from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual.screen import Screen
from textual.worker import Worker

A = TypeVar("A", bound="Actions")
P = ParamSpec("P")
R = TypeVar("R")


class Actions:
    """Actions of a screen.

    Textual looks for `action_NAME` on the screen itself; there it finds the methods of that name of these objects.
    """

    def __init__(self, screen: Screen[Any]) -> None:
        self.screen = screen
        for name in dir(self):
            if name.startswith("action_"):
                assert not hasattr(screen, name), f"{type(screen).__name__} has {name} twice"
                setattr(screen, name, getattr(self, name))


def in_background(
    screen: Screen[Any], run: Callable[[], Coroutine[Any, Any, R]], group: str, *, exclusive: bool = False
) -> Worker[R]:
    """Run something as a worker of a screen, in which an error doesn't end the application.

    It is called in the worker. A coroutine made before would never be awaited where the screen leaves, or a later one
    takes its place, before the worker begins.
    """
    return screen.run_worker(run, group=group, exclusive=exclusive, exit_on_error=False)


def work(
    group: str = "default", *, exclusive: bool = False
) -> Callable[[Callable[Concatenate[A, P], Coroutine[Any, Any, R]]], Callable[Concatenate[A, P], Worker[R]]]:
    """Run a method of `Actions` as a worker of the screen, in which an error doesn't end the application."""

    def decorate(method: Callable[Concatenate[A, P], Coroutine[Any, Any, R]]) -> Callable[Concatenate[A, P], Worker[R]]:
        def begin(actions: A, /, *args: P.args, **kwargs: P.kwargs) -> Worker[R]:
            return in_background(actions.screen, partial(method, actions, *args, **kwargs), group, exclusive=exclusive)

        return wraps(method)(begin)

    return decorate
