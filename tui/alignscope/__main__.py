"""`python -m alignscope` is `alignscope`."""

from alignscope.commands.main import main

if __name__ == "__main__":
    raise SystemExit(main())
