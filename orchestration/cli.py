"""The command line `kho138`: the entry point; the commands stand in `orchestration.commands`.

Exit codes: 0 done; 1 done, and the answer is negative; 2 usage or configuration, with one line. No traceback reaches
a user.
"""

from __future__ import annotations

import sys
from itertools import pairwise

import typer

# Each module registers its commands on the application; the order is that of `kho138 --help`.
from orchestration.commands import (  # noqa: F401
    access,
    audit,
    break_glass,
    figures,
    keys,
    ledger,
    place,
    regime,
    reports,
    requests,
    review,
    vault,
)
from orchestration.commands.common import app
from warehouse.errors import Kho138Error


def main() -> None:
    """Entry point: every error of ours is one line, exit 2."""
    try:
        # Without its standalone mode the library returns the code of an early exit.
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except typer.Abort:
        sys.exit(130)
    except Kho138Error as error:
        print(f"kho138: {error.message_vi if _in_vietnamese(sys.argv) else error.message}", file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:  # the last guard: a user gets one line, never a traceback
        # The parser's own errors (an unknown option, a missing argument) know how to say themselves in one line.
        if (said := getattr(error, "format_message", None)) is not None:
            print(f"kho138: {said()}", file=sys.stderr)
            sys.exit(2)
        print(
            f"kho138: an unexpected error ({type(error).__name__}); nothing more was done.",
            file=sys.stderr,
        )
        sys.exit(2)


def _in_vietnamese(arguments: list[str]) -> bool:
    """Whether a command was asked to speak Vietnamese; its error then does, too."""
    return "--lang=vi" in arguments or ["--lang", "vi"] in [list(pair) for pair in pairwise(arguments)]


if __name__ == "__main__":
    main()
