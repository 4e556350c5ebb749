"""The model that stand-ins of OpenAI-style servers serve, and the flavours there are of them."""

from tests.standin import Flavour

MODEL = "stories"
EVERY = list(Flavour)
